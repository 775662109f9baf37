// The products of two neighbouring rows, and their biases.
@group(0) @binding(7) var<storage, read> bias: array<f32>; // [rows + 1]: the last row may lack a partner

fn biased(row: u32, token: u32, values: vec2f) -> vec2f {
  return values + vec2f(bias[row], bias[row + 1u]);
}
