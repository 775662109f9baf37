// Decode bf16: the upper half of an f32, so widening is a shift.
struct WeightShape {
  row_blocks: u32, // blocks of eight in a row
  scale_words: u32, // words of scales in a row
  row_start: u32, // where this part's rows begin in the whole matrix
  row_count: u32, // rows in this part
}
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> weights: array<vec4u>; // [rows, row_blocks], eight bf16 each

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

fn pair(word: u32) -> vec2f {
  return bitcast<vec2f>(vec2u(word << 16u, word & 0xffff0000u));
}

fn eight_weights(row: u32, block: u32) -> Eight {
  let word = weights[row * shape.row_blocks + block];
  return Eight(vec4f(pair(word.x), pair(word.y)), vec4f(pair(word.z), pair(word.w)));
}
