// Decode bf16: the upper half of an f32, so widening is a shift.
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> weights: array<vec4u>; // [rows, row_chunks, 4], eight bf16 each

struct Chunk {
  at: u32,
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  return Chunk((row * shape.row_chunks + chunk) * 4u);
}

fn pair_of(word: u32) -> vec2f {
  return bitcast<vec2f>(vec2u(word << 16u, word & 0xffff0000u));
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let word = weights[chunk.at + i];
  return Eight(vec4f(pair_of(word.x), pair_of(word.y)), vec4f(pair_of(word.z), pair_of(word.w)));
}
