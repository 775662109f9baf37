// What is multiplied by up: silu(x) = x / (1 + exp(-x)), or GELU by its tanh, x (1 + tanh(u)) / 2 = x / (1 + exp(-2 u)) of
// u = sqrt(2 / pi) (x + 0.044715 x³), which no large x makes a NaN.
fn gate_of(x: f32, gelu: bool) -> f32 {
  var slope = x;
  if (gelu) {
    slope = 1.5957691216057308 * x * (1.0 + 0.044715 * x * x);
  }
  return x / (1.0 + exp(-slope));
}
