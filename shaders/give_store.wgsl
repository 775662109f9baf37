// y = the product, or logits within a cap.
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [tokens, y_stride]

override y_stride: u32 = 0u; // of several tokens
override cap: f32 = 0.0; // soft_cap.wgsl

fn give(row: u32, token: u32, values: vec2f, rows_end: u32) {
  let at = token * y_stride + row;
  y[at] = soft_capped(values.x, cap);
  if (row + 1u < rows_end) {
    y[at + 1u] = soft_capped(values.y, cap);
  }
}
