// For a matrix-vector product of x as it is.
const is_normed = false;

// What a product with x must still be multiplied by.
fn scale_of(squares: f32) -> f32 {
  return 1.0;
}
