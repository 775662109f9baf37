// Everything that is a sum of products: the embedding row, matrix times vector(s), the residual sum. Matrices are row-major
// [rows (out), cols (in)], as checkpoints store them.

/** Row `id` of the embedding. embedding: [vocabSize, dim] -> [dim], a copy. */
export function embeddingRow(embedding: Float64Array, dim: number, id: number): Float64Array {
  return embedding.slice(id * dim, (id + 1) * dim);
}

/** sum over k of a[aStart + k] b[bStart + k], k < length. */
export function dot(a: Float64Array, aStart: number, b: Float64Array, bStart: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += a[aStart + k] * b[bStart + k];
  return sum;
}

/** y[n] = sum_k x[k] w[n, k]. x: [cols]; w: [rows, cols] -> [rows]. */
export function matvec(x: Float64Array, w: Float64Array, rows: number): Float64Array {
  return matmul(x, w, 1, rows);
}

/** y[t, n] = sum_k x[t, k] w[n, k]. x: [count, cols]; w: [rows, cols] -> [count, rows]. */
export function matmul(x: Float64Array, w: Float64Array, count: number, rows: number): Float64Array {
  const cols = x.length / count;
  if (!Number.isInteger(cols) || w.length !== rows * cols)
    throw new Error(`matmul: x has ${x.length} values for ${count} rows, w has ${w.length} for ${rows}`);
  const y = new Float64Array(count * rows);
  for (let t = 0; t < count; t++) for (let n = 0; n < rows; n++) y[t * rows + n] = dot(x, t * cols, w, n * cols, cols);
  return y;
}

/** a + b. */
export function residual(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]);
}
