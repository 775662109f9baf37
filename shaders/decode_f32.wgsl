// Decode f32: as stored. Rows are padded with zeros to whole chunks.
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> weights: array<vec4f>; // [rows, row_chunks, 8]

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
