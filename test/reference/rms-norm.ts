// RMSNorm (Zhang and Sennrich 2019), as Llama uses it: no mean, no bias, epsilon inside the root.

/** y[t, i] = w[i] x[t, i] / sqrt(mean_i(x[t, i]^2) + eps). x: [count, dim]; weight: [dim] -> [count, dim]. */
export function rmsNorm(x: Float64Array, weight: Float64Array, eps: number): Float64Array {
  const dim = weight.length;
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += dim) {
    let squares = 0;
    for (let i = 0; i < dim; i++) squares += x[start + i] ** 2;
    const scale = 1 / Math.sqrt(squares / dim + eps);
    for (let i = 0; i < dim; i++) y[start + i] = weight[i] * x[start + i] * scale;
  }
  return y;
}
