// Files of torch.save: what torch itself has written gives the tensors that safetensors give; the odd archives and pickles of
// this project's writer are read right or refused by name; no unknown opcode or name is accepted.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openWeights } from "../../../src/format/open-weights.ts";
import { isQuantized, type ModelTensor } from "../../../src/format/quantized.ts";
import { readTorchFile } from "../../../src/format/torch-file.ts";
import { decodeStored } from "../../reference/stored.ts";
import { folderFiles, sharedData } from "../../support/local-folder.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";
import type { Files } from "../../support/spoiled.ts";
import { torchCheckpoint, torchTensorsOf } from "../../support/torch-checkpoint.ts";
import {
  named,
  number,
  stateDict,
  torchFile,
  torchParts,
  zipBytes,
  type TorchTensor,
  type ZipOptions,
  type ZipPart,
} from "../../support/torch-writer.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const fixture = (name: string) => folderFiles(join(fixtures, name));
const path = "pytorch_model.bin";

const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1"); // compared much faster than arrays

/** Name -> type, shape and bytes. */
function contents(tensors: readonly ModelTensor[], files: ReadonlyMap<string, Uint8Array>) {
  return new Map(
    tensors.map((tensor) => {
      if (isQuantized(tensor)) throw new Error(tensor.name);
      const { name, dtype, shape, file, start, end } = tensor;
      return [name, { dtype, shape, bytes: latin(files.get(file)!.subarray(start, end)) }];
    }),
  );
}

async function opened(files: Files, weights?: string) {
  const { config, tensors, format } = await openWeights(memorySource(files), { weights });
  return { config, format, tensors: contents(tensors, files) };
}

async function expectSame(torch: Files, safetensors: Files): Promise<void> {
  const [found, wanted] = await Promise.all([opened(torch), opened(safetensors)]);
  expect(found.format.kind).toBe("torch");
  expect(found.config).toEqual(wanted.config);
  expect([...found.tensors.keys()].toSorted()).toEqual([...wanted.tensors.keys()].toSorted());
  for (const [name, tensor] of wanted.tensors) expect(found.tensors.get(name), name).toEqual(tensor);
}

describe("as torch writes them", () => {
  // Parameters, a head that is the embedding's storage, a training program's wrapper; shards, views of one storage.
  test.each(["tied-f16", "sharded-f32"])("%s: config and tensors are those of safetensors", (name) =>
    expectSame(fixture(`torch-${name}`), fixture(`llama-${name}`)),
  );

  const shared = sharedData("e2e2/torch-bin");
  test.skipIf(!shared)("the shared checkpoint", () =>
    expectSame(folderFiles(shared!), folderFiles(sharedData("e2e/tiny256-f16")!)),
  );

  test("a missing shard is named", async () => {
    const files = fixture("torch-sharded-f32");
    files.delete("pytorch_model-00002-of-00002.bin");
    const error = await rejection(openWeights(memorySource(files)));
    expect(error.message).toMatch(/"pytorch_model.bin.index.json" names "pytorch_model-00002-of-00002.bin"/);
    files.delete("pytorch_model-00001-of-00002.bin");
    const none = await rejection(openWeights(memorySource(files)));
    expect(none.message).toMatch(/names "pytorch_model-00001-of-00002.bin", which is not there/);
  });

  test("safetensors beside them come first, and either can be named", async () => {
    const files = new Map([...fixture("torch-tied-f16"), ...fixture("llama-tied-f16")]);
    expect((await opened(files)).format.id).toBe("safetensors");
    expect((await opened(files, "torch")).format.kind).toBe("torch");
  });
});

describe("archives", () => {
  const llama = fixture("llama-gqa-f16");
  const tensors = torchTensorsOf(llama);
  test.each<[string, ZipOptions]>([
    ["as torch writes them", {}],
    ["without padding", { alignment: 1 }],
    ["padded to 16", { alignment: 16 }],
    ["with ZIP64's fields", { long: true }],
    ["with a comment", { comment: new Uint8Array(300).fill(0x50) }],
  ])("%s", (_, options) => expectSame(torchCheckpoint(llama, tensors, options), llama));

  test("of 4.4 GB, as torch writes one: ZIP64", async () => {
    const pieces = fixture("torch-large"); // between its pieces there are zeros
    const { sizeBytes } = JSON.parse(new TextDecoder().decode(pieces.get("about.json")));
    const [beginning, end] = [pieces.get("beginning.bin")!, pieces.get("end.bin")!];
    const file = (at: number) => beginning[at] ?? end[at - sizeBytes + end.length] ?? 0;
    const read = async (_: string, from: number, to: number) =>
      Uint8Array.from({ length: to - from }, (_, i) => file(from + i));
    const entries = await readTorchFile({ label: "large", files: [{ path, sizeBytes }], read }, path);
    expect(entries.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ["before", "F16", [16, 8]], ["zeros", "F16", [2.2e9]], ["between", "F16", [3, 5]], ["after", "F32", [7]],
    ]); // prettier-ignore
    const [before, zeros, between, after] = await Promise.all(
      entries.map(({ start, end }) => read(path, start, Math.min(end, start + 64))),
    );
    expect(entries[1].end - entries[1].start).toBe(4.4e9);
    expect(new Set(new Uint16Array(before.buffer))).toEqual(new Set([0x3c00]));
    expect(new Set(zeros)).toEqual(new Set([0]));
    expect([...decodeStored("f16", between, 1, 15)]).toEqual(Array.from({ length: 15 }, (_, i) => i));
    expect([...new Float32Array(after.buffer)]).toEqual(Array(7).fill(1));
  });

  test("a directory longer than what is read of the end at first", async () => {
    const many = Array.from({ length: 1500 }, (_, i): TorchTensor => ({
      name: `t${i}`, type: "HalfStorage", shape: [2], storage: new Uint8Array([i & 255, i >> 8, 0, 0]),
    })); // prettier-ignore
    const file = torchFile(many);
    const entries = await readTorchFile(memorySource([[path, file]]), path);
    expect(entries.map(({ name }) => name)).toEqual(many.map(({ name }) => name));
    for (const [i, { start, end }] of entries.entries())
      expect(latin(file.subarray(start, end))).toBe(latin(many[i].storage));
  });

  test("of hundreds of storages a few headers are read", async () => {
    const source = memorySource(torchCheckpoint(llama, tensors));
    let reads = 0;
    const counted = { ...source, read: (...range: Parameters<typeof source.read>) => (reads++, source.read(...range)) };
    await readTorchFile(counted, path);
    expect(reads).toBeLessThanOrEqual(7);
  });

  const one: TorchTensor = { name: "t", type: "HalfStorage", shape: [4, 3], storage: new Uint8Array(24) };
  const changed = (end: string, change: Partial<ZipPart>) =>
    torchParts([one]).map((part) => (part.name.endsWith(end) ? { ...part, ...change } : part));
  test.each<[string, RegExp, Uint8Array]>([
    ["compressed", /"archive\/data\/0" compressed.*save it again/, zipBytes(changed("data/0", { method: 8 }))],
    ["encrypted", /"archive\/data.pkl" encrypted/, zipBytes(changed("data.pkl", { flags: 0x809 }))],
    ["a size that is another", /storage of "t" should have 24 bytes and has 20/, zipBytes(changed("data/0", { data: new Uint8Array(20) }))],
    ["a storage that is not there", /storage of "t" should have 24 bytes and has none/, zipBytes(torchParts([one]).filter(({ name }) => !name.endsWith("data/0")))],
    ["a member over another", /does not end before what follows/, zipBytes(changed("data/0", { says: { start: 0 } }))],
    ["a member beyond the end", /does not end before what follows/, zipBytes(changed("data.pkl", { says: { size: 2 ** 22 } }))],
    ["a header beyond its data", /does not end before what follows/, zipBytes(changed("data.pkl", { extraBytes: 60_000 }))],
    ["a header of nothing", /does not end before|has no header/, zipBytes(changed("data/0", { says: { start: 40 } }))],
    ["a directory outside", /directory is not inside/, zipBytes(torchParts([one]), { says: { start: 2 ** 31 } })],
    ["more members than there are", /directory ends before member 4 of 9/, zipBytes(torchParts([one]), { says: { count: 9 } })],
    ["a member twice", /"archive\/version" is there twice/, zipBytes([...torchParts([one]), torchParts([one])[3]])],
    ["no directory", /no directory at its end/, torchFile([one]).slice(0, -30)],
    ["nothing at all", /no directory at its end/, new Uint8Array(0)],
    ["no pickle", /has 0 members data.pkl/, zipBytes(changed("data.pkl", { name: "archive/data.txt" }))],
    ["two pickles", /has 2 members data.pkl/, zipBytes([...torchParts([one]), { name: "b/data.pkl", data: new Uint8Array(9) }])],
    ["big-endian numbers", /byte order "big"; pronk reads little/, zipBytes(changed("byteorder", { data: new TextEncoder().encode("big") }))],
    ["a program", /TorchScript/, zipBytes([...torchParts([one]), { name: "archive/constants.pkl", data: new Uint8Array(9) }])],
  ])("%s", async (_, message, file) => {
    const error = await rejection(readTorchFile(memorySource([[path, file]]), path));
    expect(error.message).toMatch(message);
    expect(error.facts.file).toBe(path);
    expect(error.message.length).toBeLessThanOrEqual(300);
  }); // prettier-ignore

  test("before 1.6, or a pickle alone: named", async () => {
    const legacy = new Map(fixture("torch-tied-f16"));
    legacy.set(
      path,
      Uint8Array.from("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", (letter) => letter.charCodeAt(0)),
    );
    expect((await rejection(openWeights(memorySource(legacy)))).message).toMatch(/torch before 1\.6.*later torch/);
    legacy.set(
      path,
      Uint8Array.from("\x80\x04\x95\0\0\0", (letter) => letter.charCodeAt(0)),
    );
    expect((await rejection(openWeights(memorySource(legacy)))).message).toMatch(/Python pickles/);
  });
});

describe("tensors", () => {
  const storage = Uint8Array.from({ length: 48 }, (_, i) => i);
  const tensor = (fields: Partial<TorchTensor>): TorchTensor => ({ name: "t", type: "HalfStorage", shape: [4, 6], storage, ...fields }); // prettier-ignore
  const read = (...tensors: TorchTensor[]) => readTorchFile(memorySource([[path, torchFile(tensors)]]), path);

  test.each<[string, Partial<TorchTensor>, number, number]>([
    ["whole", {}, 0, 48],
    ["some rows", { shape: [2, 6], offset: 12 }, 24, 48],
    ["a vector", { shape: [6], offset: 6 }, 12, 24],
    ["a number", { shape: [], offset: 23 }, 46, 48],
    ["an axis of one, whatever its stride", { shape: [1, 6], stride: [77, 1] }, 0, 12],
    ["nothing", { shape: [0, 6] }, 0, 0],
  ])("%s", async (_, fields, from, to) => {
    const file = torchFile([tensor(fields)]);
    const [{ start, end, dtype }] = await readTorchFile(memorySource([[path, file]]), path);
    expect(dtype).toBe("F16");
    expect([...file.slice(start, end)]).toEqual([...storage.slice(from, to)]);
  });

  test.each<[string, Partial<TorchTensor>, RegExp]>([
    ["transposed", { shape: [6, 4], stride: [1, 6] }, /"t".*view whose numbers do not stand in order.*contiguous/],
    ["every second column", { shape: [4, 3], stride: [6, 2] }, /do not stand in order/],
    ["expanded", { shape: [4, 6], stride: [0, 1] }, /do not stand in order/],
    ["as many strides as axes", { shape: [24], stride: [6, 1] }, /do not stand in order/],
    ["beyond the storage", { offset: 1 }, /ends at element 25 of a storage of 24/],
    ["larger than can be counted", { shape: [2 ** 31 - 1, 2 ** 31 - 1, 4] }, /of a storage of 24/],
    ["a negative offset", { offset: -1 }, /not made of storage, offset/],
    ["a negative axis", { shape: [-4, 6] }, /not made of storage, offset/],
  ])("refused: %s", async (_, fields, message) => {
    const error = await rejection(read(tensor(fields)));
    expect(error.message).toMatch(message);
    expect(error.facts.file).toBe(path);
  });

  test("that share numbers, other than embedding and head, are named", async () => {
    const llama = fixture("llama-gqa-f16");
    const tensors = torchTensorsOf(llama);
    const norm = tensors.find(({ name }) => name === "model.norm.weight")!;
    const other = tensors.find(({ name }) => name === "model.layers.0.input_layernorm.weight")!;
    other.storage = norm.storage;
    const error = await rejection(openWeights(memorySource(torchCheckpoint(llama, tensors))));
    expect(error.code).toBe("model-unsupported");
    expect(error.message).toMatch(/input_layernorm.*norm.weight.* share their numbers.*clone/);
  });

  test("of a type that is not run are named where the model needs them", async () => {
    const llama = fixture("llama-gqa-f16");
    const tensors = torchTensorsOf(llama);
    tensors[0] = { ...tensors[0], type: "DoubleStorage", storage: new Uint8Array(4 * tensors[0].storage.length) };
    const error = await rejection(openWeights(memorySource(torchCheckpoint(llama, tensors))));
    expect(error.message).toMatch(/dtype F64; pronk reads F32, F16 and BF16/);
  });
});

describe("pickles", () => {
  const one: TorchTensor = { name: "t", type: "HalfStorage", shape: [4, 3], storage: new Uint8Array(24) };
  const read = (ops: Uint8Array[]) => readTorchFile(memorySource([[path, zipBytes(torchParts([one], ops))]]), path);
  const op = (...codes: number[]) => new Uint8Array(codes);
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const word = (text: string) => new Uint8Array([0x58, text.length, 0, 0, 0, ...utf8(text)]);
  const whole = stateDict([one]);
  const at = (index: number, ...ops: Uint8Array[]) => whole.toSpliced(index, 0, ...ops);

  test.each(["state_dict", "model", "module", "model_state_dict"])("a dict under %s", async (wrapper) => {
    expect((await read(stateDict([one], wrapper))).map(({ name }) => name)).toEqual(["t"]);
  });
  test.each([false, true])("HQQ's dicts of modules, with scales in a dict of their own: %s", async (isOld) => {
    const tensors = ["W_q", "scale", "zero"].map((name): TorchTensor => ({ ...one, name, storage: new Uint8Array(24) }));
    const types = [named("torch", "Size"), op(0x4b, 4, 0x85, 0x85, 0x52), word("compute_dtype"), named("torch", "float16")];
    const inner = stateDict(tensors).slice(1, -1); // without the protocol and the end
    const end = inner.findIndex((each) => each[0] === 0x75);
    const second = inner.findIndex((each) => each[0] === 0x58 && each[1] === 5); // "scale"
    const meta = isOld ? [word("meta"), op(0x7d, 0x28)] : [];
    const dict = [...inner.slice(0, second), ...meta, ...inner.slice(second, end), word("shape"), ...types, ...(isOld ? [op(0x75)] : []), ...inner.slice(end)];
    const found = await readTorchFile(
      memorySource([["qmodel.pt", zipBytes(torchParts(tensors, [op(0x80, 2), op(0x7d, 0x28), word("a.q_proj"), ...dict, op(0x75), op(0x2e)]))]]),
      "qmodel.pt",
    );
    expect(found.map(({ name }) => name).toSorted()).toEqual(["a.q_proj.W_q", "a.q_proj.scale", "a.q_proj.zero"]);
  }); // prettier-ignore
  test("a dict under another name is not guessed at", async () => {
    const error = await rejection(read(stateDict([one], "ema")));
    expect(error.message).toMatch(/no dict of tensors/);
    expect(error.facts.found).toContain("ema");
  });

  // What attacks are made of: both ways of naming a callable, and every way of calling one.
  test.each<[string, RegExp, Uint8Array[]]>([
    ["os.system", /holds posix\.system, .*runs no code/, [named("posix", "system"), word("true"), op(0x85, 0x52)]],
    ["eval", /holds builtins\.eval/, [named("builtins", "eval"), word("1"), op(0x85, 0x52)]],
    ["getattr", /holds __builtin__\.getattr/, [named("__builtin__", "getattr")]],
    ["a name of torch's that is not listed", /holds torch\.load/, [named("torch", "load")]],
    ["a name of JavaScript's", /holds __proto__\.constructor/, [named("__proto__", "constructor")]],
    ["STACK_GLOBAL", /opcode 0x93/, [word("posix"), word("system"), op(0x93)]],
    ["INST", /opcode 0x69/, [op(0x28), word("true"), op(0x69), utf8("posix\nsystem\n")]],
    ["OBJ", /opcode 0x6f/, [op(0x28), op(0x6f)]],
    ["NEWOBJ", /opcode 0x81/, [op(0x29, 0x29, 0x81)]],
    ["EXT1", /opcode 0x82/, [op(0x82, 1)]],
    ["BYTEARRAY8", /opcode 0x96/, [op(0x96, 255, 255, 255, 255, 255, 255, 255, 127)]],
    ["a text that is called", /calls what cannot be called/, [word("posix"), op(0x29, 0x52)]],
    ["a type that is called", /calls what cannot be called/, [named("torch", "HalfStorage"), op(0x29, 0x52)]],
    ["a call without arguments", /calls what cannot be called/, [named("collections", "OrderedDict"), op(0x7d, 0x52)]],
    ["a state for what is no dict", /builds on what is no dict/, [op(0x4b, 1, 0x7d, 0x62)]],
    ["a tensor of nothing", /not made of storage, offset/, [named("torch._utils", "_rebuild_tensor_v2"), op(0x29, 0x52)]],
    ["a storage of no type", /not told by type, key and size/, [op(0x28), word("storage"), word("HalfStorage"), word("0"), word("cpu"), number(12), op(0x74, 0x51)]],
    ["a text without an end", /ends within a value/, [op(0x58, 255, 255, 255, 255)]],
    ["a text that is not UTF-8", /not UTF-8/, [op(0x58, 1, 0, 0, 0, 0xff)]],
    ["a name without an end", /name in it has no end/, [new Uint8Array([0x63, ...utf8("a".repeat(999))])]],
    ["a value that is not there", /a value is missing/, [op(0x28, 0x85)]],
    ["more than is there", /a value is missing/, Array.from({ length: 9 }, () => op(0x73))],
    ["a mark that is not there", /a mark is missing/, [op(0x74, 0x74)]],
    ["what was not put down", /has not put down/, [op(0x68, 250)]],
    ["an odd number for a dict", /no pairs for a dict/, [op(0x7d, 0x28, 0x4b, 1, 0x75)]],
    ["items for what is no dict", /no pairs for a dict/, [op(0x4b, 1, 0x28, 0x75)]],
    ["an item for what is no list", /no list/, [op(0x4b, 1, 0x4b, 2, 0x61)]],
    ["a number too large", /too large/, [op(0x8a, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1)]],
    ["a protocol of tomorrow", /protocol/, [op(0x80, 6)]],
  ])("refused: %s", async (_, message, ops) => {
    const error = await rejection(read(at(1, ...ops)));
    expect(error.message).toMatch(message);
    expect(error.facts.file).toBe(path);
    expect(error.message.length).toBeLessThanOrEqual(300);
  }); // prettier-ignore

  test("values left over, and no end", async () => {
    expect((await rejection(read(at(1, number(1))))).message).toMatch(/left over/);
    expect((await rejection(read(whole.slice(0, -1)))).message).toMatch(/ends within a value/);
  });

  test("a dict in itself, and lists that double, cost what they take", async () => {
    const self = [op(0x7d, 0x71, 9), word("a"), op(0x68, 9, 0x73, 0x30)];
    expect((await rejection(read(at(1, ...self)))).message).toMatch(/opcode 0x30/); // POP is not met
    // Each list holds the one before it twice: 2^40 numbers to walk.
    const doubled = Array.from({ length: 40 }, () => op(0x71, 9, 0x68, 9, 0x86));
    const ops = [op(0x80, 2, 0x7d), word("t"), number(1), ...doubled, op(0x73, 0x2e)];
    expect((await rejection(read(ops))).message).toMatch(/no dict of tensors/);
  });
});
