// Decode bf16: the upper half of an f32, so widening is a shift.
@group(1) @binding(0) var<storage, read> weights: array<vec4u>; // [rows, row_blocks], eight bf16 each

override row_blocks: u32; // blocks of eight in a row

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

fn pair(word: u32) -> vec2f {
  return bitcast<vec2f>(vec2u(word << 16u, word & 0xffff0000u));
}

fn eight_weights(row: u32, block: u32) -> Eight {
  let word = weights[row * row_blocks + block];
  return Eight(vec4f(pair(word.x), pair(word.y)), vec4f(pair(word.z), pair(word.w)));
}
