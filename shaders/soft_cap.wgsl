// cap tanh(x / cap): a score or a logit that stays below the cap (Gemma 2); 0 leaves it as it is. By an exponential of what is
// never positive, which overflows for no x. What is no number or infinite stays so, for the sampler to find.
fn soft_capped(x: f32, cap: f32) -> f32 {
  if (cap == 0.0 || (bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u) {
    return x;
  }
  let small = exp(-2.0 * abs(x) / cap);
  return sign(x) * cap * (1.0 - small) / (1.0 + small);
}
