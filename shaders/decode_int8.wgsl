// Decode int8: w = scale * code, signed bytes in their own order, one f32 scale for a row. Serves bitsandbytes' int8.
struct WeightShape {
  row_chunks: u32, // chunks of 32 columns in a row
  scale_words: u32, // words of scales in a row
  row_start: u32, // where this part's rows begin in the whole matrix
  row_count: u32, // rows in this part
  extra: vec4u, // unused; vec4u of codes in a row; unused; unused
}
@group(1) @binding(0) var<uniform> shape: WeightShape;
@group(1) @binding(1) var<storage, read> codes: array<vec4u>; // [rows, extra.y], two vec4u for a chunk
@group(1) @binding(2) var<storage, read> scales: array<u32>; // [rows], f32

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

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
