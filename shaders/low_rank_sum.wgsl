// What a LoRA makes of a row's product: (W x + B (A x)) scale + bias. Each row of `low_rank` begins with scale, bias, the four of
// A x at which its matrix's own begin, and how many fours those are; its row of B follows.
@group(0) @binding(7) var<storage, read> low_rank: array<vec4f>;
@group(0) @binding(8) var<storage, read> reduced: array<vec4f>; // A x of all its matrices, of each token

// The row at `at`, for the token whose A x begins at `start`.
fn low_rank_sum(at: u32, start: u32, product: f32) -> f32 {
  let head = low_rank[at];
  let own = start + u32(head.z);
  let fours = u32(head.w);
  var sum = product;
  for (var i = 0u; i < fours; i++) {
    sum += dot(low_rank[at + 1u + i], reduced[own + i]);
  }
  return sum * head.x + head.y;
}
