// SwiGLU's elementwise half (Shazeer 2020): the gate through SiLU, times up. The three matrices around it are matmuls.

/** y = gate / (1 + exp(-gate)) * up, elementwise. */
export function swiglu(gate: Float64Array, up: Float64Array): Float64Array {
  return gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]);
}

/** y = gelu(gate) * up by GELU's tanh (Hendrycks and Gimpel 2016), elementwise. */
export function geglu(gate: Float64Array, up: Float64Array): Float64Array {
  const u = (g: number) => Math.sqrt(2 / Math.PI) * (g + 0.044715 * g ** 3);
  return gate.map((g, i) => 0.5 * g * (1 + Math.tanh(u(g))) * up[i]);
}
