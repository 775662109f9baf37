// For a matrix-vector product of a normed x: the root of RMSNorm, by which the whole product is divided.
override dim: u32; // K
override eps: f32;

const is_normed = true;

// What a product with x * gain must still be multiplied by.
fn scale_of(squares: f32) -> f32 {
  return 1.0 / sqrt(squares / f32(dim) + eps);
}
