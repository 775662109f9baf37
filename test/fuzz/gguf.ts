// GGUF files: the fixtures of every block type, with a vocabulary and a template, whole or with false counts, lengths, types
// and places. What was read is opened as a model and planned; its vocabulary encodes a text.

import { readCheckpoint } from "../../src/format/checkpoint.ts";
import { readGgufHeader, type GgufHeader } from "../../src/format/gguf.ts";
import { loadGgufText } from "../../src/text/load-gguf-text.ts";
import { damageBytes } from "../long/damage.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { chatTemplates } from "../support/chat-templates.ts";
import { ggufBytes } from "../support/made-gguf.ts";
import { memorySource } from "../support/memory-source.ts";
import { pieceTypes, randomPieces } from "../support/sentencepiece.ts";
import { extremeWords, oddText, otherText, otherWord } from "./extremes.ts";
import { type GgufParts, type GgufRecord, half, lengthed, partsOfGguf, word, writeGguf } from "./gguf-writer.ts";
import { quantizedFiles } from "./model-files.ts";
import { checkOpened } from "./opened-model.ts";
import { chance, demand, type FuzzInput, type FuzzReader, type Random, wholeShare } from "./reader.ts";
import { useDialog, useTokenizer } from "./spoken.ts";

const parsed = new Map<string, GgufParts>();

function make(random: Random): FuzzInput {
  const files = quantizedFiles(random, ".gguf");
  const path = pick(random, [...files.keys()].filter((name) => name.endsWith(".gguf"))); // prettier-ignore
  const whole = partsOf(files.get(path)!);
  const isFirst = !/-0000[2-9]-of/.test(path);
  const tokens = Number(whole.tensors.find(({ name }) => name === "token_embd.weight")?.dims[1] ?? 0);
  const parts: GgufParts = {
    ...whole,
    pairs: [
      ...whole.pairs.filter(({ key }) => !`${key}`.startsWith("tokenizer")),
      ...(isFirst && tokens > 0 ? vocabulary(random, tokens) : []),
    ].map((pair) => ({ ...pair, value: { ...pair.value } })),
    tensors: whole.tensors.map((tensor) => ({ ...tensor, dims: [...tensor.dims] })),
  };
  const isWhole = chance(random, wholeShare);
  const must = isWhole ? "read" : mutate(parts, random);
  let bytes = writeGguf(parts);
  if (!isWhole && chance(random, 0.06)) bytes = damageBytes(bytes.subarray(0, 2000), random);
  files.set(path, bytes);
  return { files, ...(must ? { must } : {}) };
}

function partsOf(bytes: Uint8Array): GgufParts {
  const key = `${bytes.length}:${bytes.subarray(0, 4096).reduce((sum, byte) => (31 * sum + byte) >>> 0, 0)}`;
  const parts = parsed.get(key) ?? partsOfGguf(bytes);
  parsed.set(key, parts);
  return parts;
}

const list = (key: string, of: number, items: Uint8Array[]): GgufRecord => ({
  key: `tokenizer.ggml.${key}`,
  value: { type: 9, of, items },
});
const u32 = (key: string, value: number): GgufRecord => ({ key, value: { type: 4, bytes: half(value) } });
const text = (key: string, value: string): GgufRecord => ({ key, value: { type: 8, bytes: lengthed(value) } });

/** As many pieces as the model has rows, of either kind. */
function vocabulary(random: Random, count: number): GgufRecord[] {
  const { chatml, zephyr, thinking, lower } = chatTemplates; // any turns will do
  const id = (name: string, value: number) => u32(`tokenizer.ggml.${name}_token_id`, value);
  const float = (value: number) => new Uint8Array(new Float32Array([value]).buffer);
  const pieces = randomPieces(random, 30, false).slice(0, count);
  while (pieces.length < count) pieces.push({ piece: `[${pieces.length}]`, score: -pieces.length, type: "normal" });
  const isSpaces = chance(random, 0.6);
  const texts = pieces.map(({ piece }) => lengthed(isSpaces ? piece : piece.replaceAll("▁", "Ġ")));
  const merges = pieces.filter(({ piece, type }) => type === "normal" && piece.length === 2).map(({ piece }) => [...piece].join(" ")); // prettier-ignore
  return [
    text("tokenizer.ggml.model", isSpaces ? "llama" : "gpt2"),
    ...(isSpaces
      ? []
      : [text("tokenizer.ggml.pre", pick(random, ["llama-bpe", "qwen2", "smollm", "gpt-2", "default"]))]),
    list("tokens", 8, texts),
    list("token_type", 5, pieces.map(({ type }) => half(pieceTypes[type]))), // prettier-ignore
    ...(isSpaces ? [list("scores", 6, pieces.map(({ score }) => float(score)))] : [list("merges", 8, merges.map((merge) => lengthed(merge)))]), // prettier-ignore
    ...[id("unknown", 0), id("bos", 1), id("eos", 2)],
    text("tokenizer.chat_template", pick(random, [chatml, zephyr, thinking, lower])),
  ];
}

function mutate(parts: GgufParts, random: Random): "refuse" | undefined {
  let must: "refuse" | undefined;
  for (let times = 1 + wholeBelow(random, 2); times > 0; times--) {
    if (chance(random, 0.45)) mutateValue(pick(random, parts.pairs), random);
    else if (chance(random, 0.5)) must ??= mutateTensor(parts, random);
    else must ??= mutateFrame(parts, random);
  }
  return must;
}

/** Gives a metadata pair another value in the same form, or another form. */
function mutateValue(pair: GgufRecord, random: Random): void {
  const { value } = pair;
  if (chance(random, 0.1)) {
    pair.key = typeof pair.key === "string" && chance(random, 0.7) ? otherText(pair.key, random).slice(0, 5000) : lengthed("k", pick(random, extremeWords)); // prettier-ignore
    return;
  }
  if ("items" in value) {
    value.items = [...value.items];
    const at = wholeBelow(random, value.items.length);
    const way = wholeBelow(random, 7);
    if (way === 0) value.count = pick(random, [...extremeWords, BigInt(value.items.length + 1)]);
    else if (way === 1) value.of = pick(random, [0, 1, 4, 6, 8, 9, 10, 12, 13, 2 ** 31]);
    else if (way === 2) value.items.pop();
    else if (way === 3) value.items.push(...value.items.slice(0, 1000));
    else if (way === 4 && value.of === 8) value.items[at] = lengthed("x", pick(random, extremeWords));
    else if (value.of === 8) value.items[at] = lengthed(pick(random, [oddText(random), "a b", " ", "<0x41>", "\ud800"]));
    else value.items[at] = word(pick(random, extremeWords)).subarray(0, value.items[at]?.length ?? 4);
  } else if (chance(random, 0.15)) value.type = pick(random, [0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 255]);
  else if (value.type === 8) value.bytes = chance(random, 0.7) ? lengthed(otherText(new TextDecoder().decode(value.bytes.subarray(8)), random)) : lengthed(value.bytes.subarray(8), pick(random, extremeWords)); // prettier-ignore
  else value.bytes = chance(random, 0.5) ? word(pick(random, extremeWords)).subarray(0, value.bytes.length) : float(value.bytes.length, random); // prettier-ignore
}

const float = (width: number, random: Random) => {
  const value = pick(random, [NaN, Infinity, -Infinity, 0, -0, -1, 1e-40, 1e38]);
  return new Uint8Array(width === 8 ? new Float64Array([value]).buffer : new Float32Array([value]).buffer).slice(
    0,
    width,
  );
};

function mutateTensor({ tensors, data }: GgufParts, random: Random): "refuse" | undefined {
  if (tensors.length === 0) return undefined;
  const at = wholeBelow(random, tensors.length);
  const tensor = tensors[at];
  const axis = wholeBelow(random, tensor.dims.length);
  switch (wholeBelow(random, 9)) {
    case 0:
      tensor.dims[axis] = otherWord(tensor.dims[axis], random);
      return undefined;
    case 1:
      tensor.dims.reverse();
      return undefined;
    case 2:
      tensor.dims.push(...pick(random, [[1n], [1n, 1n, 1n], [0n], Array.from({ length: 9 }, () => 1n)]));
      return undefined;
    case 3:
      tensor.dimCount = pick(random, [0, 1, 4, 5, 2 ** 31, 2 ** 32 - 1]);
      return undefined;
    case 4:
      tensor.typeId = pick(random, [0, 1, 2, 8, 12, 14, 16, 30, 39, 143, 2 ** 31]);
      return undefined;
    case 5:
      tensor.offset = otherWord(tensor.offset, random);
      return undefined;
    case 6: // beyond the end
      tensor.offset = BigInt(data.length) + pick(random, [0n, 1n, 32n, 2n ** 40n, 2n ** 63n]);
      return "refuse";
    case 7: // over another
      if (tensors.length < 2) return undefined;
      tensor.offset = tensors[(at + 1) % tensors.length].offset;
      return "refuse";
    default:
      tensor.name = chance(random, 0.5) ? pick(random, tensors).name : otherText(tensor.name, random).slice(0, 2000);
      return undefined;
  }
}

function mutateFrame(parts: GgufParts, random: Random): "refuse" | undefined {
  const { data, pairs } = parts;
  switch (wholeBelow(random, 7)) {
    case 0:
      parts.tensorCount = pick(random, extremeWords);
      return undefined;
    case 1:
      parts.pairCount = pick(random, extremeWords);
      return undefined;
    case 2:
      parts.version = pick(random, [0, 1, 2, 4, 0x03000000]);
      return parts.version === 2 ? undefined : "refuse";
    case 3:
      parts.data = data.subarray(0, wholeBelow(random, data.length));
      return undefined;
    case 4: {
      const bytes = chance(random, 0.5) ? half(pick(random, [0, 1, 3, 8, 64, 2 ** 20, 2 ** 31])) : float(4, random);
      pairs.push({ key: "general.alignment", value: { type: pick(random, [4, 5, 6]), bytes } });
      return undefined;
    }
    case 5:
      pairs.push(pick(random, pairs));
      return "refuse";
    default:
      pairs.splice(wholeBelow(random, pairs.length), 1);
      return undefined;
  }
}

async function use({ files }: FuzzInput, random: Random, pass: () => void): Promise<void> {
  const source = memorySource(files);
  for (const { path, sizeBytes } of source.files.filter((one) => one.path.endsWith(".gguf")))
    checkHeader(await readGgufHeader(source, path), sizeBytes);
  pass();
  const opened = await readCheckpoint(source);
  await checkOpened(source, opened);
  if (!opened.tokenizer) return;
  const { vocabSize } = opened.config;
  const { tokenizer, dialog } = await loadGgufText(opened.tokenizer, { vocabSize });
  useTokenizer(tokenizer, vocabSize, random);
  if (dialog) useDialog(dialog, random);
}

/** Each lies inside the file, behind the header, beside the others, as large as its type says. */
function checkHeader({ tensors }: GgufHeader, sizeBytes: number): void {
  let at = 24;
  for (const { name, type, shape, start, end } of tensors) {
    demand(
      Number.isInteger(start) && start >= at && end > start && end <= sizeBytes,
      `${name} lies at ${start} to ${end}`,
    );
    demand(shape.length >= 1 && shape.length <= 4, `${name} has ${shape.length} dimensions`);
    demand(end - start === ggufBytes(type, shape), `${name} is of another size`);
    at = end;
  }
  demand(new Set(tensors.map(({ name }) => name)).size === tensors.length, "a tensor is there twice");
}

export const ggufReader: FuzzReader = { name: "gguf", make, use };
