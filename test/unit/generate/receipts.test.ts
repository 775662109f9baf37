// What a step says it used, against what it was sent: each difference is an error that names it, and choices are counted as
// the sampler counts them.

import { expect, test } from "vitest";
import { countsOf, settingsRecord } from "../../../src/generate/sampler-record.ts";
import { readReceipt, receiptBytes, Sent, type Receipt } from "../../../src/generate/receipts.ts";
import { greedy } from "../../../src/generate/request.ts";
import { sampleSum, wordSum } from "../../../src/gpu/word-sum.ts";
import { shaderRecords } from "../../../src/gpu/shader-interfaces.ts";

const vocab = 11;
const { record } = settingsRecord({ ...greedy, repetitionPenalty: 1.1 });
const bias = Float32Array.from({ length: vocab }, (_, id) => id / 4);
const sumOf = (...words: number[]) => wordSum(Uint32Array.from(words));

/** The receipt, as the shader makes it, of a step that was sent this. */
function receiptOf(id: number, position: number, tokens: number[], counts?: Uint32Array<ArrayBuffer>): Receipt {
  const shaping = counts ? (wordSum(bias) + wordSum(counts, vocab)) >>> 0 : 0;
  return { id, position, tokens: sumOf(...tokens), settings: wordSum(record), shaping };
}

function begun() {
  const sent = new Sent(record, vocab, countsOf([3, 4], vocab, [5]));
  sent.bias(bias);
  return sent;
}

test("steps that went by what they were sent pass, and their choices are counted", () => {
  const sent = begun();
  sent.expect(7)(receiptOf(6, 7, [3, 4], countsOf([3, 4], vocab, [5])), [3, 4]);
  sent.expect(8)(receiptOf(6, 8, [6], countsOf([3, 4], vocab, [5, 6])), [6]);
  const unusable = 0xffffffff; // isn't a token, and isn't counted
  sent.expect(9)(receiptOf(unusable, 9, [6], countsOf([3, 4], vocab, [5, 6, 6])), [6]);
  sent.expect(10)(receiptOf(1, 10, [6], countsOf([3, 4], vocab, [5, 6, 6])), [6]);
});

test("without bias and penalties nothing of them is looked at", () => {
  new Sent(record, vocab).expect(7)(receiptOf(6, 7, [3]), [3]);
});

test.each([
  ["positions", { position: 6 }],
  ["tokens", { tokens: sumOf(4, 3) }], // swapped
  ["tokens", { tokens: sumOf(3, 4, 0, 1) }],
  ["sampling settings", { settings: 0 }],
  ["penalties or constraint", { shaping: wordSum(bias) }],
] as const)("other %s than were sent are named", (field, change) => {
  const receipt = { ...receiptOf(6, 7, [3, 4], countsOf([3, 4], vocab, [5])), ...change };
  const check = () => begun().expect(7)(receipt, [3, 4]);
  expect(check).toThrow(expect.objectContaining({ code: "driver-fault", facts: expect.objectContaining({ field }) }));
});

test("a bias that comes later belongs to later steps", () => {
  const sent = begun();
  const first = sent.expect(7);
  sent.bias(new Float32Array(vocab));
  const second = sent.expect(8);
  first(receiptOf(6, 7, [3], countsOf([3, 4], vocab, [5])), [3]);
  expect(() => second(receiptOf(6, 8, [6], countsOf([3, 4], vocab, [5, 6])), [6])).toThrow("other penalties");
});

test("a receipt is read as the shader has it", () => {
  const { sizeBytes, fields } = shaderRecords.Receipt;
  expect(receiptBytes).toBe(sizeBytes);
  const words = new Uint32Array(sizeBytes / 4);
  for (const [name, [at]] of Object.entries(fields)) words[at / 4] = name.length;
  expect(Object.entries(readReceipt(words.buffer)).every(([name, word]) => word === name.length)).toBe(true);
});

test("words that are missing, swapped or changed give another sum, zeros none", () => {
  const words = Uint32Array.from({ length: 1000 }, (_, i) => Math.imul(i, 2654435761) >>> 0);
  const sum = wordSum(words);
  for (const [one, other] of [
    [0, 1],
    [3, 515],
    [4, 772],
    [0, 999],
  ]) {
    // prettier-ignore
    const swapped = words.slice();
    [swapped[one], swapped[other]] = [words[other], words[one]];
    expect(wordSum(swapped)).not.toBe(sum);
  }
  for (let bit = 0; bit < 32; bit++)
    expect(wordSum(words.map((word, i) => (i === 77 ? word ^ (1 << bit) : word)))).not.toBe(sum);
  expect(wordSum(Uint32Array.from([...words, 0, 0]))).toBe(sum);
  const bytes = new Uint8Array(4001);
  bytes.set(new Uint8Array(words.buffer), 1);
  expect(wordSum(bytes.subarray(1))).toBe(sum); // at an odd place
});

test("a sample tells of any 1 KiB, of the last bytes, and of all where there are few", () => {
  const bytes = Uint8Array.from({ length: 100_003 }, (_, i) => i % 251);
  const sum = sampleSum(bytes, 64);
  expect(sampleSum(bytes, 1)).toBe(wordSum(bytes));
  for (let at = 0; at < bytes.length; at += 1001) {
    const changed = bytes.slice().fill(255, at, at + 1024);
    expect(sampleSum(changed, 64)).not.toBe(sum);
  }
  const [last] = bytes.slice(-1);
  bytes[bytes.length - 1] = last + 1;
  expect(sampleSum(bytes, 64)).not.toBe(sum);
  expect(sampleSum(bytes.subarray(0, 65_536), 64)).toBe(wordSum(bytes.subarray(0, 65_536)));
});
