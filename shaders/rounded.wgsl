// Rounding of a weight, where its format prescribes it; `rounding` is the decode's override: 0 none, 1 f16, 2 bf16.
// The nearest f16 or bf16, ties to even, by integers: WGSL leaves the rounding of its own conversions open.
fn rounded(w: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(w);
  if (rounding == 1u) {
    let normal = bitcast<vec4f>((bits + 0xfffu + ((bits >> vec4u(13u)) & vec4u(1u))) & vec4u(0xffffe000u));
    let small = round(w * 16777216.0) * 0x1p-24; // subnormal halves are multiples of 2^-24
    return select(normal, small, abs(w) < vec4f(0x1p-14));
  }
  if (rounding == 2u) {
    return bitcast<vec4f>((bits + 0x7fffu + ((bits >> vec4u(16u)) & vec4u(1u))) & vec4u(0xffff0000u));
  }
  return w;
}
