// Decode f16 without the shader-f16 feature: two halves a word, widened exactly by core WGSL.
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> weights: array<vec4u>; // [rows, row_chunks, 4], eight f16 each

struct Chunk {
  at: u32,
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  return Chunk((row * shape.row_chunks + chunk) * 4u);
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let word = weights[chunk.at + i];
  return Eight(
    vec4f(unpack2x16float(word.x), unpack2x16float(word.y)),
    vec4f(unpack2x16float(word.z), unpack2x16float(word.w)),
  );
}
