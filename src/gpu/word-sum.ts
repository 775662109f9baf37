// Sums of words that show whether the GPU has what it was sent: word_mix.wgsl and word_sum.wgsl in JavaScript. No proof
// against intent.

/** A word, mixed with its position; 0 for 0. In [0, 2^32). */
export function mixed(word: number, at: number): number {
  const spread = Math.imul(at + 1, 0x9e3779b1);
  const product = Math.imul(word, (spread ^ (spread >>> 15)) | 1);
  return (product ^ (product >>> 16)) >>> 0;
}

/** The sum of 32-bit words, the first of them at position `from`. In [0, 2^32); a remainder of less than a word counts as one. */
export function wordSum(data: ArrayBuffer | ArrayBufferView<ArrayBuffer>, from = 0): number {
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  const whole = bytes.length >>> 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength); // words may begin at any byte
  let sum = 0;
  for (let i = 0; i < whole; i++) sum = (sum + mixed(view.getUint32(4 * i, true), from + i)) | 0;
  if (bytes.length > 4 * whole) {
    const rest = new Uint8Array(4);
    rest.set(bytes.subarray(4 * whole));
    sum += mixed(new Uint32Array(rest.buffer)[0], from + whole);
  }
  return sum >>> 0;
}

/** Up to this many fours of words, all are looked at: 64 KiB. */
export const allOf = 4096;

/** The sum of the words that word_sum.wgsl looks at: of more than `allOf` fours, every `every`th and the last. */
export function sampleSum(bytes: Uint8Array<ArrayBuffer>, every: number): number {
  const fours = Math.ceil(bytes.length / 16);
  if (every === 1 || fours <= allOf) return wordSum(bytes);
  let sum = 0;
  const add = (four: number) => (sum = (sum + wordSum(bytes.subarray(16 * four, 16 * four + 16), 4 * four)) | 0);
  for (let four = 0; four < fours; four += every) add(four);
  if ((fours - 1) % every > 0) add(fours - 1);
  return sum >>> 0;
}
