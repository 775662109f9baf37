// Decode q8: w = scale * code; code is a signed byte, a scale (f16) is shared by 32 weights of a row.
struct WeightShape {
  row_blocks: u32, // blocks of eight in a row
  scale_words: u32, // words of scales in a row
  row_start: u32, // where this part's rows begin in the whole matrix
  row_count: u32, // rows in this part
}
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec2u>; // [rows, row_blocks], eight signed bytes each
@group(1) @binding(2) var<storage, read> scales: array<u32>; // [rows, scale_words], two f16 each

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

fn eight_weights(row: u32, block: u32) -> Eight {
  let code = codes[row * shape.row_blocks + block];
  let pair = unpack2x16float(scales[row * shape.scale_words + (block >> 3u)]);
  let scale = select(pair.x, pair.y, (block & 4u) != 0u);
  return Eight(scale * vec4f(unpack4xI8(code.x)), scale * vec4f(unpack4xI8(code.y)));
}
