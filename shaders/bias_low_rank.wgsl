// The products of two neighbouring rows as a LoRA changes them: (W x + B (A x)) scale + bias. Each row of `low_rank` begins with
// scale, bias, the four of A x at which its matrix's own begin, and how many fours those are; its row of B follows.
@group(0) @binding(7) var<storage, read> low_rank: array<vec4f>; // [rows + 1, low_rank_stride]: the last row may lack a partner
@group(0) @binding(8) var<storage, read> reduced: array<vec4f>; // A x of all its matrices, [tokens, reduced_stride] fours

override low_rank_stride: u32; // fours
override reduced_stride: u32 = 0u; // fours; of several tokens

fn adapted(row: u32, token: u32, product: f32) -> f32 {
  let at = row * low_rank_stride;
  let head = low_rank[at];
  let start = token * reduced_stride + u32(head.z);
  let fours = u32(head.w);
  var sum = product;
  for (var i = 0u; i < fours; i++) {
    sum += dot(low_rank[at + 1u + i], reduced[start + i]);
  }
  return sum * head.x + head.y;
}

fn biased(row: u32, token: u32, values: vec2f) -> vec2f {
  return vec2f(adapted(row, token, values.x), adapted(row + 1u, token, values.y));
}
