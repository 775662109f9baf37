// Opening a source whatever its format: traps of published repositories, at the smallest size that has them.

import { expect, test } from "vitest";
import { openWeights } from "../../../src/format/open-weights.ts";
import { madeCheckpoint, madeConfig } from "../../support/made-checkpoint.ts";
import { madeGguf } from "../../support/made-gguf.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test("a free file name, a stale index, and a GGUF file that cannot be read beside them", async () => {
  const files = madeCheckpoint();
  files.set("output.safetensors", files.get("model.safetensors")!);
  files.delete("model.safetensors");
  files.set(
    "model.safetensors.index.json",
    text({ weight_map: { "lm_head.weight": "model-00001-of-00003.safetensors" } }),
  );
  files.set("other.Q4_K_M.gguf", new Uint8Array(100));
  const opened = await openWeights(memorySource(files));
  expect(opened.format.kind).toBe("safetensors");
  expect(opened.tensors).toHaveLength(2 * 9 + 3);
  expect(await rejection(openWeights(memorySource(files), { weights: "gguf" }))).toMatchObject({
    code: "format", facts: { file: "other.Q4_K_M.gguf", field: "magic" },
  }); // prettier-ignore
});

test("a GGUF repository with the config and stale index of another export", async () => {
  const files = new Map([
    ["config.json", text(madeConfig())],
    ["model.safetensors.index.json", text({ weight_map: { a: "model-00001-of-00002.safetensors" } })],
    ["a.Q8_0.gguf", madeGguf({ "general.architecture": "mamba" }, [])],
  ]);
  expect(await rejection(openWeights(memorySource(files)))).toMatchObject({
    code: "model-unsupported", facts: { file: "a.Q8_0.gguf", found: '"mamba"' },
  }); // prettier-ignore
});

test("a quantized repository of unquantized tensors is what it holds", async () => {
  const config = madeConfig({ quantization_config: { quant_method: "awq", bits: 4, version: "gemm" } });
  const files = madeCheckpoint().set("config.json", text(config));
  const { tensors } = await openWeights(memorySource(files));
  expect(tensors.every((tensor) => "dtype" in tensor)).toBe(true);
});

test("refused by name: a layout in quantize_config.json; no config.json; a config.json of megabytes", async () => {
  const refusal = (files: Map<string, Uint8Array>) => rejection(openWeights(memorySource(files)));
  const bitblas = text({ bits: 4, group_size: 128, checkpoint_format: "bitblas" });
  expect(await refusal(madeCheckpoint().set("quantize_config.json", bitblas))).toMatchObject({
    code: "model-unsupported", facts: { file: "quantize_config.json", field: "checkpoint_format" },
  }); // prettier-ignore
  const bare = madeCheckpoint();
  bare.delete("config.json");
  expect(await refusal(bare)).toMatchObject({ code: "format", facts: { file: "config.json" } });
  expect(await refusal(madeCheckpoint().set("config.json", new Uint8Array(2 ** 21)))).toMatchObject({ code: "format" });
});
