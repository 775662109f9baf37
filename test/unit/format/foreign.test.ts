// Weights that pronk doesn't read are called by their name, with what to take instead: by the files' names, by a file's first
// bytes, by its tensors. Files that are only damaged keep their own error, and files beside a model change nothing.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openWeights } from "../../../src/format/open-weights.ts";
import { weightFormats } from "../../../src/format/weight-formats.ts";
import { folderFiles, sharedData } from "../../support/local-folder.ts";
import { madeCheckpoint, madeSafetensors } from "../../support/made-checkpoint.ts";
import { ByteWriter } from "../../support/made-gguf.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";
import type { Files } from "../../support/spoiled.ts";

const bytes = (text: string, size = 256) => {
  const file = new Uint8Array(size);
  file.set(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
  return file;
};
const named = (...paths: string[]): Files => new Map(paths.map((path) => [path, bytes("")]));
const refusal = (files: Files) => rejection(openWeights(memorySource(files, { label: "owner/name" })));

describe("by names of files", () => {
  test.each<[RegExp, string[]]>([
    [/Meta's original checkpoint.*-hf/, ["original/consolidated.00.pth", "original/params.json", "tokenizer.model"]],
    [/Meta's original checkpoint/, ["consolidated.safetensors", "params.json"]],
    [/Python pickles \("last\/pytorch_model.bin"\).*safetensors or GGUF/, ["config.json", "training_args.bin", "last/pytorch_model.bin"]],
    [/Python pickles/, ["model.pt"]],
    [/Python pickles/, ["config.json", "last/qmodel.pt"]],
    [/an adapter \("adapter_config.json"\).*among its `adapters`/, ["README.md", "adapter_config.json", "adapter_model.safetensors", "tokenizer.json"]],
    [/an adapter/, ["adapter_config.json", "adapter_model.bin", "training_args.bin"]],
    [/an OpenVINO model/, ["config.json", "openvino_model.bin", "openvino_model.xml", "openvino_tokenizer.bin"]],
    [/a CTranslate2 model/, ["config.json", "other.bin", "model.bin", "vocabulary.json"]],
    [/pieces of a GGUF file.*Join/, ["llama-2-70b.Q8_0.gguf.part1of2", "llama-2-70b.Q8_0.gguf.part2of2"]],
    [/pieces of a GGUF file/, ["llama-2-70b.Q8_0.gguf-split-a", "llama-2-70b.Q8_0.gguf-split-b"]],
    [/a GGML file.*GGUF file of the same model/, ["llama-2-7b-chat.ggmlv3.q4_0.bin", "llama-2-7b-chat.ggmlv3.q8_0.bin"]],
    [/a GGML file/, ["ggml-model-q4_0.bin"]],
    [/arrays of NumPy or MLX/, ["config.json", "llama.npz"]],
    [/Flax weights/, ["config.json", "flax_model.msgpack"]],
    [/TensorFlow or Keras weights/, ["config.json", "tf_model.h5"]],
    [/TensorFlow Lite or MediaPipe/, ["llama.tflite"]],
    [/Core ML/, ["Llama.mlpackage/Manifest.json"]],
    [/llamafile/, ["llama-2-7b.llamafile"]],
    [/what a training run left/, ["README.md", "training_args.bin"]],
    [/what a training run left/, ["trainer_state.json", "optimizer.pt", "rng_state_0.pth"]],
    [/no weights that pronk reads/, ["README.md", "config.json"]],
  ])("%s", async (message, paths) => {
    const error = await refusal(named(...paths));
    expect(error.code).toBe("model-unsupported");
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThanOrEqual(300);
  });
}); // prettier-ignore

describe("by a file's first bytes", () => {
  const ggml = (magic: number) => new ByteWriter().u32(magic).u32(3).u32(32_000).u32(4096).pad(64).done();
  test.each<[string, RegExp, string, Uint8Array]>([
    ["model-unsupported", /Python pickles.*safetensors or GGUF/, "llama.bin", bytes("PK\x03\x04\0\0\x08\x08")],
    ["model-unsupported", /a pickle of torch before 1.6/, "llama.bin", bytes("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.")],
    ["model-unsupported", /a GGML file/, "llama.bin", ggml(0x67676a74)],
    ["model-unsupported", /a GGML file/, "llama.bin", ggml(0x67676d66)],
    ["model-unsupported", /a GGML file/, "llama.gguf", ggml(0x67676d6c)],
    ["model-unsupported", /an adapter/, "lora.bin", ggml(0x67676c61)],
    ["model-unsupported", /a CTranslate2 model/, "model.bin", bytes("\x06\0\0\0\x17\0TransformerDecoderSpec\0\x08\0\0\0")],
    ["model-unsupported", /GGUF file under another name.*Rename/, "model.bin", bytes("GGUF\x03")],
    ["model-unsupported", /safetensors under another name.*Rename/, "model.bin", madeSafetensors([])],
    ["format", /a Git LFS pointer.*git lfs pull/, "model.gguf", bytes("version https://git-lfs.github.com/spec/v1\n", 130)],
    ["format", /a web page/, "model.gguf", bytes("<!DOCTYPE html><html>")],
    ["format", /not a valid llama2.c checkpoint/, "model.bin", bytes("\x80\x02\0\0")], // dim 640
    ["format", /not a whole, valid GGUF file: metadata/, "model.gguf", new ByteWriter().u32(0x46554747).u32(3).u64(0).u64(1).text("k").u32(77).pad(64).done()],
  ])("%s: %s in %s", async (code, message, path, file) => {
    const error = await refusal(new Map([[path, file]]));
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ code, facts: { file: path } });
  }); // prettier-ignore

  test("of several .bin files of unknown names, and of weights that are a pointer or a page", async () => {
    const two = new Map([["a.bin", ggml(0x67676a74)], ["b.bin", ggml(0x67676a74)]]); // prettier-ignore
    expect((await refusal(two)).message).toMatch(/"a.bin" holds a GGML file/);
    const pointer = bytes("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", 130);
    expect(await refusal(madeCheckpoint().set("model.safetensors", pointer))).toMatchObject({
      code: "format", facts: { file: "model.safetensors", found: "a Git LFS pointer in place of the file" },
    }); // prettier-ignore
    expect((await refusal(madeCheckpoint().set("config.json", bytes("<html>", 64)))).message).toMatch(/a web page/);
  });

  test("damaged safetensors keep their own error, whatever their header's length looks like", async () => {
    const length = new ByteWriter().u64(0x010280).done(); // 80 02 01: as a pickle begins
    const error = await refusal(madeCheckpoint().set("model.safetensors", length));
    expect(error.message).toMatch(/its header claims 66176 bytes/);
  });
});

describe("by names of tensors", () => {
  const layer = "model.layers.0.mlp.up_proj";
  test.each<[string, RegExp, [string, string]]>([
    ["EXL3", /layout EXL3/, [`${layer}.trellis`, "I16"]],
    ["marlin", /marlin of sparse weights/, [`${layer}.B_24`, "I32"]],
    ["QQQ", /layout QQQ/, [`${layer}.s_channel`, "F16"]],
    ["VPTQ", /layout VPTQ/, [`${layer}.centroids.weight`, "F16"]],
    ["QuIP#", /layout QuIP#/, [`${layer}.Qidxs`, "I64"]],
    ["torchao", /layout torchao, other/, [`${layer}._weight_qdata`, "U8"]],
    ["an adapter", /an adapter.*among its `adapters`/, [`base_model.model.${layer}.lora_A.weight`, "F32"]],
    ["Meta's names", /Meta's original.*-hf/, ["layers.0.attention.wq.weight", "BF16"]],
  ])("%s", async (_, message, [name, dtype]) => {
    const size = { I8: 1, U8: 1, F16: 2, I16: 2, BF16: 2, I64: 8 }[dtype] ?? 4;
    const file = madeSafetensors([{ name, dtype, shape: [1], bytes: new Uint8Array(size) }]);
    const error = await refusal(madeCheckpoint().set("model.safetensors", file));
    expect(error).toMatchObject({ code: "model-unsupported", facts: { file: "model.safetensors", field: name } });
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThanOrEqual(300);
  });

  test("whose own names are as a plain model's: FP8 by its type", async () => {
    const { entries, files } = plain();
    const [first, ...rest] = entries;
    const eight = { ...first, dtype: "F8_E4M3", bytes: new Uint8Array(first.bytes.length / 4) };
    expect((await refusal(files.set("model.safetensors", madeSafetensors([eight, ...rest])))).message).toMatch(/FP8/);
  });
});

/** A checkpoint's tensors, to be changed. */
function plain() {
  const files = madeCheckpoint();
  const file = files.get("model.safetensors")!;
  const headerBytes = Number(new DataView(file.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerBytes))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const entries = Object.entries(header).map(([name, { dtype, shape, data_offsets: [start, end] }]) => ({
    name, dtype, shape, bytes: file.slice(8 + headerBytes + start, 8 + headerBytes + end),
  })); // prettier-ignore
  return { files, entries };
}

test("an adapter beside a model that lacks a shard, and images' part beside a GGUF model, are not taken for it", async () => {
  const files = madeCheckpoint({ shards: 2 });
  for (const path of ["model-00002-of-00002.safetensors", "model.safetensors.index.json"]) files.delete(path);
  const tensor = { name: "base_model.model.lm_head.lora_A.weight", dtype: "F32", shape: [1], bytes: new Uint8Array(4) };
  files.set("adapter_model.safetensors", madeSafetensors([tensor]));
  expect((await refusal(files)).message).toMatch(/has no tensor/);
  const projector = named("mmproj-model-f16.gguf", "model-f16.gguf");
  expect(weightFormats(memorySource(projector)).map(({ id }) => id)).toEqual(["model-f16.gguf"]);
});

test("what lies beside a model is no weights that it offers, and does not hide them", async () => {
  const files = madeCheckpoint();
  for (const [path, file] of named("training_args.bin", "optimizer.pt", "adapter_model.safetensors", "onnx/model.onnx"))
    files.set(path, file);
  files.delete("adapter_model.safetensors");
  expect(weightFormats(memorySource(files)).map(({ id }) => id)).toEqual(["safetensors"]);
  expect((await openWeights(memorySource(files))).tensors).toHaveLength(2 * 9 + 3);
  const adapters = named("adapter_config.json", "adapter_model.safetensors", "merged.Q4_K_M.gguf", "training_args.bin");
  expect(weightFormats(memorySource(adapters)).map(({ id }) => id)).toEqual(["merged.Q4_K_M.gguf"]);
});

const e2e2 = sharedData("e2e2");
describe.skipIf(!e2e2)("whole checkpoints of their own packers", () => {
  const names: Record<string, RegExp> = { "peft-lora": /an adapter/ };
  test.each(Object.entries(names).filter(([name]) => e2e2 && existsSync(join(e2e2, name))))(
    "%s",
    async (name, message) => {
      expect((await refusal(folderFiles(join(e2e2!, name)))).message).toMatch(message);
    },
  );
});
