// Decode int8: w = scale * code, signed bytes in their own order, one f32 scale for a row. Serves bitsandbytes' int8.
// extra: unused; vec4u of codes in a row; unused; unused
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec4u>; // [rows, extra.y], two vec4u for a chunk
@group(1) @binding(2) var<storage, read> scales: array<u32>; // [rows], f32

struct Chunk {
  low: vec4u,
  rest: vec4u,
  scale: f32,
}

fn chunk_at(row: u32, chunk: u32) -> Chunk {
  let at = row * shape.extra.y + 2u * chunk;
  return Chunk(codes[at], codes[at + 1u], bitcast<f32>(scales[row]));
}

fn eight_of(chunk: Chunk, i: u32) -> Eight {
  let four = select(chunk.low, chunk.rest, i >= 2u);
  let pair = select(four.xy, four.zw, (i & 1u) == 1u);
  return Eight(chunk.scale * vec4f(unpack4xI8(pair.x)), chunk.scale * vec4f(unpack4xI8(pair.y)));
}
