// Decode f32: as stored. Rows are padded with zeros to whole chunks.
struct WeightShape {
  row_chunks: u32, // chunks of 32 columns in a row
  scale_words: u32, // words of scales in a row
  row_start: u32, // where this part's rows begin in the whole weight
  row_count: u32, // rows in this part
  extra: vec4u, // a layout's own; zero here
}
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> weights: array<vec4f>; // [rows, row_chunks, 8]

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

struct Chunk {
  at: u32,
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  return Chunk((row * shape.row_chunks + chunk) * 8u);
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let at = chunk.at + i * 2u;
  return Eight(weights[at], weights[at + 1u]);
}
