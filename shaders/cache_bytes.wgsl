// A fresh key or value in a q8 cache: code = round(x / scale), scale = max |x| / 127 of a group of 32 dims, rounded to f16
// first, so that |x - scale * code| <= scale / 2. Two groups at a time, since their scales share a word. A group that holds
// a NaN or an infinity gets a NaN for its scale: the largest is found by bits, where max() of floats drops a NaN.
// Files that join this have fresh_k, fresh_v and their shape, and `write`. With cache_pages.wgsl and half_pair.wgsl.
fn keep_pair(is_key: bool, kv_head: u32, token: u32, position: u32, pair: u32) {
  let first = (kv_head * rows + token) * (cache_dim / 4u);
  let row = cache_row(kv_head, first_page_of(token), position);
  let begins = row * (cache_dim / 4u) + first_row(row) * scale_words;
  var scales = vec2f(0.0);
  for (var side = 0u; side < 2u; side++) {
    let group = pair * 2u + side;
    if (group * 32u >= cache_dim) {
      break;
    }
    var largest = vec4u(0u);
    for (var i = 0u; i < 8u; i++) {
      largest = max(largest, bitcast<vec4u>(fresh(is_key, first + group * 8u + i)) & vec4u(0x7fffffffu));
    }
    let bits = max(max(largest.x, largest.y), max(largest.z, largest.w));
    let most = bitcast<f32>(bits);
    let scale = min(half_of(most / 127.0), 65504.0);
    let factor = select(0.0, 1.0 / scale, scale > 0.0);
    scales[side] = select(scale, most, bits >= 0x7f800000u);
    for (var i = 0u; i < 8u; i++) {
      let codes = vec4i(round(fresh(is_key, first + group * 8u + i) * factor));
      write(is_key, begins + group * 8u + i, pack4xI8(clamp(codes, vec4i(-127), vec4i(127))));
    }
  }
  let behind = (first_row(row) + page_positions) * (cache_dim / 4u);
  write(is_key, behind + row * scale_words + pair, half_pair(scales));
}

// The nearest f16. Not by packing and unpacking, which NVIDIA's compiler drops (2026-11-27).
fn half_of(value: f32) -> f32 {
  let bits = bitcast<u32>(value);
  let rounded = bitcast<f32>((bits + 0xfffu + ((bits >> 13u) & 1u)) & 0xffffe000u);
  return select(rounded, round(value * 16777216.0) / 16777216.0, value < 6.103515625e-5); // subnormal: steps of 2^-24
}

fn fresh(is_key: bool, at: u32) -> vec4f {
  if (is_key) {
    return fresh_k[at];
  }
  return fresh_v[at];
}
