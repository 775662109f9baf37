// llama2.c's checkpoints: seven integers and as many floats as they say, or not. And its tokenizers: scores, lengths, bytes.

import { readCheckpoint } from "../../src/format/checkpoint.ts";
import { loadTokenizer } from "../../src/text/load-tokenizer.ts";
import { damageBytes } from "../long/damage.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { memorySource } from "../support/memory-source.ts";
import { extremeNumbers, oddText, otherNumber } from "./extremes.ts";
import { checkOpened } from "./opened-model.ts";
import {
  between,
  chance,
  demand,
  type FuzzInput,
  type FuzzReader,
  type Random,
  sizeOf,
  utf8,
  wholeShare,
} from "./reader.ts";
import { useTokenizer } from "./spoken.ts";

const model = "stories.bin";

function make(random: Random): FuzzInput {
  const heads = pick(random, [1, 2, 4]);
  const headDim = pick(random, [2, 4]);
  const kvHeads = pick(random, [1, heads]);
  const vocabSize = between(random, 4, 40);
  const apart = chance(random, 0.3); // a head of its own
  const fields = [
    heads * headDim,
    between(random, 1, 16),
    between(random, 1, 3),
    heads,
    kvHeads,
    apart ? -vocabSize : vocabSize,
    16,
  ];
  if (chance(random, wholeShare)) return { files: new Map([[model, written(fields)]]), must: "read" };
  const way = random();
  if (way < 0.3) {
    // Other integers, and the floats that they ask for, if possible.
    for (let times = between(random, 1, 2); times > 0; times--) change(fields, random);
    return { files: new Map([[model, written(fields)]]) };
  }
  if (way < 0.5) {
    const bytes = written(fields);
    change(fields, random);
    bytes.set(new Uint8Array(Int32Array.from(fields).buffer));
    return { files: new Map([[model, bytes]]) };
  }
  const bytes = written(fields);
  if (way < 0.7) {
    const cut = chance(random, 0.5)
      ? bytes.subarray(0, wholeBelow(random, bytes.length))
      : Buffer.concat([bytes, new Uint8Array(between(random, 1, 64))]);
    return { files: new Map([[model, new Uint8Array(cut)]]), must: "refuse" };
  }
  if (way < 0.75) return { files: new Map([[model, damageBytes(bytes, random)]]) };
  // The floats are never read here; the integers are right, and something else is there too.
  const files = new Map([[model, bytes]]);
  files.set(pick(random, ["tokenizer.bin", "tok32000.bin", "README.md", "config.json"]), utf8(oddText(random)));
  return { files };
}

function change(fields: number[], random: Random): void {
  const at = wholeBelow(random, fields.length);
  fields[at] = otherNumber(fields[at], random) | 0;
}

/** At most a megabyte: what asks for more is cut short. */
function written([dim, hiddenDim, layers, heads, kvHeads, vocab, contextLength]: readonly number[]): Uint8Array {
  const vocabSize = Math.abs(vocab);
  const headDim = dim / heads;
  const kvDim = kvHeads * headDim;
  const layer = 2 * dim + 2 * dim * dim + 2 * dim * kvDim + 3 * dim * hiddenDim;
  const floats = vocabSize * dim * (vocab < 0 ? 2 : 1) + layers * layer + dim + contextLength * headDim;
  const bytes = new Uint8Array(28 + 4 * (floats > 0 && floats < 2 ** 18 ? Math.floor(floats) : 64));
  bytes.set(new Uint8Array(Int32Array.of(dim, hiddenDim, layers, heads, kvHeads, vocab, contextLength).buffer));
  return bytes;
}

async function use(input: FuzzInput, _: Random, pass: () => void): Promise<void> {
  const source = memorySource(input.files);
  const fields = new DataView(input.files.get(model)!.buffer);
  const isPlausible = fields.byteLength >= 28 && [0, 1, 2, 3, 4, 6].every((i) => fields.getInt32(4 * i, true) > 0);
  if (isPlausible) pass();
  const opened = await readCheckpoint(source);
  await checkOpened(source, opened);
  const bytes = opened.tensors.reduce((sum, { start, end }) => sum + end - start, 0);
  demand(bytes < sizeOf(input), `${bytes} bytes of weights`);
}

export const llama2cReader: FuzzReader = { name: "llama2c", make, use };

const vocabulary = "tokenizer.bin";

function makeTokens(random: Random): FuzzInput {
  const count = between(random, 4, 60);
  const texts = ["<unk>", "\n<s>\n", "\n</s>\n", "<0x0A>", " ", ..."abcdefgh", "ab", "abc", " a", "é", "🦙"];
  const tokens = Array.from({ length: count }, (_, i) => ({
    bytes: utf8(texts[i] ?? pick(random, texts) + pick(random, texts)),
    score: -i,
    length: undefined as number | undefined,
  }));
  let head = 27;
  const isWhole = chance(random, wholeShare);
  let must: FuzzInput["must"] = isWhole ? "read" : undefined;
  let end = Infinity;
  for (let times = isWhole ? 0 : between(random, 1, 3); times > 0; times--) {
    const at = wholeBelow(random, count);
    const token = tokens[at];
    const way = wholeBelow(random, 6);
    if (way === 0)
      token.length = pick(random, [...extremeNumbers, -8, -9, token.bytes.length + 1, token.bytes.length - 1]) | 0;
    else if (way === 1) token.bytes = utf8(oddText(random));
    else if (way === 2) token.bytes = Uint8Array.of(0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80);
    else if (way === 3) token.score = pick(random, [NaN, Infinity, -Infinity, -0, 1e38]);
    else if (way === 4) head = pick(random, extremeNumbers) | 0;
    else [end, must] = [random(), "refuse"];
  }
  const parts = tokens.flatMap(({ bytes, score, length }) => [
    new Uint8Array(Float32Array.of(score).buffer),
    new Uint8Array(Int32Array.of(length ?? bytes.length).buffer),
    bytes,
  ]);
  const whole = Buffer.concat([new Uint8Array(Int32Array.of(head).buffer), ...parts]);
  // Cut inside the last token.
  const last = tokens.at(-1)!.bytes.length + 8;
  const cut = end < 1 ? whole.subarray(0, whole.length - 1 - Math.floor(end * (last - 1))) : whole;
  const isCut = end < 1 && tokens.every(({ length }) => length === undefined);
  return {
    files: new Map([[vocabulary, new Uint8Array(cut)]]),
    ...(must === "refuse" && !isCut ? {} : must ? { must } : {}),
  };
}

async function useTokens({ files }: FuzzInput, random: Random, pass: () => void): Promise<void> {
  const bytes = files.get(vocabulary)!;
  if (bytes.length > 4) pass(); // the header has no more
  const vocabSize = between(random, 60, 100);
  useTokenizer(await loadTokenizer(files, { vocabSize }), vocabSize, random);
}

export const llama2cTokensReader: FuzzReader = { name: "llama2c-tokens", make: makeTokens, use: useTokens };
