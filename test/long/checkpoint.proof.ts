// Damaged models: files of a whole small checkpoint (safetensors with index and configuration, llama2.c's .bin, tokenizers in
// every form, chat templates) are broken at random. Each either loads, with tensors that an independent reader finds at
// the same places, or fails with a PronkError, in bounded time and memory; nothing else is ever thrown.

import { resourceUsage } from "node:process";
import { PronkError } from "../../src/errors.ts";
import { expectedTensors } from "../../src/format/llama-tensors.ts";
import { loadModel, type LoadedModel } from "../support/load-model.ts";
import { loadDialog } from "../../src/text/load-dialog.ts";
import { loadTokenizer } from "../../src/text/load-tokenizer.ts";
import { randomCheckpoint, smallConfig } from "../reference/random-checkpoint.ts";
import { byteModelFiles } from "../support/byte-model.ts";
import { chatTemplates } from "../support/chat-templates.ts";
import { CollectingSink } from "../support/collecting-sink.ts";
import { memorySource } from "../support/memory-source.ts";
import { randomPieces, randomText, seededRandom, writeSentencePieceModel } from "../support/sentencepiece.ts";
import { damageBytes, damageJson } from "./damage.ts";
import { breathe, broken, caseRandom, pick, type Proof, wholeBelow } from "./proof.ts";

type Files = Map<string, Uint8Array>;

const slowMs = 5000; // a case takes a millisecond; the machine may be busy
const growthBytes = 512 * 2 ** 20; // of the process, over all cases; the files have some 100 kB

const utf8 = (text: string) => new TextEncoder().encode(text);

/** Whole models, small, each with another kind of file. */
function wholeModels(): Files[] {
  const shape = { ...smallConfig, dim: 16, hiddenDim: 24, headDim: 4, layers: 1 };
  const weights = (vocabSize: number, dtype: "f32" | "f16", shardBytes?: number) =>
    randomCheckpoint({ ...shape, vocabSize, ropeScaling: { kind: "linear", factor: 2 } }, { dtype, shardBytes });
  const bytes = [...byteModelFiles()].filter(([name]) => name.startsWith("tokenizer"));
  const pieces = randomPieces(seededRandom(61), 40);
  const dialog = { bos_token: "<s>", eos_token: { content: "</s>" }, chat_template: chatTemplates.chatml };
  const spm: [string, Uint8Array][] = [
    ["tokenizer.model", writeSentencePieceModel(pieces)],
    ["tokenizer_config.json", utf8(JSON.stringify(dialog))],
    ["special_tokens_map.json", utf8(JSON.stringify({ eos_token: "</s>" }))],
    ["added_tokens.json", utf8(JSON.stringify({ "<|im_end|>": pieces.length }))],
    ["README.md", utf8("---\nlicense: llama2\nbase_model: a/b\n---\n# Card\n")],
  ];
  return [
    new Map([...weights(260, "f32", 12_000), ...bytes]),
    new Map([...weights(pieces.length + 1, "f16"), ...spm]),
    new Map([["model.bin", llama2c(shape)], ["tok.bin", llama2cTokens(32)]]),
  ]; // prettier-ignore
}

/** Legacy export: seven integers, then floats that are small and finite. */
function llama2c({ dim, hiddenDim, layers, heads, kvHeads, headDim }: typeof smallConfig): Uint8Array {
  const [vocabSize, contextLength] = [32, 16];
  const layer = 2 * dim + 2 * dim * heads * headDim + 2 * dim * kvHeads * headDim + 3 * dim * hiddenDim;
  const floats = vocabSize * dim + layers * layer + dim + contextLength * headDim;
  const header = Int32Array.of(dim, hiddenDim, layers, heads, kvHeads, vocabSize, contextLength);
  const bytes = new Uint8Array(28 + 4 * floats);
  bytes.set(new Uint8Array(header.buffer));
  bytes.set(new Uint8Array(Float32Array.from({ length: floats }, (_, i) => (i % 7) / 8).buffer), 28);
  return bytes;
}

function llama2cTokens(count: number): Uint8Array {
  const parts = Array.from({ length: count }, (_, i) =>
    utf8(["<unk>", "\n<s>\n", "\n</s>\n", " "][i] ?? String.fromCharCode(93 + i)),
  );
  const view = new DataView(new ArrayBuffer(4 + parts.reduce((sum, part) => sum + 8 + part.length, 0)));
  view.setInt32(0, 8, true);
  let at = 4;
  for (const [i, part] of parts.entries()) {
    view.setFloat32(at, -i, true);
    view.setInt32(at + 4, part.length, true);
    new Uint8Array(view.buffer).set(part, at + 8);
    at += 8 + part.length;
  }
  return new Uint8Array(view.buffer);
}

function damaged(files: Files, random: () => number): Files {
  const copy = new Map(files);
  const names = [...files.keys()];
  for (let times = random() < 0.8 ? 1 : 2; times > 0; times--) {
    const name = pick(random, names);
    const bytes = copy.get(name);
    if (!bytes) continue;
    const way = random();
    if (way < 0.02) copy.delete(name);
    else if (way < 0.04) copy.set(name, copy.get(pick(random, names)) ?? new Uint8Array());
    else if (name.endsWith(".safetensors") && way < 0.6) copy.set(name, withDamagedHeader(files.get(name)!, random));
    else if (name.endsWith(".json") && bytes.length > 0)
      copy.set(name, utf8(damageJson(new TextDecoder().decode(files.get(name)), random)));
    // The beginning of a weight file is what is parsed.
    else if (/\.(safetensors|bin)$/.test(name) && way < 0.9) {
      const head = Math.min(bytes.length, 64 + wholeBelow(random, 4000));
      const spoiled = damageBytes(bytes.subarray(0, head), random);
      copy.set(name, new Uint8Array(Buffer.concat([spoiled, bytes.subarray(head)])));
    } else copy.set(name, damageBytes(bytes, random));
  }
  return copy;
}

/** Damage inside the header's JSON; its length is mostly right. */
function withDamagedHeader(bytes: Uint8Array, random: () => number): Uint8Array {
  const dataStart = headerEnd(bytes);
  if (dataStart === undefined) return bytes;
  const header = utf8(damageJson(new TextDecoder().decode(bytes.subarray(8, dataStart)), random));
  const length = new Uint8Array(8);
  const told = random() < 0.05 ? header.length + wholeBelow(random, 20) - 10 : header.length;
  new DataView(length.buffer).setBigInt64(0, BigInt(told), true);
  return new Uint8Array(Buffer.concat([length, header, bytes.subarray(dataStart)]));
}

function headerEnd(bytes: Uint8Array): number | undefined {
  if (bytes.length < 8) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return length <= BigInt(bytes.length - 8) ? 8 + Number(length) : undefined;
}

async function run(count: number, seed: number): Promise<void> {
  const models = wholeModels();
  const before = 1024 * resourceUsage().maxRSS;
  let loaded = 0;
  for (let i = 0; i < count; i++) {
    const random = caseRandom(seed, i);
    const files = damaged(pick(random, models), random);
    const startedMs = performance.now();
    try {
      await useModel(files, random);
      loaded++;
    } catch (error) {
      if (!(error instanceof PronkError)) throw broken(i, seed, `${(error as Error).stack}`, error);
      if (error.message.length > 2000) throw broken(i, seed, `a message of ${error.message.length} characters`, error);
    }
    const tookMs = performance.now() - startedMs;
    if (tookMs > slowMs) throw broken(i, seed, `it took ${(tookMs / 1000).toFixed(1)} s`);
    await breathe(i);
  }
  const grown = 1024 * resourceUsage().maxRSS - before;
  if (grown > growthBytes) throw new Error(`the process grew by ${(grown / 2 ** 20).toFixed(0)} MiB`);
  // Damage that is never noticed, or always noticed, proves little.
  if (count >= 500 && (loaded < count / 50 || loaded > count / 2)) throw new Error(`${loaded} of ${count} loaded`);
}

/** As the engine does it, without a GPU. Throws what the engine would throw, or an Error if the result is wrong. */
async function useModel(files: Files, random: () => number): Promise<void> {
  const sink = new CollectingSink();
  const model = await loadModel({ reference: memorySource(files), quantize: "none", sink });
  checkTensors(files, model, sink);
  const { bosId, eosIds, vocabSize } = model.config;
  const tokenizer = await loadTokenizer(model.sideFiles, { bosId, eosIds, vocabSize });
  const text = randomText(random, 60);
  const ids = tokenizer.encode(text, { addBos: true });
  for (const id of ids) if (!(Number.isInteger(id) && id >= 0 && id < vocabSize)) throw new Error(`id ${id}`);
  tokenizer.decode(ids);
  (await loadDialog(model.sideFiles, tokenizer, { assumeLlama2: true }))?.encode([{ role: "user", content: text }]);
}

function checkTensors(files: Files, model: LoadedModel, sink: CollectingSink): void {
  const places = new Map(
    [...files].flatMap(([name, bytes]) => (name.endsWith(".safetensors") ? plainReading(bytes) : [])),
  );
  for (const [name, shape] of expectedTensors(model.config)) {
    const tensor = sink.tensors.get(name);
    if (!tensor) throw new Error(`no tensor ${name}`);
    const elements = shape.reduce((product, n) => product * n, 1);
    if (tensor.rows * tensor.cols !== elements) throw new Error(`${name} has ${tensor.rows} x ${tensor.cols}`);
    if (places.size === 0) continue; // llama2.c: all floats, checked by size
    const wanted = places.get(name);
    if (!wanted || Buffer.compare(wanted, sink.bytes.get(name)!) !== 0) throw new Error(`${name} has other bytes`);
  }
}

/** Name -> bytes, by the shortest reading of the format. */
function plainReading(bytes: Uint8Array): [string, Uint8Array][] {
  const dataStart = headerEnd(bytes);
  if (dataStart === undefined) return [];
  let header: Record<string, { data_offsets?: [number, number] }>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, dataStart)));
  } catch {
    return []; // a file that the model does not need
  }
  return Object.entries(header ?? {}).flatMap(([name, entry]): [string, Uint8Array][] => {
    const offsets = entry?.data_offsets;
    return Array.isArray(offsets) ? [[name, bytes.subarray(dataStart + offsets[0], dataStart + offsets[1])]] : [];
  });
}

export const checkpointProof: Proof = {
  name: "checkpoint",
  says: "Damaged checkpoints and tokenizers load as an independent reader reads them, or fail with a PronkError, soon",
  unit: "models",
  slice: 1500,
  full: 100_000,
  run,
};
