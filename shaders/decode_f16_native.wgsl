// Decode f16 where the device has shader-f16: the same bytes as decode_f16, read as half vectors. Arithmetic stays f32.
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> weights: array<vec4<f16>>; // [rows, row_chunks, 8]

struct Chunk {
  at: u32,
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  return Chunk((row * shape.row_chunks + chunk) * 8u);
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let at = chunk.at + i * 2u;
  return Eight(vec4f(weights[at]), vec4f(weights[at + 1u]));
}
