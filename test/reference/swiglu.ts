// SwiGLU's elementwise half (Shazeer 2020): the gate through SiLU, times up. The three matrices around it are matmuls.

/** y = gate / (1 + exp(-gate)) * up, elementwise. */
export function swiglu(gate: Float64Array, up: Float64Array): Float64Array {
  return gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]);
}
