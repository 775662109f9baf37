// y[i] = silu(gate[i]) * up[i], where gate has a layout of its own and was multiplied before: y holds it, up is the product.
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [tokens, y_stride]

override first_row: u32; // up's first row in the weight
override y_stride: u32 = 0u; // of several tokens

fn gated(gate: f32, up: f32) -> f32 {
  return gate / (1.0 + exp(-gate)) * up;
}

fn give(row: u32, token: u32, values: vec2f, rows_end: u32) {
  let at = token * y_stride + row - first_row;
  y[at] = gated(y[at], values.x);
  if (row + 1u < rows_end) {
    y[at + 1u] = gated(y[at + 1u], values.y);
  }
}
