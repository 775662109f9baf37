// y = the product.
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [rows]

fn give(row: u32, values: vec2f, rows_end: u32) {
  y[row] = values.x;
  if (row + 1u < rows_end) {
    y[row + 1u] = values.y;
  }
}
