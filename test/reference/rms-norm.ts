// RMSNorm (Zhang and Sennrich 2019), as Llama uses it: no mean, no bias, epsilon inside the root. LayerNorm (Ba et al. 2016),
// as StableLM does.

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

/** The same of x - mean_i(x[t, i]), plus bias[i]. */
export function layerNorm(x: Float64Array, weight: Float64Array, bias: Float64Array, eps: number): Float64Array {
  const dim = weight.length;
  const centred = x.map((value, at) => {
    const start = at - (at % dim);
    return value - x.subarray(start, start + dim).reduce((sum, one) => sum + one, 0) / dim;
  });
  return rmsNorm(centred, weight, eps).map((value, at) => value + bias[at % dim]);
}
