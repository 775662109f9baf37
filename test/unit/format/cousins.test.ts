// Model types that differ from Llama by a switch or two: what their configurations become, and what is refused by its field.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../../src/format/config.ts";
import { JsonFile } from "../../../src/format/json-file.ts";
import { readGgufHeader } from "../../../src/format/gguf.ts";
import { ggufCousins } from "../../../src/format/gguf-cousins.ts";
import { ggufConfig } from "../../../src/format/gguf-model.ts";
import { openWeights } from "../../../src/format/open-weights.ts";
import { readFused, takenApart } from "../../../src/format/fused.ts";
import { readLibrary } from "../../../src/format/library-parts.ts";
import { inOrder, type ReadMatrix } from "../../../src/format/linear-parts.ts";
import { expectedTensors } from "../../../src/format/llama-tensors.ts";
import { readLora } from "../../../src/format/lora.ts";
import type { ModelConfig } from "../../../src/format/model-config.ts";
import { packedReader } from "../../../src/format/packed-parts.ts";
import { isQuantized, type TensorSlice } from "../../../src/format/quantized.ts";
import type { TensorInfo } from "../../../src/format/tensor.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { madeGguf, type MadeTensor } from "../../support/made-gguf.ts";
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

const internlm2 = { ...cousin("internlm2", "InternLM2"), bias: false };

const smollm3 = cousin("smollm3", "SmolLM3");
const granite = cousin("granite", "Granite");
const gemma = { ...cousin("gemma", "Gemma"), hidden_act: undefined, head_dim: 8 };

describe("SmolLM3, Granite and Gemma", () => {
  test.each<[string, Record<string, unknown>, Partial<ModelConfig>]>([
    ["SmolLM3 says which layers are turned", { ...smollm3, no_rope_layers: [0, 1] }, { family: "smollm3", unturned: [0] }],
    ["each fourth is not where it doesn't", { ...smollm3, num_hidden_layers: 9 }, { unturned: [3, 7] }],
    ["or each as often as it says", { ...smollm3, no_rope_layer_interval: 2 }, { unturned: [1] }],
    ["it is tied, of four kv heads and a large base", { ...smollm3, num_key_value_heads: undefined, rope_theta: undefined, tie_word_embeddings: undefined }, { kvHeads: 4, ropeTheta: 2e6, tiedEmbeddings: true }],
    [
      "Granite's multipliers become Llama's words",
      { ...granite, embedding_multiplier: 12, attention_multiplier: 0.25, residual_multiplier: 0.5, logits_scaling: 8, mlp_bias: true },
      { family: "granite", embeddingScale: 24, attentionScale: 0.25, logitScale: 1 / 8, normEps: 4e-5, biases: ["gate", "up", "down"] },
    ],
    ["without them they are 1, attention's too", granite, { embeddingScale: 1, attentionScale: 1, logitScale: 1, normEps: 1e-5 }],
    ["Gemma", gemma, { family: "gemma", embeddingScale: Math.sqrt(32), gainOffset: 1, activation: "gelu", attentionScale: undefined }],
    ["Gemma's first releases", { ...gemma, hidden_act: "gelu", hidden_activation: null }, { activation: "gelu" }],
    ["Gemma that does not say its head size", { ...gemma, head_dim: undefined, tie_word_embeddings: undefined }, { headDim: 256, tiedEmbeddings: true }],
  ])("%s", (_, overrides, expected) => {
    const config = read(overrides);
    for (const [field, value] of Object.entries(expected)) expect(config[field as keyof ModelConfig], field).toEqual(value);
  }); // prettier-ignore
});

const olmo2 = cousin("olmo2", "Olmo2");
const olmo3 = { ...cousin("olmo3", "Olmo3"), num_hidden_layers: 5 };
const gemma3 = { ...cousin("gemma3_text", "Gemma3"), hidden_act: undefined, head_dim: 8, num_hidden_layers: 7 };
const both = (sliding: object, full: object) => ({
  rope_parameters: { sliding_attention: sliding, full_attention: full },
});

const gemma2 = { ...cousin("gemma2", "Gemma2"), hidden_act: "gelu_pytorch_tanh", head_dim: 8, num_hidden_layers: 3 };

const stablelm = { ...cousin("stablelm", "StableLm"), rms_norm_eps: undefined, layer_norm_eps: 1e-4 };

describe("StableLM", () => {
  test.each<[string, Record<string, unknown>, Partial<ModelConfig>]>([
    ["a quarter of each head is turned", stablelm, { family: "stablelm", layerNorm: true, normEps: 1e-4, rotaryDim: 2, headDim: 8, biases: undefined }],
    ["or as much as it says", { ...stablelm, partial_rotary_factor: 0.5 }, { rotaryDim: 4 }],
    ["in transformers 5's words", { ...stablelm, rope_theta: undefined, rope_parameters: { rope_type: "default", rope_theta: 50, partial_rotary_factor: 1 } }, { rotaryDim: undefined, ropeTheta: 50 }],
    ["with biases", { ...stablelm, use_qkv_bias: true }, { biases: ["q", "k", "v"] }],
    ["by its first name", { ...stablelm, architectures: ["StableLMEpochForCausalLM"] }, { layerNorm: true }],
  ])("%s", (_, overrides, expected) => {
    const config = read(overrides);
    for (const [field, value] of Object.entries(expected)) expect(config[field as keyof ModelConfig], field).toEqual(value);
  }); // prettier-ignore

  test("has biases of norms", () => {
    const { layers, ...config } = read(stablelm);
    const names = [...expectedTensors({ layers, ...config }).keys()].filter((name) => name.endsWith("bias"));
    const ofLayers = Array.from({ length: layers }, (_, i) =>
      ["input_layernorm", "post_attention_layernorm"].map((part) => `model.layers.${i}.${part}.bias`),
    );
    expect(names).toEqual([...ofLayers.flat(), "model.norm.bias"]);
  });
});

describe("OLMo 2 and 3, Gemma 2 and 3", () => {
  test.each<[string, Record<string, unknown>, Partial<ModelConfig>]>([
    ["OLMo 2", olmo2, { family: "olmo2", norms: "behind", headNorm: true, jointNorm: true, window: undefined }],
    ["with biases", { ...olmo2, attention_bias: true }, { biases: ["q", "k", "v", "output"] }],
    ["OLMo 3", { ...olmo3, rope_theta: undefined, sliding_window: 5 }, { family: "olmo3", norms: "behind", headNorm: true, jointNorm: true, window: undefined, ropeTheta: 500_000, ropeScaling: { kind: "none" }, local: { layers: [0, 1, 2, 4], window: 5 } }],
    ["scaled, where its layers see everything", { ...olmo3, rope_theta: 900, rope_scaling: { rope_type: "yarn", factor: 1, attention_factor: 1.25, original_max_position_embeddings: 16 } }, { ropeTheta: 900, ropeScaling: { kind: "factors", factors: [1, 1, 1, 1], attentionFactor: 1.25 }, local: { layers: [0, 1, 2, 4], window: 4096, ropeTheta: 900 } }],
    ["by bases of their own", { ...olmo3, ...both({ rope_theta: 70 }, { rope_theta: 900 }), layer_types: ["full_attention", "full_attention", "full_attention", "full_attention", "sliding_attention"] }, { ropeTheta: 900, local: { layers: [4], window: 4096, ropeTheta: 70 } }],
    ["Gemma 2", { ...gemma2, sliding_window: 5 }, { family: "gemma2", norms: "both", headNorm: undefined, gainOffset: 1, activation: "gelu", attentionScale: 1 / 16, attentionCap: 50, logitCap: 30, window: undefined, local: { layers: [0, 2], window: 5 } }],
    ["with caps that it says", { ...gemma2, attn_logit_softcapping: 7, final_logit_softcapping: 8, query_pre_attn_scalar: 4 }, { attentionCap: 7, logitCap: 8, attentionScale: 0.5 }],
    ["without caps", { ...gemma2, attn_logit_softcapping: null, final_logit_softcapping: null }, { attentionCap: undefined, logitCap: undefined }],
    ["Gemma 3", { ...gemma3, sliding_window: 5, rope_theta: undefined, tie_word_embeddings: undefined }, { family: "gemma3_text", norms: "both", headNorm: true, jointNorm: undefined, gainOffset: 1, activation: "gelu", attentionScale: 1 / 16, embeddingScale: Math.sqrt(32), window: undefined, tiedEmbeddings: true, ropeTheta: 1e6, ropeScaling: { kind: "none" }, local: { layers: [0, 1, 2, 3, 4, 6], window: 5, ropeTheta: 10_000 } }],
    ["as it says", { ...gemma3, query_pre_attn_scalar: 4, rope_local_base_freq: 50, sliding_window_pattern: 2 }, { attentionScale: 0.5, local: { layers: [0, 2, 4, 6], window: 4096, ropeTheta: 50 } }],
    ["the layers' types say more than the pattern", { ...gemma3, num_hidden_layers: 2, sliding_window_pattern: 2, layer_types: ["full_attention", "sliding_attention"] }, { local: { layers: [1], window: 4096, ropeTheta: 10_000 } }],
    ["no layer is local", { ...gemma3, sliding_window_pattern: 1 }, { local: undefined }],
    ["scaled, where layers see everything", { ...gemma3, rope_scaling: { rope_type: "linear", factor: 8 } }, { ropeScaling: { kind: "linear", factor: 8 } }],
    ["in transformers 5's words", { ...gemma3, rope_theta: undefined, ...both({ rope_type: "default", rope_theta: 70 }, { rope_type: "linear", factor: 4, rope_theta: 900 }) }, { ropeTheta: 900, ropeScaling: { kind: "linear", factor: 4 }, local: { layers: [0, 1, 2, 3, 4, 6], window: 4096, ropeTheta: 70 } }],
    ["which may leave out the bases", { ...gemma3, ...both({}, {}) }, { ropeTheta: 1e6, ropeScaling: { kind: "none" } }],
  ])("%s", (_, overrides, expected) => {
    const config = read(overrides);
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
    [{ rope_scaling: long }, "model-unsupported", "rope_scaling.type", /linear, dynamic, llama3 and yarn/],
    [{ ...smollm3, use_sliding_window: true }, "model-unsupported", "use_sliding_window", /all layers see everything/],
    [{ ...smollm3, no_rope_layers: [1] }, "format", "no_rope_layers", /0 or 1 for each of 2 layers/],
    [{ ...smollm3, no_rope_layers: [1, 2] }, "format", "no_rope_layers", /0 or 1/],
    [{ ...granite, residual_multiplier: 0 }, "format", "residual_multiplier", /over 0/],
    [
      { ...gemma, use_bidirectional_attention: true },
      "model-unsupported",
      "use_bidirectional_attention",
      /those before/,
    ],
    [{ ...gemma, hidden_activation: "silu" }, "model-unsupported", "hidden_activation", /gelu_pytorch_tanh runs/],
    [{ ...gemma, hidden_act: "silu" }, "model-unsupported", "hidden_act", /gelu_pytorch_tanh or gelu runs/],
    [{ ...internlm2, bias: true }, "model-unsupported", "bias", /In InternLM2 false runs/],
    [{ ...internlm2, bias: undefined }, "model-unsupported", "bias", /In InternLM2 false runs/],
    [{ ...gemma3, layer_types: ["full_attention"] }, "format", "layer_types", /for each of 7 layers/],
    [
      { ...gemma3, num_hidden_layers: 1, layer_types: ["chunked_attention"] },
      "format",
      "layer_types",
      /sliding_attention or full/,
    ],
    [
      { ...gemma3, final_logit_softcapping: 30 },
      "model-unsupported",
      "final_logit_softcapping",
      /Gemma 3 runs without/,
    ],
    [{ ...gemma3, attn_logit_softcapping: 50 }, "model-unsupported", "attn_logit_softcapping", /Gemma 3 runs without/],
    [{ ...gemma3, use_bidirectional_attention: true }, "model-unsupported", "use_bidirectional_attention", /before/],
    [{ ...gemma3, hidden_activation: "silu" }, "model-unsupported", "hidden_activation", /gelu_pytorch_tanh runs/],
    [
      { ...gemma3, rope_parameters: { rope_type: "default" } },
      "format",
      "rope_parameters",
      /full_attention and sliding/,
    ],
    [
      { ...gemma3, ...both({ rope_type: "linear", factor: 2 }, {}) },
      "model-unsupported",
      "rope_parameters.sliding_attention.rope_type",
      /without scaling/,
    ],
    [cousin("gemma3", "Gemma3"), "model-unsupported", "model_type", /, Gemma3,/],
    [
      { ...olmo3, ...both({ rope_type: "yarn", factor: 2 }, {}) },
      "model-unsupported",
      "rope_parameters.sliding_attention.rope_type",
      /without scaling/,
    ],
    [
      { ...olmo3, rope_scaling: { rope_type: "yarn", factor: 2, truncate: false } },
      "model-unsupported",
      "rope_scaling.truncate",
      /whole/,
    ],
    [cousin("olmoe", "Olmoe"), "model-unsupported", "model_type", /, Olmo2, Olmo3,/],
    [{ ...stablelm, qk_layernorm: true }, "model-unsupported", "qk_layernorm", /not normed run/],
    [
      { ...stablelm, use_parallel_residual: true },
      "model-unsupported",
      "use_parallel_residual",
      /behind attention runs/,
    ],
    [
      { ...stablelm, rope_scaling: { rope_type: "linear", factor: 2 } },
      "model-unsupported",
      "rope_scaling.rope_type",
      /no scaling works/,
    ],
    [{ ...stablelm, layer_norm_eps: undefined }, "format", "layer_norm_eps", /layer_norm_eps/],
    [{ ...gemma2, attn_logit_softcapping: 0 }, "format", "attn_logit_softcapping", /over 0/],
    [{ ...gemma2, hidden_activation: "silu" }, "model-unsupported", "hidden_activation", /gelu_pytorch_tanh runs/],
    [cousin("gemma3n_text", "Gemma3n"), "model-unsupported", "model_type", /, Gemma,/],
    [cousin("granitemoe", "GraniteMoe"), "model-unsupported", "model_type", /, Granite,/],
    [cousin("phimoe", "PhiMoE"), "model-unsupported", "model_type", /, Phi3,/],
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

  const matricesOf = async (name: string) => {
    const { tensors } = await openWeights(memorySource(fixture(name)));
    const found = tensors.filter(isQuantized);
    return (role: string) => found.find((matrix) => matrix.name.endsWith(`${role}_proj.weight`))!;
  };

  test.each(["quant-phi3-gptq-actorder", "quant-phi3-awq"])("%s: the parts of all, and which rows", async (name) => {
    const at = await matricesOf(name);
    for (const [role, rows, firstRow, all] of [["q", 64, 0, 128], ["k", 32, 64, 128], ["v", 32, 96, 128], ["gate", 96, 0, 192], ["up", 96, 96, 192]] as const) {
      expect(at(role)).toMatchObject({ rows, cols: 64, among: { firstRow, rows: all } });
      const { start, end } = at(role).parts.codes;
      expect(end - start).toBe((all * 64) / 2);
    }
    expect(at("v").parts.codes.start).toBe(at("q").parts.codes.start);
    expect(at("down").among).toBeUndefined();
  }); // prettier-ignore

  test("nf4 has its codes by rows, int8 all parts", async () => {
    const nf4 = await matricesOf("quant-phi3-bnb-nf4-double");
    const [q, k] = [nf4("q"), nf4("k")];
    expect(k.parts.codes.start).toBe(q.parts.codes.start + (64 * 64) / 2);
    expect(k.parts.codes.end - k.parts.codes.start).toBe((32 * 64) / 2);
    expect(k.parts.scales).toEqual({ ...q.parts.scales, name: k.parts.scales!.name });
    const int8 = await matricesOf("quant-phi3-bnb-int8");
    expect(int8("up").among).toBeUndefined();
    expect(int8("up").parts.codes.start).toBe(int8("gate").parts.codes.end);
    expect(int8("v").parts.scales).toMatchObject({ shape: [32], start: int8("k").parts.scales!.end });
  });

  test("AQLM has its codes and scales by rows, and one codebook for all", async () => {
    const at = await matricesOf("quant-phi3-aqlm");
    const [q, k, up] = ["q", "k", "up"].map(at);
    expect(k.among).toBeUndefined();
    expect(k.parts.codes).toMatchObject({ shape: [32, 8, 1], start: q.parts.codes.start + 2 * 64 * 8 });
    expect(k.parts.scales).toMatchObject({ shape: [32, 1, 1, 1], start: q.parts.scales!.end });
    expect(k.parts.map).toEqual({ ...q.parts.map, name: k.parts.map!.name });
    expect(up.parts.codes.start).toBe(at("gate").parts.codes.end);
  });

  const config = read({ ...phi3, num_key_value_heads: 2 });
  const joined = (end: string, dtype: string, shape: number[], bytes: number): TensorSlice => {
    const count = shape.reduce((product, length) => product * length, 1);
    return { name: `model.layers.0.mlp.gate_up_proj.${end}`, dtype, shape, file: "f", start: 0, end: count * bytes };
  };
  const upOf = (entries: TensorSlice[], reader: ReadMatrix) => {
    const own = entries.flatMap((entry) => takenApart(entry, config)).filter(({ name }) => name.includes("up_proj"));
    const ends = new Map(own.map((entry) => [entry.name.split("up_proj.")[1], entry]));
    return readFused(reader, config)("model.layers.0.mlp.up_proj.weight", [config.hiddenDim, 64], ends);
  };
  test("MLX's go by rows", () => {
    const all = 2 * config.hiddenDim;
    const up = upOf(
      [joined("weight", "U32", [all, 8], 4), joined("scales", "F16", [all, 2], 2), joined("biases", "F16", [all, 2], 2)],
      packedReader(),
    ); // prettier-ignore
    expect(up).toMatchObject({
      rows: config.hiddenDim,
      parts: { codes: { start: 32 * config.hiddenDim, end: 64 * config.hiddenDim }, minima: { start: 4 * config.hiddenDim } },
    }); // prettier-ignore
    expect(up!.among).toBeUndefined();
  });
  test("groups that lie across rows are refused by name", async () => {
    const groups = (2 * config.hiddenDim * 64) / 32;
    const hqq = [joined("W_q", "U8", [groups / 2, 32], 1), joined("scale", "F16", [groups, 1], 2), joined("zero", "F16", [groups, 1], 2)]; // prettier-ignore
    const error = await rejection(() => upOf(hqq, readLibrary));
    expect(error).toMatchObject({ code: "model-unsupported", facts: { field: "model.layers.0.mlp.up_proj.W_q" } });
    expect(error.message).toMatch(/several matrices in one.*GGUF file/);
  });
});

describe("InternLM2's one matrix of q, k and v", () => {
  test("each has its rows of every kv head", async () => {
    const { config, tensors } = await openWeights(memorySource(fixture("cousin-internlm2")));
    const of = (role: string) =>
      tensors.filter(({ name }) => name === `model.layers.1.self_attn.${role}_proj.weight`) as TensorInfo[];
    const [q, k, v] = ["q", "k", "v"].map(of);
    const rowBytes = 2 * 48;
    expect([q, k, v].map((panels) => panels.map(({ shape, panel }) => [shape[0], panel]))).toEqual(
      [24, 6, 6].map((own) =>
        [0, 1].map((head) => [own, { firstRow: head * own, firstCol: 0, rows: 2 * own, cols: 48 }]),
      ),
    );
    const all = [q[0], k[0], v[0], q[1], k[1], v[1]];
    const starts = all.map(({ start }) => (start - q[0].start) / rowBytes);
    expect(starts).toEqual([0, 24, 30, 36, 60, 66]);
    for (const { shape, start, end } of all) expect(end - start).toBe(shape[0] * rowBytes);
    expect(tensors).toEqual(inOrder(tensors));
    expect(config.ropeScaling).toEqual({ kind: "dynamic", factor: 2, originalContextLength: 128 });
  });

  test("rows of another number", async () => {
    const files = fixture("cousin-internlm2");
    await spoilJson(files, "config.json", (fields) => ({ ...fields, num_key_value_heads: 4 }));
    const error = await rejection(openWeights(memorySource(files)));
    expect(error).toMatchObject({ code: "format", facts: { file: "model.safetensors" } });
    expect(error.message).toMatch(/wqkv.weight".*it has 72 rows; expected 96, those of q, k and v/);
  });

  test("a quantized one is refused by name", async () => {
    const files = fixture("cousin-internlm2");
    await spoilTensor(files, "model.layers.0.attention.wqkv.weight", () => {
      return { name: "model.layers.0.attention.wqkv.qweight" };
    });
    const error = await rejection(openWeights(memorySource(files)));
    expect(error.code).toBe("model-unsupported");
    expect(error.message).toMatch(/wqkv.qweight".*q, k and v in one.*unquantized repository, or a GGUF file/);
  });
});

describe("in GGUF files", () => {
  const opened = async (name: string) => openWeights(memorySource(fixture(name)), { weights: "gguf" });
  const ofFiles = async (name: string) => (await openWeights(memorySource(fixture(name)))).config;
  test.each(["phi3", "phi4-mini", "smollm3", "granite", "gemma", "gemma2", "gemma3", "olmo2", "stablelm"])(
    "%s is what it is in its own",
    async (name) => {
      const { config } = await opened(`cousin-${name}`);
      const own = await ofFiles(`cousin-${name}`);
      const isGemma = name.startsWith("gemma"); // its converter adds the 1
      const { eosIds, normEps, ropeScaling, ...wanted } = isGemma ? { ...own, gainOffset: undefined } : own;
      const rest = Object.entries(config).filter(([field]) => !["eosIds", "normEps", "ropeScaling"].includes(field));
      const close = (value: unknown): unknown => (typeof value === "number" ? Math.fround(value) : value);
      for (const [field, value] of rest)
        expect(close(value), field).toEqual(close(wanted[field as keyof typeof wanted]));
      const kept = Object.entries(wanted).filter(([, value]) => value !== undefined);
      expect(rest.map(([field]) => field).toSorted()).toEqual(kept.map(([field]) => field).toSorted());
      expect(config.normEps / normEps).toBeCloseTo(1, 6);
      expect([config.ropeScaling.kind, config.eosIds]).toEqual([ropeScaling.kind, eosIds]);
    },
  );

  const metadata = {
    "general.architecture": "phi3",
    "phi3.context_length": { u32: 64 },
    "phi3.embedding_length": { u32: 32 },
    "phi3.block_count": { u32: 1 },
    "phi3.vocab_size": { u32: 4 },
    "phi3.feed_forward_length": { u32: 32 },
    "phi3.attention.head_count": { u32: 4 },
    "phi3.attention.layer_norm_rms_epsilon": { f32: 1e-5 },
    "phi3.rope.dimension_count": { u32: 6 },
  };
  const joined: MadeTensor = { name: "blk.0.attn_qkv.weight", type: "Q8_0", shape: [96, 32] };
  const table: MadeTensor = { name: "rope_factors_long.weight", type: "F32", shape: [3] };
  const ones = new Uint8Array(new Float32Array([1, 1, 1]).buffer);
  test.each<[string, Parameters<typeof madeGguf>, RegExp]>([
    ["one table of factors", [metadata, [joined, { ...table, bytes: ones }]], /rope_factors_short.weight/],
    ["a table of another length", [metadata, [joined, { ...table, shape: [2], bytes: ones.subarray(4) }, { ...table, name: "rope_factors_short.weight", bytes: ones }]], /original_context_length|3 factors/],
    ["a scaling of another kind", [{ ...metadata, "phi3.rope.scaling.type": "yarn" }, [joined]], /phi3.rope.scaling.type": "yarn".*longrope works/],
    ["rows of another number", [metadata, [{ ...joined, shape: [64, 32] }]], /attn_qkv.weight" in "m.gguf" has 64 rows; the file's metadata ask for 96/],
    ["joined matrices of NVFP4", [metadata, [{ ...joined, type: "NVFP4", shape: [96, 64] }]], /several matrices in NVFP4/],
    ["another architecture", [{ ...metadata, "general.architecture": "gemma3n" }, [joined]], /"gemma3n".*llama, internlm2, qwen2, qwen3, phi3, smollm3, granite, gemma, gemma2, gemma3, olmo2, stablelm/],
  ])("refused: %s", async (_, made, message) => {
    const source = memorySource(new Map([["m.gguf", madeGguf(...made)]]));
    const error = await rejection(openWeights(source));
    expect(error.message).toMatch(message);
  }); // prettier-ignore

  test.each([
    ["granite", "rope.scaling.finetuned", { flag: false }],
    ["gemma3", "final_logit_softcapping", { f32: 30 }],
    ["stablelm", "use_parallel_residual", { flag: true }],
    ["olmo2", "attention.sliding_window", { u32: 4096 }], // OLMo 3's
  ] as const)("of %s, what %s says is refused", async (architecture, key, value) => {
    const named = Object.entries(metadata).map(([field, one]) => [field.replace("phi3", architecture), one]);
    const field = `${architecture}.${key}`;
    const made = { ...Object.fromEntries(named), "general.architecture": architecture, [`${architecture}.rope.dimension_count`]: { u32: 8 }, [`${architecture}.attention.layer_norm_epsilon`]: { f32: 1e-5 }, [field]: value };
    const error = await rejection(openWeights(memorySource(new Map([["m.gguf", madeGguf(made, [joined])]]))));
    expect(error).toMatchObject({ code: "model-unsupported", facts: { field } });
  }); // prettier-ignore

  test("Gemma 3's 27B is scaled by another width than its heads'", async () => {
    const named = Object.entries(metadata).map(([field, one]) => [field.replace("phi3", "gemma3"), one]);
    const made = { ...Object.fromEntries(named), "general.architecture": "gemma3", "gemma3.block_count": { u32: 62 }, "gemma3.attention.key_length": { u32: 6 }, "gemma3.attention.sliding_window": { u32: 9 } };
    const tensors = Array.from({ length: 62 }, (_, i): MadeTensor => ({ name: `t${i}`, type: "F32", shape: [1] }));
    const header = await readGgufHeader(memorySource(new Map([["m.gguf", madeGguf(made, tensors)]])), "m.gguf");
    expect(ggufConfig(header, new Map(), ggufCousins.gemma3)).toMatchObject({ headDim: 6, attentionScale: 1 / Math.sqrt(8) });
  }); // prettier-ignore
});

test("adapters are refused by the model's type", async () => {
  const config = read(phi3);
  const lora = { config: { rankOf: () => 1, scaleOf: () => 1, tokens: new Map() }, tensors: [] };
  const error = await rejection(() => readLora(lora, config));
  expect(error).toMatchObject({ code: "model-unsupported", facts: { field: "model_type", found: "phi3" } });
});
