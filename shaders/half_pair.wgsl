// Two f32 as a word of f16. What f16 does not reach becomes its largest; what is no finite number becomes a NaN, so that
// nobody takes it for one. pack2x16float alone makes a NaN of 70,000 on SwiftShader, and of an infinity there changes its
// neighbour too.
fn half_pair(pair: vec2f) -> u32 {
  let lost = (bitcast<vec2u>(pair) & vec2u(0x7fffffffu)) >= vec2u(0x7f800000u);
  let word = pack2x16float(select(clamp(pair, vec2f(-65504.0), vec2f(65504.0)), vec2f(0.0), lost));
  return word | select(0u, 0x7e00u, lost.x) | select(0u, 0x7e000000u, lost.y);
}
