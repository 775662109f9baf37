// Decode bf16: the upper half of an f32, so widening is a shift.
struct WeightShape {
  row_chunks: u32, // chunks of 32 columns in a row
  scale_words: u32, // words of scales in a row
  row_start: u32, // where this part's rows begin in the whole weight
  row_count: u32, // rows in this part
  extra: vec4u, // a layout's own; zero here
}
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> weights: array<vec4u>; // [rows, row_chunks, 4], eight bf16 each

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

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
