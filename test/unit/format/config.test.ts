// config.json and generation_config.json: what they become, and what is refused by file and field.

import { describe, expect, test } from "vitest";
import { readConfig } from "../../../src/format/config.ts";
import { readGenerationConfig } from "../../../src/format/generation-config.ts";
import { JsonFile } from "../../../src/format/json-file.ts";
import { madeConfig } from "../../support/made-checkpoint.ts";
import { rejection } from "../../support/rejection.ts";

const read = (overrides: Record<string, unknown> = {}) => {
  const config = Object.fromEntries(Object.entries(madeConfig(overrides)).filter(([, value]) => value !== undefined));
  return readConfig(JsonFile.parse("config.json", new TextEncoder().encode(JSON.stringify(config))));
};

test("Hugging Face's names become the paper's", () => {
  expect(read()).toEqual({
    dim: 32, hiddenDim: 48, layers: 2, heads: 4, kvHeads: 2, headDim: 8, vocabSize: 37, contextLength: 64, normEps: 1e-5,
    ropeTheta: 10000, ropeScaling: { kind: "none" }, tiedEmbeddings: false, bosId: 1, eosIds: [2],
  }); // prettier-ignore
});

test("null kv heads mean as many as heads; head_dim may be its own; eos may be a list", () => {
  expect(read({ num_key_value_heads: null, head_dim: 16, eos_token_id: [2, 7], rope_theta: 5e5, tie_word_embeddings: true })).toMatchObject({
    kvHeads: 4, headDim: 16, eosIds: [2, 7], ropeTheta: 5e5, tiedEmbeddings: true,
  }); // prettier-ignore
});

const sibling = (type: string, name: string) => ({ model_type: type, architectures: [`${name}ForCausalLM`] });
const mistral = sibling("mistral", "Mistral");
const qwen2 = sibling("qwen2", "Qwen2");
const qwen3 = sibling("qwen3", "Qwen3");

describe("siblings", () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["Llama 1", { architectures: ["LLaMAForCausalLM"], num_key_value_heads: undefined }, { kvHeads: 4 }],
    ["a Llama of which only the type is said", { architectures: undefined }, {}],
    ["a Llama of which only the architecture is said", { model_type: undefined }, {}],
    ["Llama with biases in attention", { attention_bias: true }, { biases: ["q", "k", "v", "output"] }],
    ["Llama with biases everywhere", { attention_bias: true, mlp_bias: true }, { biases: ["q", "k", "v", "output", "gate", "up", "down"] }],
    ["Llama that says a window and does not use it", { sliding_window: 16 }, {}],
    ["Mistral 0.1", { ...mistral, sliding_window: 16 }, { window: 16 }],
    ["Mistral that does not say its window", mistral, { window: 4096 }],
    ["Mistral 0.2 and 0.3", { ...mistral, sliding_window: null }, {}],
    ["Mistral that does not say its kv heads", { ...mistral, num_attention_heads: 8, num_key_value_heads: undefined, sliding_window: null }, { heads: 8, kvHeads: 8, headDim: 4 }],
    ["Qwen2.5", { ...qwen2, use_sliding_window: false, sliding_window: 131072, max_window_layers: 2 }, { biases: ["q", "k", "v"] }],
    ["Qwen2 whose layers are all within reach", { ...qwen2, use_sliding_window: true, sliding_window: 16, max_window_layers: 2 }, { biases: ["q", "k", "v"] }],
    ["Qwen2 whose layers are all narrow", { ...qwen2, use_sliding_window: true, sliding_window: 16, max_window_layers: 0 }, { biases: ["q", "k", "v"], window: 16 }],
    ["Qwen3", { ...qwen3, head_dim: 16, layer_types: ["full_attention", "full_attention"] }, { headNorm: true, headDim: 16 }],
    ["Qwen3 that does not say its head size", qwen3, { headNorm: true, headDim: 128 }],
    ["Qwen3 with biases", { ...qwen3, attention_bias: true }, { headNorm: true, headDim: 128, biases: ["q", "k", "v", "output"] }],
  ])("%s", (_, overrides, expected) => {
    const { biases, headNorm, window } = { biases: undefined, headNorm: undefined, window: undefined, ...read(overrides) };
    expect(read(overrides)).toMatchObject(expected);
    expect({ biases, headNorm, window }).toEqual({ biases: expected.biases, headNorm: expected.headNorm, window: expected.window });
  });
}); // prettier-ignore

describe("rope scaling", () => {
  const llama3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };
  test.each([
    [{ rope_scaling: null }, { kind: "none" }],
    [{ rope_scaling: { type: "linear", factor: 2 } }, { kind: "linear", factor: 2 }],
    [{ rope_scaling: { rope_type: "dynamic", factor: 4 } }, { kind: "dynamic", factor: 4, originalContextLength: 64 }],
    [
      { rope_scaling: { rope_type: "llama3", ...llama3 } },
      { kind: "llama3", factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalContextLength: 8192 },
    ],
    [
      { rope_theta: undefined, rope_parameters: { rope_type: "linear", factor: 3, rope_theta: 10000 } },
      { kind: "linear", factor: 3 },
    ],
    [{ rope_parameters: { rope_type: "default", rope_theta: 10000 } }, { kind: "none" }],
  ])("%j", (overrides, expected) => {
    expect(read(overrides)).toMatchObject({ ropeScaling: expected, ropeTheta: 10000 });
  });

  test("transformers 5 keeps theta inside rope_parameters", () => {
    expect(read({ rope_theta: undefined, rope_parameters: { rope_type: "default", rope_theta: 5e5 } }).ropeTheta).toBe(
      5e5,
    );
  });
});

describe("refused, naming the field", () => {
  const required = [
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "vocab_size",
    "rms_norm_eps",
    "max_position_embeddings",
  ];
  test.each(required)("without %s", async (field) => {
    const error = await rejection(() => read({ [field]: undefined }));
    expect(error).toMatchObject({ code: "format", facts: { file: "config.json", field } });
    expect(error.message).toContain(`"config.json" has no field "${field}"`);
  });

  test.each([
    [{ hidden_size: "32" }, "hidden_size"],
    [{ hidden_size: 32.5 }, "hidden_size"],
    [{ num_attention_heads: 5, num_key_value_heads: 5 }, "num_attention_heads"],
    [{ num_key_value_heads: 3 }, "num_key_value_heads"],
    [{ head_dim: 7 }, "head_dim"],
    [{ rms_norm_eps: 0 }, "rms_norm_eps"],
    [{ vocab_size: 1e9 }, "vocab_size"],
    [{ tie_word_embeddings: "yes" }, "tie_word_embeddings"],
    [{ eos_token_id: "</s>" }, "eos_token_id"],
    [{ rope_scaling: { type: "linear" } }, "rope_scaling.factor"],
    [{ rope_scaling: "linear" }, "rope_scaling"],
  ])("%j breaks the format", async (overrides, field) => {
    expect(await rejection(() => read(overrides))).toMatchObject({
      code: "format",
      facts: { file: "config.json", field },
    });
  });

  test.each([
    [{ architectures: ["MistralForCausalLM"] }, "architectures", /of Llama, /],
    [{ model_type: "mixtral" }, "model_type", /ForCausalLM of Llama, Mistral, Qwen2, Qwen3, Phi3/],
    [{ model_type: "qwen2" }, "architectures", /LlamaForCausalLM.*of Llama, /],
    [{ model_type: undefined, architectures: ["PhiForCausalLM"] }, "architectures", /PhiForCausalLM.*pronk runs/],
    [{ ...qwen2, use_sliding_window: true, max_window_layers: 1 }, "max_window_layers", /equally far/],
    [{ ...qwen2, layer_types: ["full_attention", "sliding_attention"] }, "layer_types", /equally far/],
    [{ hidden_act: "gelu" }, "hidden_act", /silu/],
    [{ rope_scaling: { rope_type: "longrope", factor: 2 } }, "rope_scaling.rope_type", /longrope.*llama3 and yarn/],
  ])("%j is not supported", async (overrides, field, message) => {
    const error = await rejection(() => read(overrides));
    expect(error).toMatchObject({ code: "model-unsupported", facts: { file: "config.json", field } });
    expect(error.message).toMatch(message);
  });

  test("text that is not JSON", async () => {
    const error = await rejection(() => JsonFile.parse("config.json", new TextEncoder().encode("<!doctype html>")));
    expect(error).toMatchObject({ code: "format", facts: { file: "config.json" } });
  });
});

describe("generation_config.json", () => {
  const generation = (fields: Record<string, unknown>) =>
    readGenerationConfig(new JsonFile("generation_config.json", fields));
  test("sampling defaults and stop ids", () => {
    expect(
      generation({
        do_sample: true,
        temperature: 0.6,
        top_p: 0.9,
        top_k: 40,
        repetition_penalty: 1.1,
        eos_token_id: [2, 3],
      }),
    ).toEqual({
      generation: { temperature: 0.6, topP: 0.9, topK: 40, repetitionPenalty: 1.1 },
      eosIds: [2, 3],
      warnings: [],
    });
  });
  test("do_sample false means greedy, whatever temperature stands beside it", () => {
    expect(generation({ do_sample: false, temperature: 0.9 }).generation.temperature).toBe(0);
  });
  test.each<[string, unknown, object?]>([
    ["top_k", -1],
    ["top_k", 1.5],
    ["top_p", 1.2],
    ["top_p", 0],
    ["top_p", "0.9"],
    ["min_p", 2],
    ["repetition_penalty", 0],
    ["temperature", -1],
    ["typical_p", 0.9],
    ["num_beams", 4],
    ["no_repeat_ngram_size", 3],
    ["bad_words_ids", [[5]]],
    ["eos_token_id", "</s>"],
    ["do_sample", "yes"],
  ])("%s: %j is left out, and said to be", (field, value) => {
    const { generation: read, eosIds, warnings } = generation({ [field]: value });
    expect([read, eosIds]).toEqual([{}, []]);
    expect(warnings).toEqual([
      {
        code: "field-ignored",
        message: expect.stringContaining(field),
        facts: expect.objectContaining({ file: "generation_config.json", field }),
      },
    ]);
  });
  test("temperature 0 takes the likeliest token; do_sample beside it is what is left out", () => {
    const { generation: read, warnings } = generation({ do_sample: true, temperature: 0 });
    expect(read).toEqual({ temperature: 0 });
    expect(warnings.map(({ facts }) => facts.field)).toEqual(["do_sample"]);
  });
  test("what asks for nothing is no news", () => {
    const nothing = { typical_p: 1, num_beams: 1, top_k: 0, top_p: 1, suppress_tokens: [], penalty_alpha: null };
    expect(generation({ ...nothing, max_length: 4096, use_cache: true }).warnings).toEqual([]);
  });
  test("silence stays silence", () => {
    expect(generation({ bos_token_id: 1 })).toEqual({ generation: {}, eosIds: [], warnings: [] });
  });
});
