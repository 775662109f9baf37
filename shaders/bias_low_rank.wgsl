// The products of two neighbouring rows as a LoRA changes them: `low_rank` is [rows + 1, low_rank_stride] fours (the last row may
// lack a partner), `reduced` [tokens, reduced_stride] fours.

override low_rank_stride: u32; // fours
override reduced_stride: u32 = 0u; // fours; of several tokens

fn adapted(row: u32, token: u32, product: f32) -> f32 {
  return low_rank_sum(row * low_rank_stride, token * reduced_stride, product);
}

fn biased(row: u32, token: u32, values: vec2f) -> vec2f {
  return vec2f(adapted(row, token, values.x), adapted(row + 1u, token, values.y));
}
