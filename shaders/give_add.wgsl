// y += the product: the residual stream.
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [tokens, y_stride]

override y_stride: u32 = 0u; // of several tokens

fn give(row: u32, token: u32, values: vec2f, rows_end: u32) {
  let at = token * y_stride + row;
  y[at] += values.x;
  if (row + 1u < rows_end) {
    y[at + 1u] += values.y;
  }
}
