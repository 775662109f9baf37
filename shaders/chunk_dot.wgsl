// The dot product of a chunk with a span, for decodes that have no shorter way of their own.
fn chunk_dot(chunk: Chunk, x: Span) -> f32 {
  let first = eight_of(chunk, 0u);
  let second = eight_of(chunk, 1u);
  let third = eight_of(chunk, 2u);
  let fourth = eight_of(chunk, 3u);
  let sums = first.lo * x.a + first.hi * x.b + second.lo * x.c + second.hi * x.d + third.lo * x.e + third.hi * x.f +
    fourth.lo * x.g + fourth.hi * x.h;
  return (sums.x + sums.y) + (sums.z + sums.w);
}
