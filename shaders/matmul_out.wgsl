// Where a product of many tokens goes, with its bias or as a LoRA changes it: stored, added (the residual stream), or gate
// and up folded by SwiGLU or GEGLU.
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [tokens, y_stride]
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<uniform> linear: Linear;
@group(0) @binding(5) var<storage, read> bias: array<f32>; // [rows + 1], or anything where none is added
@group(0) @binding(6) var<storage, read> low_rank: array<vec4f>; // as in bias_low_rank.wgsl, or anything
@group(0) @binding(7) var<storage, read> reduced: array<vec4f>; // A x, [tokens, reduced_stride], or anything

// Uniform, not override constants: a matmul takes software adapters seconds to compile, and once is enough.
struct Linear {
  x_stride: u32, // f32 in a row of x, a multiple of 32
  y_stride: u32, // f32 in a row of y
  mode: u32, // 0: y =, 1: y +=, 2: y = silu(gate) * up of neighbouring rows, 3: y = gelu(gate) * up
  first_row: u32, // of this part's rows, the first that this dispatch computes
  biased: u32, // 1: the bias is added
  low_rank_stride: u32, // fours in a row of low_rank; 0: no LoRA
  reduced_stride: u32, // fours in a row of A x
  cap: f32, // of what is stored: soft_cap.wgsl
}

// An invocation's products: of eight tokens, `token_step` apart, two fours of rows each, in pairs that are `pair_step` apart.
// A loop, since thirty-two copies of `give` take longer to compile than all the rest.
fn give_all(products: array<vec4f, 16>, row: u32, pair_step: u32, token: u32, token_step: u32) {
  var kept = products;
  for (var i = 0u; i < 16u; i++) {
    let first_row = row + i % 2u * 2u * pair_step;
    let its_token = token + i / 2u * token_step;
    give(first_row, its_token, kept[i].xy);
    give(first_row + pair_step, its_token, kept[i].zw);
  }
}

fn give(row: u32, token: u32, product: vec2f) {
  if (token >= step.count || row >= shape.row_count) {
    return;
  }
  let column = shape.row_start + row;
  var values = product;
  if (linear.biased != 0u) {
    values += vec2f(bias[column], bias[column + 1u]);
  }
  if (linear.low_rank_stride != 0u) {
    values = vec2f(adapted(column, token, values.x), adapted(column + 1u, token, values.y));
  }
  if (linear.mode >= 2u) {
    y[token * linear.y_stride + column / 2u] = gate_of(values.x, linear.mode == 3u) * values.y;
    return;
  }
  let at = token * linear.y_stride + column;
  let both = row + 1u < shape.row_count;
  if (linear.mode == 1u) {
    y[at] += values.x;
    if (both) {
      y[at + 1u] += values.y;
    }
  } else {
    y[at] = soft_capped(values.x, linear.cap);
    if (both) {
      y[at + 1u] = soft_capped(values.y, linear.cap);
    }
  }
}

// (W x + B (A x)) scale + bias
fn adapted(row: u32, token: u32, product: f32) -> f32 {
  let at = row * linear.low_rank_stride;
  let head = low_rank[at];
  let start = token * linear.reduced_stride + u32(head.z);
  let fours = u32(head.w);
  var sum = product;
  for (var i = 0u; i < fours; i++) {
    sum += dot(low_rank[at + 1u + i], reduced[start + i]);
  }
  return sum * head.x + head.y;
}
