// y[i] = gate_of(gate[i]) * up[i], where gate has a layout of its own and was multiplied before: y holds it, up is the product.
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [tokens, y_stride]

override first_row: u32; // up's first row in the weight
override y_stride: u32 = 0u; // of several tokens
override gelu: bool = false;

fn give(row: u32, token: u32, values: vec2f, rows_end: u32) {
  let at = token * y_stride + row - first_row;
  y[at] = gate_of(y[at], gelu) * values.x;
  if (row + 1u < rows_end) {
    y[at + 1u] = gate_of(y[at + 1u], gelu) * values.y;
  }
}
