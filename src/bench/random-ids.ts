// A prompt that means nothing, the same on every machine. The first few ids are left out: they are controls.

export function randomIds(count: number, vocabSize: number): number[] {
  const first = Math.min(5, vocabSize - 1);
  return Array.from({ length: count }, (_, i) => first + ((i * 7919 + 13) % (vocabSize - first)));
}
