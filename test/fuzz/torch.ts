// Files of torch.save: models as transformers and as Meta keep them, whole, or with tensors, opcodes, members or bytes that
// don't belong there. What a whole one holds is compared; what an attack is made of must be refused.

import { readCheckpoint } from "../../src/format/checkpoint.ts";
import type { SafetensorsEntry } from "../../src/format/safetensors.ts";
import { readTorchFile } from "../../src/format/torch-file.ts";
import { damageBytes } from "../long/damage.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { tensorBytes } from "../reference/safetensors-writer.ts";
import { madeCheckpoint, madeConfig } from "../support/made-checkpoint.ts";
import { memorySource } from "../support/memory-source.ts";
import { metaCheckpoint, metaParts } from "../support/meta-checkpoint.ts";
import {
  little,
  named,
  number,
  stateDict,
  storageBytes,
  torchParts,
  zipBytes,
  type TorchTensor,
  type ZipOptions,
  type ZipPart,
} from "../support/torch-writer.ts";
import { extremeWords, oddText } from "./extremes.ts";
import { drawnModel, quantizedFiles } from "./model-files.ts";
import { mutateJson } from "./mutate-json.ts";
import { checkOpened } from "./opened-model.ts";
import { chance, demand, type FuzzInput, type FuzzReader, type Random, utf8, wholeShare } from "./reader.ts";

const metaConfig = madeConfig({ hidden_size: 128, intermediate_size: 128, num_hidden_layers: 1, vocab_size: 4 });
const metaModel = madeCheckpoint({ config: metaConfig });

/** Files without their weights, and the tensors of each weight file. */
function drawnFiles(random: Random): { files: Map<string, Uint8Array>; weights: Map<string, TorchTensor[]> } {
  const filled = (tensors: TorchTensor[]) =>
    tensors.map((tensor) => ({ ...tensor, storage: new Uint8Array(tensor.storage.length).fill(markOf(tensor.name)) }));
  if (chance(random, 0.15)) {
    const options = { parts: pick(random, [1, 2]), embedding: pick(random, ["rows", "columns"] as const) };
    const files = metaCheckpoint(metaModel, options);
    const parts = metaParts(metaModel, options).map(filled);
    return { files, weights: new Map(parts.map((tensors, i) => [`consolidated.0${i}.pth`, tensors])) };
  }
  const { config, tensors } = drawnModel(random);
  const types = { f32: "FloatStorage", f16: "HalfStorage", bf16: "BFloat16Storage" };
  const all = tensors.map(({ name, dtype, shape }): TorchTensor => ({
    ...{ name, type: types[dtype], shape, parameter: chance(random, 0.1) },
    storage: new Uint8Array(tensorBytes({ name, dtype, shape })),
  }));
  const files = new Map([["config.json", utf8(JSON.stringify(config))]]);
  return { files, weights: new Map([["pytorch_model.bin", filled(all)]]) };
}

/** What a tensor's bytes are. */
const markOf = (name: string): number => [...name].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) & 255, 7);

/** HQQ's, whole or damaged: dicts in dicts, and names of types. */
function hqqFile(random: Random): FuzzInput {
  const files = quantizedFiles(random, ".pt");
  if (chance(random, wholeShare)) return { files, must: "read" };
  return { files: files.set("qmodel.pt", damageBytes(files.get("qmodel.pt")!, random)) };
}

function make(random: Random): FuzzInput {
  if (chance(random, 0.05)) return hqqFile(random);
  const { files, weights } = drawnFiles(random);
  const target = pick(random, [...weights.keys()]);
  const isWhole = chance(random, wholeShare);
  const way = random();
  let must: FuzzInput["must"] = isWhole ? "read" : undefined;
  for (const [path, tensors] of weights) {
    const isTarget = path === target && !isWhole;
    if (isTarget && way < 0.3) must = mutateTensor(tensors, path, random);
    const ops = stateDict(tensors, chance(random, 0.2) ? pick(random, ["state_dict", "model"]) : undefined);
    if (isTarget && way >= 0.3 && way < 0.6) must = mutateOps(ops, random);
    const parts = torchParts(tensors, ops);
    const options: ZipOptions = { alignment: pick(random, [64, 64, 1, 16]), long: chance(random, 0.2) };
    if (chance(random, 0.1)) options.comment = new Uint8Array(wholeBelow(random, 70));
    if (isTarget && way >= 0.6 && way < 0.9) must = mutateArchive(parts, options, random);
    const bytes = zipBytes(parts, options);
    files.set(path, isTarget && way >= 0.95 ? damageBytes(bytes, random) : bytes);
  }
  if (!isWhole && way >= 0.9 && way < 0.95) {
    const path = files.has("params.json") ? "params.json" : "config.json";
    const fields = JSON.parse(new TextDecoder().decode(files.get(path)));
    files.set(path, utf8(JSON.stringify(mutateJson(fields, random))));
  }
  return { files, ...(must ? { must } : {}) };
}

/** A different tensor: what the checks after the pickle are for. */
function mutateTensor(tensors: TorchTensor[], path: string, random: Random): "refuse" | undefined {
  const at = wholeBelow(random, tensors.length);
  const tensor = tensors[at];
  const elements = tensor.storage.length / storageBytes[tensor.type];
  // Each file has a copy of Meta's norms, and the first is read.
  const needed = tensor.name !== "rope.freqs" && !(path.includes(".01.") && tensor.name.includes("norm"));
  switch (wholeBelow(random, 9)) {
    case 0: // beyond its storage
      tensor.offset = pick(random, [1, 2, elements, 2 ** 31, 2 ** 52]);
      return "refuse";
    case 1: // a row more than there is
      tensor.shape = [tensor.shape[0] + 1, ...tensor.shape.slice(1)];
      return "refuse";
    case 2: {
      if (tensor.shape.length < 2 || tensor.shape.some((length) => length < 2)) return undefined;
      tensor.stride = [1, tensor.shape[0]]; // transposed
      return "refuse";
    }
    case 3:
      tensor.stride = tensor.shape.map(() => pick(random, [0, 1, 2, 7, 2 ** 31, -1]));
      return undefined;
    case 4: {
      // the numbers of another
      const same = tensors.filter(
        (one) => one !== tensor && one.storage.length === tensor.storage.length && one.type === tensor.type,
      );
      const other = pick(random, same);
      if (!other || path !== "pytorch_model.bin") return undefined;
      tensor.storage = other.storage;
      const tied = ["lm_head.weight", "model.embed_tokens.weight"];
      return tied.includes(tensor.name) && tied.includes(other.name) ? undefined : "refuse";
    }
    case 5:
      tensors.splice(at, 1);
      return needed && tensor.name !== "lm_head.weight" && tensor.name !== "output.weight" ? "refuse" : undefined;
    case 6:
      tensor.name = oddText(random).slice(0, 500);
      return undefined;
    case 7:
      tensor.type = pick(random, Object.keys(storageBytes));
      return undefined;
    default:
      tensor.shape = pick(random, [
        tensor.shape.toReversed(),
        [...tensor.shape, 1],
        [],
        [0],
        [2 ** 31, 2 ** 31, 2 ** 31],
      ]);
      return undefined;
  }
}

const op = (...codes: number[]) => new Uint8Array(codes);
const text = (value: string) => new Uint8Array([0x58, ...little([utf8(value).length, 4]), ...utf8(value)]);

const attacks: Uint8Array[][] = [
  [named("posix", "system"), text("true"), op(0x85, 0x52)],
  [named("builtins", "exec"), text("1"), op(0x85, 0x52)],
  [named("torch.serialization", "load"), op(0x29, 0x52)],
  [text("posix"), text("system"), op(0x93), op(0x29, 0x52)],
  [named("__proto__", "constructor"), op(0x29, 0x52)],
  [op(0x28), text("true"), op(0x69), utf8("posix\nsystem\n")],
  [named("builtins", "getattr")], // not called at all
  [op(0x82, 1)],
];

function mutateOps(ops: Uint8Array[], random: Random): "refuse" | undefined {
  const at = 1 + wholeBelow(random, ops.length - 1);
  switch (wholeBelow(random, 9)) {
    case 8: // its end is missing
      ops.length = at;
      return "refuse";
    case 0: {
      // As the value of a key, where any value may stand.
      const dict = ops.findIndex((one) => one[0] === 0x28);
      ops.splice(dict + 1, 0, text("attack"), ...pick(random, attacks));
      return "refuse";
    }
    case 1:
      ops.splice(at, 0, ...pick(random, attacks));
      return "refuse";
    case 2:
      ops.splice(at, 1 + wholeBelow(random, 3));
      return undefined;
    case 3:
      ops.splice(at, 0, ...ops.slice(at - 1, at + wholeBelow(random, 4)));
      return undefined;
    case 4: // a number, a text or a place in memory at its limits
      ops[at] = pick(random, [
        number(pick(random, [0, 1, 255, 65_535, 2 ** 31 - 1, 2 ** 40, 2 ** 53 - 1, -1, -(2 ** 31)])),
        new Uint8Array([0x58, ...little([pick(random, [0, 5, 2 ** 31, 2 ** 32 - 1]), 4]), 1, 2, 3]),
        new Uint8Array([pick(random, [0x6a, 0x72]), ...little([pick(random, [0, 9, 2 ** 32 - 1]), 4])]),
        new Uint8Array([0x8a, pick(random, [0, 1, 8, 9, 255]), ...little([pick(random, extremeWords), 8])]),
      ]);
      return undefined;
    case 5: // lists and dicts in themselves
      ops.splice(at, 0, pick(random, [op(0x5d, 0x71, 7, 0x68, 7, 0x61), op(0x7d, 0x71, 7, 0x68, 7, 0x68, 7, 0x73)]));
      return undefined;
    case 6: // each twice as large as the one before
      ops.splice(at, 0, op(0x29), ...Array.from({ length: 60 }, () => op(0x71, 9, 0x68, 9, 0x86)));
      return undefined;
    default:
      ops[at] = op(wholeBelow(random, 256));
      return undefined;
  }
}

function mutateArchive(parts: ZipPart[], options: ZipOptions, random: Random): "refuse" | undefined {
  const at = wholeBelow(random, parts.length);
  const part = parts[at];
  const extreme = () => Number(pick(random, extremeWords.filter((word) => word < (options.long ? 2n ** 63n : 2n ** 32n)))); // prettier-ignore
  switch (wholeBelow(random, 9)) {
    case 0:
      part.method = pick(random, [1, 8, 12, 93]);
      return "refuse";
    case 1:
      part.says = { size: extreme(), ...(chance(random, 0.5) ? { stored: extreme() } : {}) };
      return undefined;
    case 2: // where another begins, or nothing
      part.says = { start: pick(random, [0, 1, 40, extreme()]) };
      return undefined;
    case 3: // its data would reach into the next
      part.extraBytes = 40_000 + wholeBelow(random, 25_000);
      options.alignment = 1;
      return part.name.endsWith("version") ? undefined : "refuse";
    case 4:
      parts.splice(at, 0, { ...part });
      return "refuse";
    case 5:
      parts.splice(at, 1);
      return undefined;
    case 6:
      options.says = { [pick(random, ["count", "size", "start"])]: extreme() };
      return undefined;
    case 7: // as large as its header says, and not as the pickle says
      if (!/data\/\d/.test(part.name) || part.data.length === 0) return undefined;
      part.data = part.data.slice(pick(random, [1, 2, 4]));
      return "refuse";
    default:
      part.name = pick(random, [
        "",
        "/data.pkl",
        "x/data.pkl",
        "archive/data/0",
        "archive/constants.pkl",
        oddText(random),
      ]);
      return undefined;
  }
}

async function use({ files, must }: FuzzInput, _: Random, pass: () => void): Promise<void> {
  const source = memorySource(files);
  for (const { path, sizeBytes } of source.files.filter(({ path: name }) => /\.(bin|pth|pt)$/.test(name))) {
    const entries = await readTorchFile(source, path);
    for (const entry of entries) checkEntry(entry, sizeBytes);
    if (must === "read" && path !== "qmodel.pt") for (const entry of entries) checkContent(entry, files.get(path)!);
  }
  pass();
  await checkOpened(source, await readCheckpoint(source));
}

function checkEntry({ name, start, end }: SafetensorsEntry, sizeBytes: number): void {
  demand(Number.isSafeInteger(start) && 0 <= start && start <= end && end <= sizeBytes, `${name}: ${start} to ${end}`);
}

function checkContent({ name, start, end }: SafetensorsEntry, file: Uint8Array): void {
  const mark = markOf(name);
  demand(file.subarray(start, end).every((byte) => byte === mark), `${name} has the bytes of something else`); // prettier-ignore
}

export const torchReader: FuzzReader = { name: "torch", make, use };
