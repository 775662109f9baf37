// Rows of logits to probabilities, in float64: a row is float32, but sums over a vocabulary are not.

/** ln of the sum of exp over the row. [vocabSize] */
export function logSum(row: Float32Array): number {
  const most = row[topOf(row)];
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += Math.exp(row[i] - most);
  return most + Math.log(sum);
}

/** The id of the largest logit; of equal ones the first. [vocabSize] */
export function topOf(row: Float32Array): number {
  let top = 0;
  for (let i = 1; i < row.length; i++) if (row[i] > row[top]) top = i;
  return top;
}
