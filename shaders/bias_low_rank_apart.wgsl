// bias_low_rank.wgsl's sibling for rows of a step that have adapters of their own, or none: `low_rank` begins with a head for
// each of them (where its rows begin, how many fours each has, the four of A x where its own begin), then come their rows.
// `reduced` is A x of all adapters, [tokens, reduced_stride] fours. Which one a token has is the third word of its row in
// step.wgsl's Step.
@group(0) @binding(10) var<uniform> adapters: array<vec4u, 9>; // a Step: its head, then the rows apart

override reduced_stride: u32; // fours

fn adapted(row: u32, token: u32, product: f32) -> f32 {
  let own = vec3u(low_rank[adapters[1u + min(token, 7u)].z].xyz);
  return low_rank_sum(own.x + row * own.y, token * reduced_stride + own.z, product);
}

fn biased(row: u32, token: u32, values: vec2f) -> vec2f {
  return vec2f(adapted(row, token, values.x), adapted(row + 1u, token, values.y));
}
