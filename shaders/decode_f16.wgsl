// Decode f16 without the shader-f16 feature: two halves a word, widened exactly by core WGSL.
struct WeightShape {
  row_blocks: u32, // blocks of eight in a row
  scale_words: u32, // words of scales in a row
  row_start: u32, // where this part's rows begin in the whole matrix
  row_count: u32, // rows in this part
}
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> weights: array<vec4u>; // [rows, row_blocks], eight f16 each

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

fn eight_weights(row: u32, block: u32) -> Eight {
  let word = weights[row * shape.row_blocks + block];
  return Eight(
    vec4f(unpack2x16float(word.x), unpack2x16float(word.y)),
    vec4f(unpack2x16float(word.z), unpack2x16float(word.w)),
  );
}
