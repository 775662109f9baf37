// Model types that differ from Llama by a switch or two: what their configurations become, and what is refused by its field.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../../src/format/config.ts";
import { JsonFile } from "../../../src/format/json-file.ts";
import { openWeights } from "../../../src/format/open-weights.ts";
import { readLora } from "../../../src/format/lora.ts";
import type { ModelConfig } from "../../../src/format/model-config.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { madeConfig } from "../../support/made-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";
import { spoilJson, spoilTensor, type Files } from "../../support/spoiled.ts";

const read = (overrides: Record<string, unknown>) => {
  const config = Object.fromEntries(Object.entries(madeConfig(overrides)).filter(([, value]) => value !== undefined));
  return readConfig(JsonFile.parse("config.json", new TextEncoder().encode(JSON.stringify(config))));
};

const cousin = (type: string, name: string) => ({ model_type: type, architectures: [`${name}ForCausalLM`] });
const phi3 = cousin("phi3", "Phi3");
const factors = { short_factor: [1, 1, 1, 1], long_factor: [1, 2, 3, 4] }; // of the four frequencies of eight columns
const long = { type: "longrope", ...factors };
const ofThree = { type: "longrope", short_factor: [1, 1, 1], long_factor: [1, 2, 3] };

describe("Phi-3 and Phi-4", () => {
  test.each<[string, Record<string, unknown>, Partial<ModelConfig>]>([
    ["no window", { sliding_window: null }, { window: undefined, ropeScaling: { kind: "none" }, rotaryDim: undefined }],
    ["a window", { sliding_window: 16 }, { window: 16 }],
    ["part of a head is turned", { partial_rotary_factor: 0.75 }, { rotaryDim: 6, headDim: 8 }],
    ["all of it", { partial_rotary_factor: 1 }, { rotaryDim: undefined }],
    [
      "in transformers 5's words",
      { rope_parameters: { rope_type: "longrope", rope_theta: 500, partial_rotary_factor: 0.75, short_factor: [1, 1, 1], long_factor: [1, 2, 3] }, original_max_position_embeddings: 16 },
      { rotaryDim: 6, ropeTheta: 500, ropeScaling: { kind: "long", shortFactors: [1, 1, 1], longFactors: [1, 2, 3], originalContextLength: 16, attentionFactor: Math.sqrt(1.5) } },
    ],
    [
      "long by its first name",
      { rope_scaling: { ...long, type: "su" }, original_max_position_embeddings: 64 },
      { ropeScaling: { kind: "long", shortFactors: [1, 1, 1, 1], longFactors: [1, 2, 3, 4], originalContextLength: 64, attentionFactor: 1 } },
    ],
    [
      "the trained length beside the factors is passed over, as transformers does",
      { rope_scaling: { ...long, original_max_position_embeddings: 8 }, max_position_embeddings: 4096 ** 2 },
      { ropeScaling: { kind: "long", shortFactors: [1, 1, 1, 1], longFactors: [1, 2, 3, 4], originalContextLength: 4096, attentionFactor: Math.sqrt(2) } },
    ],
    [
      "factors of attention and length that are said",
      { rope_scaling: { ...long, attention_factor: 1.25, factor: 3 }, original_max_position_embeddings: 8 },
      { ropeScaling: { kind: "long", shortFactors: [1, 1, 1, 1], longFactors: [1, 2, 3, 4], originalContextLength: 8, attentionFactor: 1.25 } },
    ],
  ])("%s", (_, overrides, expected) => {
    const config = read({ ...phi3, ...overrides });
    expect(config).toMatchObject({ family: "phi3" });
    for (const [field, value] of Object.entries(expected)) expect(config[field as keyof ModelConfig], field).toEqual(value);
  }); // prettier-ignore
});

describe("refused, naming the field", () => {
  test.each<[Record<string, unknown>, string, string, RegExp]>([
    [{ ...phi3, attention_bias: true }, "model-unsupported", "attention_bias", /no biases/],
    [{ ...phi3, hidden_act: "gelu" }, "model-unsupported", "hidden_act", /silu/],
    [{ ...phi3, partial_rotary_factor: 0.9 }, "format", "partial_rotary_factor", /even part of a head's 8/],
    [{ ...phi3, partial_rotary_factor: 2 }, "format", "partial_rotary_factor", /even part/],
    [{ ...phi3, rope_scaling: ofThree }, "format", "rope_scaling.short_factor", /4 numbers over 0/],
    [{ ...phi3, rope_scaling: { ...long, long_factor: [1, 2, 0, 4] } }, "format", "rope_scaling.long_factor", /4 numb/],
    [{ ...phi3, rope_scaling: { type: "llama3" } }, "model-unsupported", "rope_scaling.type", /longrope works/],
    [{ partial_rotary_factor: 0.5 }, "model-unsupported", "partial_rotary_factor", /Whole heads/],
    [
      { rope_parameters: { rope_type: "default", partial_rotary_factor: 0.5 } },
      "model-unsupported",
      "rope_parameters.partial_rotary_factor",
      /Whole heads/,
    ],
    [{ rope_scaling: long }, "model-unsupported", "rope_scaling.type", /linear, dynamic and llama3/],
    [cousin("phimoe", "PhiMoE"), "model-unsupported", "model_type", /Phi3ForCausalLM/],
  ])("%j", async (overrides, code, field, message) => {
    const error = await rejection(() => read(overrides));
    expect(error).toMatchObject({ code, facts: { file: "config.json", field } });
    expect(error.message).toMatch(message);
  });
});

const fixture = (name: string): Files => folderFiles(join(import.meta.dirname, "../../fixtures", name));

describe("matrices in one tensor", () => {
  test("each gets its own bytes", async () => {
    const { tensors } = await openWeights(memorySource(fixture("cousin-phi3")));
    const places = tensors.filter(({ name }) => name.startsWith("model.layers.1.self_attn."));
    expect(places.map(({ name }) => /(\w+)\.weight$/.exec(name)![1]).toSorted()).toEqual(
      ["k_proj", "o_proj", "q_proj", "v_proj"],
    ); // prettier-ignore
    const at = (name: string) => tensors.find((tensor) => tensor.name.endsWith(`1.self_attn.${name}.weight`)) as { start: number; end: number };
    expect([at("q_proj").end, at("k_proj").end]).toEqual([at("k_proj").start, at("v_proj").start]);
    expect(at("v_proj").end - at("q_proj").start).toBe(3 * 48 * 48 * 2);
  }); // prettier-ignore

  test("rows of another shape", async () => {
    const files = fixture("cousin-phi3");
    await spoilJson(files, "config.json", (fields) => ({ ...fields, num_key_value_heads: 3 }));
    const error = await rejection(openWeights(memorySource(files)));
    expect(error).toMatchObject({ code: "format", facts: { file: "model.safetensors" } });
    expect(error.message).toMatch(/qkv_proj.weight".*it has 144 rows; expected 96, those of q, k, v/);
  });

  test("quantized ones are refused by name", async () => {
    const files = fixture("cousin-phi3");
    await spoilTensor(files, "model.layers.0.self_attn.qkv_proj.weight", () => {
      return { name: "model.layers.0.self_attn.qkv_proj.qweight" };
    });
    const error = await rejection(openWeights(memorySource(files)));
    expect(error.code).toBe("model-unsupported");
    expect(error.message).toMatch(/qkv_proj.qweight".*q, k, v in one.*unquantized repository, or a GGUF file/);
  });
});

test("adapters are refused by the model's type", async () => {
  const config = read(phi3);
  const lora = { config: { rankOf: () => 1, scaleOf: () => 1, tokens: new Map() }, tensors: [] };
  const error = await rejection(() => readLora(lora, config));
  expect(error).toMatchObject({ code: "model-unsupported", facts: { field: "model_type", found: "phi3" } });
});
