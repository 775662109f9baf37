// A chunk as 32 floats, and its dot product with a span, for decodes that have no shorter way of their own: several
// spans then meet a chunk that is read and decoded once. As chunk_dot.wgsl, bit for bit.
struct Wide {
  first: Eight,
  second: Eight,
  third: Eight,
  fourth: Eight,
}

fn widened(chunk: Chunk) -> Wide {
  return Wide(eight_of(chunk, 0u), eight_of(chunk, 1u), eight_of(chunk, 2u), eight_of(chunk, 3u));
}

fn wide_dot(w: Wide, x: Span) -> f32 {
  let sums = w.first.lo * x.a + w.first.hi * x.b + w.second.lo * x.c + w.second.hi * x.d + w.third.lo * x.e +
    w.third.hi * x.f + w.fourth.lo * x.g + w.fourth.hi * x.h;
  return (sums.x + sums.y) + (sums.z + sums.w);
}
