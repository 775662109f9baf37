// What is read from an adapter's files: scales by patterns, places, llama.cpp's names; what does not fit the model, what is not
// supported and what is damaged is refused by name.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../../src/format/config.ts";
import { JsonFile } from "../../../src/format/json-file.ts";
import { loraFile, openLora } from "../../../src/format/lora-files.ts";
import { readLora } from "../../../src/format/lora.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { madeGguf } from "../../support/made-gguf.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";
import { type Files, spoilJson, spoilTensor } from "../../support/spoiled.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const base = readConfig(
  JsonFile.parse("config.json", folderFiles(join(fixtures, "llama-gqa-f16")).get("config.json")!),
);

const filesOf = (name: string) => folderFiles(join(fixtures, "lora", name));
const read = async (files: Files, config = base) => readLora((await openLora(memorySource(files))).file, config);
const byPlace = (lora: Awaited<ReturnType<typeof read>>) =>
  Object.fromEntries(lora.linear.map(({ layer, role, rank, scale }) => [`${layer ?? ""}${role}`, [rank, scale]]));

/** Reads `plain` with these fields of its configuration replaced. */
async function withFields(fields: Record<string, unknown>): Promise<Files> {
  const files = filesOf("plain");
  spoilJson(files, "adapter_config.json", (before) => ({ ...before, ...fields }));
  return files;
}

describe("an adapter of peft", () => {
  test("has its scale and rank by the first pattern that matches, and rslora's root", async () => {
    const lora = await read(filesOf("patterns"));
    const found = byPlace(lora);
    const scale = (alpha: number, rank: number) => [rank, alpha / Math.sqrt(rank)];
    expect(found["0q"]).toEqual(scale(5, 2));
    expect(found["0v"]).toEqual(scale(7, 4));
    expect(found["1v"]).toEqual(scale(3, 4));
    expect(found["0up"]).toEqual(scale(5, 4));
    expect(found["1up"]).toEqual(scale(5, 9));
    expect(found["1down"]).toEqual(scale(5, 9));
    expect(lora.linear).toHaveLength(14);
    expect(lora.base).toBe("fixtures/llama-gqa-f16");
  });

  test("has magnitudes, an embedding, a head, whole matrices, rows, biases", async () => {
    expect((await read(filesOf("dora"))).linear.every(({ magnitude }) => magnitude)).toBe(true);
    const both = await read(filesOf("embedding-head"));
    expect(both.embedding).toMatchObject({ rank: 2, scale: 2, byToken: false });
    expect(byPlace(both)).toEqual({ head: [2, 2], "0k": [2, 2], "1k": [2, 2] });
    expect([...both.whole.keys()].toSorted()).toEqual(["lm_head.weight", "model.embed_tokens.weight"]);
    expect([...(await read(filesOf("saved"))).whole.keys()].toSorted()).toEqual([
      "lm_head.weight",
      "model.embed_tokens.weight",
      "model.layers.0.input_layernorm.weight",
      "model.layers.0.post_attention_layernorm.weight",
      "model.layers.1.input_layernorm.weight",
      "model.layers.1.post_attention_layernorm.weight",
      "model.norm.weight",
    ]);
    const { tokens } = await read(filesOf("tokens"));
    expect(Object.fromEntries(tokens.map(({ of, ids }) => [of, ids]))).toEqual({
      embedding: [5, 151, 152, 7],
      head: [9, 211, 212],
    });
    expect((await read(filesOf("b-bias"))).linear.every(({ bias }) => bias)).toBe(true);
  });

  test("gives a tied head the rows of its embedding, unless it has its own", async () => {
    const files = filesOf("tokens");
    expect((await read(files, { ...base, tiedEmbeddings: true })).tokens).toHaveLength(2);
    await spoilTensor(files, "lm_head.token_adapter.trainable_tokens_delta", () => null);
    const { tokens } = await read(files, { ...base, tiedEmbeddings: true });
    expect(tokens.map(({ of, ids }) => [of, ids])).toEqual([
      ["embedding", [5, 151, 152, 7]],
      ["head", [5, 151, 152, 7]],
    ]);
    expect((await read(files)).tokens).toHaveLength(1);
  });

  test("of torch is as that of safetensors, and as what is kept of it", async () => {
    const opened = await openLora(memorySource(filesOf("all-f16-bin")));
    const lora = readLora(opened.file, base);
    expect(lora.linear).toHaveLength(14);
    expect(lora.tensors.every(({ file, dtype }) => file === "adapter_model.bin" && dtype === "f16")).toBe(true);
    expect(readLora(await loraFile(opened.sideFiles, opened.file.tensors), base)).toEqual(lora);
  });

  test("of the bare model has its places too", async () => {
    const files = filesOf("plain");
    await spoilTensor(files, "layers.0.self_attn.q_proj.lora_A.weight", ({ name }) => ({
      name: name.replace("model.model.model", "model.model"),
    }));
    await spoilTensor(files, "layers.0.self_attn.q_proj.lora_B.weight", ({ name }) => ({
      name: name.replace("model.model.model", "model.model"),
    }));
    expect(byPlace(await read(files))).toEqual(byPlace(await read(filesOf("plain"))));
  });
});

test("llama.cpp's file is the same adapter, with its rows in Meta's order", async () => {
  const [peft, gguf] = [await read(filesOf("plain")), await read(filesOf("plain-gguf"))];
  expect(byPlace(gguf)).toEqual(byPlace(peft));
  expect([peft.interleaved, gguf.interleaved]).toEqual([false, true]);
});

describe("is refused by name", () => {
  test.each([
    ["kasa_config", { beta: 1 }],
    ["alora_invocation_tokens", [1, 2]],
    ["layer_replication", [[0, 2]]],
    ["target_parameters", ["mlp.experts.gate_up_proj"]],
    ["use_qalora", true],
    ["arrow_config", { top_k: 2 }],
    ["use_bdlora", { nblocks: 2 }],
    ["init_lora_weights", "pissa_niter_4"],
    ["something_new", 1],
    ["peft_type", "IA3"],
  ])("%s", async (field, value) => {
    const error = await rejection(read(await withFields({ [field]: value })));
    expect(error).toMatchObject({ code: "model-unsupported", facts: { file: "adapter_config.json", field } });
  });

  test("but not what says nothing", async () => {
    await read(await withFields({ kasa_config: null, use_qalora: false, arrow_config: {}, something_new: [] }));
    await read(await withFields({ init_lora_weights: "gaussian" }));
  });

  test.each([
    ["rank_pattern", { "(a+)+b": 3 }],
    ["alpha_pattern", { ".*.*.*.*.*x": 3 }],
    ["alpha_pattern", { "(": 3 }],
    ["rank_pattern", { q_proj: "3" }],
    ["r", 0],
    ["trainable_token_indices", ["a"]],
  ])("a wrong %s: %j", async (field, value) => {
    const error = await rejection(read(await withFields({ [field]: value })));
    expect(error).toMatchObject({ code: "format", facts: { file: "adapter_config.json" } });
    expect(error.message).toContain(field);
  });

  test("an adapter for a model of another size, with both sizes", async () => {
    const error = await rejection(read(filesOf("plain"), { ...base, dim: 128 }));
    expect(error).toMatchObject({
      code: "format",
      facts: {
        file: "adapter_model.safetensors",
        field: "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
        expected: "[4,128]",
        found: "[4,64]",
      },
    });
    const ranks = await rejection(read(await withFields({ r: 8 })));
    expect(ranks.facts).toMatchObject({ expected: "[8,64]", found: "[4,64]" });
    const layers = await rejection(read(filesOf("plain"), { ...base, layers: 1 }));
    expect(layers.facts.field).toContain("layers.1.");
    const vocabulary = await rejection(read(filesOf("saved"), { ...base, vocabSize: 330 }));
    expect(vocabulary.facts).toMatchObject({ expected: "[330,64]", found: "[331,64]" });
  });

  test("a tensor without its other, without a place, or of a kind that is not computed", async () => {
    const files = filesOf("plain");
    await spoilTensor(files, "layers.1.self_attn.v_proj.lora_B.weight", () => null);
    expect((await rejection(read(files))).facts).toMatchObject({ expected: "B", found: null });
    const strange = filesOf("plain");
    await spoilTensor(strange, "layers.1.self_attn.v_proj.lora_B.weight", () => ({
      name: "base_model.model.vision.x",
    }));
    expect(await rejection(read(strange))).toMatchObject({ code: "model-unsupported", facts: { field: "base_model.model.vision.x" } }); // prettier-ignore
    const whole = filesOf("plain");
    const name = "base_model.model.model.layers.1.self_attn.k_proj.weight";
    await spoilTensor(whole, "layers.1.self_attn.v_proj.lora_B.weight", () => ({ name }));
    await spoilTensor(whole, "layers.1.self_attn.v_proj.lora_A.weight", () => null);
    expect(await rejection(read(whole))).toMatchObject({ code: "model-unsupported", facts: { field: name } });
  });

  test("a folder that is no adapter, and a GGUF that is a model", async () => {
    const none = await rejection(read(new Map([["config.json", new TextEncoder().encode("{}")]])));
    expect(none).toMatchObject({ code: "format", facts: { file: "adapter_config.json" } });
    const model = madeGguf({ "general.architecture": "llama" }, []);
    const gguf = await rejection(read(new Map([["a.gguf", model]])));
    expect(gguf).toMatchObject({ code: "format", facts: { field: "general.type" } });
  });
});
