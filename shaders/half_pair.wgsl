// Two f32 as a word of f16. Values beyond f16's range become its largest; anything not finite becomes a NaN, so it can't
// pass for a number. On SwiftShader pack2x16float alone turns 70,000 into a NaN, and an infinity there changes its
// neighbour too.
fn half_pair(pair: vec2f) -> u32 {
  let lost = (bitcast<vec2u>(pair) & vec2u(0x7fffffffu)) >= vec2u(0x7f800000u);
  let word = pack2x16float(select(clamp(pair, vec2f(-65504.0), vec2f(65504.0)), vec2f(0.0), lost));
  return word | select(0u, 0x7e00u, lost.x) | select(0u, 0x7e000000u, lost.y);
}
