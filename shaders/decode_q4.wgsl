// Decode q4: w = scale * (code - 8); code is a nibble, low bits first, a scale (f16) is shared by 32 weights of a row.
struct WeightShape {
  row_blocks: u32, // blocks of eight in a row
  scale_words: u32, // words of scales in a row
  row_start: u32, // where this part's rows begin in the whole matrix
  row_count: u32, // rows in this part
}
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<u32>; // [rows, row_blocks], eight nibbles each
@group(1) @binding(2) var<storage, read> scales: array<u32>; // [rows, scale_words], two f16 each

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

fn eight_weights(row: u32, block: u32) -> Eight {
  let code = codes[row * shape.row_blocks + block];
  let pair = unpack2x16float(scales[row * shape.scale_words + (block >> 3u)]);
  let scale = select(pair.x, pair.y, (block & 4u) != 0u);
  // Bytes of `even` are codes 0, 2, 4, 6; bytes of `odd` are codes 1, 3, 5, 7.
  let even = vec4f(unpack4xU8(code & 0x0f0f0f0fu)) - 8.0;
  let odd = vec4f(unpack4xU8((code >> 4u) & 0x0f0f0f0fu)) - 8.0;
  return Eight(scale * vec4f(even.x, odd.x, even.y, odd.y), scale * vec4f(even.z, odd.z, even.w, odd.w));
}
