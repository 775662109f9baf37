// Allowed tokens as the sampler takes them: bit i % 32 of word i / 32 is token i.

export function bitsOf(vocabSize: number, has: (id: number) => boolean): Uint32Array<ArrayBuffer> {
  const bits = new Uint32Array(Math.ceil(vocabSize / 32));
  for (let id = 0; id < vocabSize; id++) if (has(id)) bits[id >> 5] |= 1 << (id & 31);
  return bits;
}

export const hasBit = (bits: Uint32Array, id: number): boolean => ((bits[id >> 5] >>> (id & 31)) & 1) === 1;
