// What is dispatched for one token and for many, layer by layer, on a device that computes nothing: which operations become
// one dispatch on which adapter, their order, and what they are bound to.

import { describe, expect, test } from "vitest";
import { countMemory } from "../../../src/model/plan-memory.ts";
import { recordPlans, type RecordRequest } from "../../support/recorded-plans.ts";

const gathered: RecordRequest["encodingOf"] = (role) => (role === "embedding" ? "f16" : "gathered");

/** Of one layer, without the embedding before it. */
const expected: [string, RecordRequest, { token: string; batch: string }][] = [
  [
    "all fused",
    {},
    {
      token:
        "matvec_tile+normed_cache+f32, attention, matvec_tile+plain_add+f32, matvec_tile+normed_swiglu+f32, matvec_tile+plain_add+f32",
      batch:
        "rmsnorm, matmul_tile+f32, rope_cache, attention, matmul_tile+f32, rmsnorm, matmul_tile+f32, matmul_tile+f32",
    },
  ],
  [
    "nothing fused",
    { variants: { fused: false } },
    {
      token:
        "rmsnorm, matvec_tile+plain_store+f32, rope_cache, attention, matvec_tile+plain_add+f32, rmsnorm, matvec_tile+plain_store+f32, swiglu, matvec_tile+plain_add+f32",
      batch:
        "rmsnorm, matmul_tile+f32, rope_cache, attention, matmul_tile+f32, rmsnorm, matmul_tile+f32, swiglu, matmul_tile+f32",
    },
  ],
  [
    "more positions than one workgroup takes",
    { contextLength: 300, variants: { attentionSplit: 64 } },
    {
      token:
        "matvec_tile+normed_cache+f32, attention, attention_merge, matvec_tile+plain_add+f32, matvec_tile+normed_swiglu+f32, matvec_tile+plain_add+f32",
      batch:
        "rmsnorm, matmul_tile+f32, rope_cache, attention, matmul_tile+f32, rmsnorm, matmul_tile+f32, matmul_tile+f32",
    },
  ],
  [
    "a window that one workgroup takes",
    { contextLength: 300, config: { window: 64 } },
    {
      token:
        "matvec_tile+normed_cache+f32, attention, matvec_tile+plain_add+f32, matvec_tile+normed_swiglu+f32, matvec_tile+plain_add+f32",
      batch:
        "rmsnorm, matmul_tile+f32, rope_cache, attention, matmul_tile+f32, rmsnorm, matmul_tile+f32, matmul_tile+f32",
    },
  ],
  [
    "head norms need whole heads",
    { config: { headNorm: true } },
    {
      token:
        "matvec_tile+normed_store+f32, norm_rope_cache, attention, matvec_tile+plain_add+f32, matvec_tile+normed_swiglu+f32, matvec_tile+plain_add+f32",
      batch:
        "rmsnorm, matmul_tile+f32, norm_rope_cache, attention, matmul_tile+f32, rmsnorm, matmul_tile+f32, matmul_tile+f32",
    },
  ],
  [
    "head norms, nothing fused",
    { config: { headNorm: true }, variants: { fused: false } },
    {
      token:
        "rmsnorm, matvec_tile+plain_store+f32, norm_rope_cache, attention, matvec_tile+plain_add+f32, rmsnorm, matvec_tile+plain_store+f32, swiglu, matvec_tile+plain_add+f32",
      batch:
        "rmsnorm, matmul_tile+f32, norm_rope_cache, attention, matmul_tile+f32, rmsnorm, matmul_tile+f32, swiglu, matmul_tile+f32",
    },
  ],
  [
    "a q8 cache is written by what attends, or for many by itself",
    { kv: "q8" },
    {
      token:
        "matvec_tile+normed_cache+f32, attention_keep, matvec_tile+plain_add+f32, matvec_tile+normed_swiglu+f32, matvec_tile+plain_add+f32",
      batch:
        "rmsnorm, matmul_tile+f32, rope_cache, cache_quantize, attention, matmul_tile+f32, rmsnorm, matmul_tile+f32, matmul_tile+f32",
    },
  ],
  [
    "a q8 cache, nothing fused, by kernels without barriers",
    { kv: "q8", variants: { fused: false, attention: "rows", matmul: "rows", matvec: "plain" } },
    {
      token:
        "rmsnorm, matvec+plain_store+f32, rope_cache, attention_rows_keep, matvec+plain_add+f32, rmsnorm, matvec+plain_store+f32, swiglu, matvec+plain_add+f32",
      batch:
        "rmsnorm, matmul_rows+f32, rope_cache, cache_quantize, attention_rows, matmul_rows+f32, rmsnorm, matmul_rows+f32, swiglu, matmul_rows+f32",
    },
  ],
  [
    "biases, with room for their buffer",
    { config: { biases: ["q", "k", "v"] } },
    {
      token:
        "matvec_tile+normed_cache+f32+biased, attention, matvec_tile+plain_add+f32, matvec_tile+normed_swiglu+f32, matvec_tile+plain_add+f32",
      batch:
        "rmsnorm, matmul_tile+f32, rope_cache, attention, matmul_tile+f32, rmsnorm, matmul_tile+f32, matmul_tile+f32",
    },
  ],
  [
    "biases, with WebGPU's default of buffers",
    { config: { biases: ["q", "k", "v"] }, limits: { maxStorageBuffersPerShaderStage: 8 } },
    {
      token:
        "matvec_tile+normed_store+f32+biased, rope_cache, attention, matvec_tile+plain_add+f32, matvec_tile+normed_swiglu+f32, matvec_tile+plain_add+f32",
      batch:
        "rmsnorm, matmul_tile+f32, rope_cache, attention, matmul_tile+f32, rmsnorm, matmul_tile+f32, matmul_tile+f32",
    },
  ],
  [
    "gate and up that cannot be neighbours",
    { encodingOf: (role) => (role === "up" ? "q8" : "q4") },
    {
      token:
        "matvec_tile+normed_cache+q4, attention, matvec_tile+plain_add+q4, matvec_tile+normed_store+q4, matvec_tile+normed_swiglu_up+q8, matvec_tile+plain_add+q4",
      batch:
        "rmsnorm, matmul_tile+q4, rope_cache, attention, matmul_tile+q4, rmsnorm, matmul_tile+q4, matmul_tile+q8, swiglu, matmul_tile+q4",
    },
  ],
  [
    "gate and up that cannot be neighbours, nothing fused",
    { encodingOf: (role) => (role === "up" ? "q8" : "q4"), variants: { fused: false } },
    {
      token:
        "rmsnorm, matvec_tile+plain_store+q4, rope_cache, attention, matvec_tile+plain_add+q4, rmsnorm, matvec_tile+plain_store+q4, matvec_tile+plain_store+q8, swiglu, matvec_tile+plain_add+q4",
      batch:
        "rmsnorm, matmul_tile+q4, rope_cache, attention, matmul_tile+q4, rmsnorm, matmul_tile+q4, matmul_tile+q8, swiglu, matmul_tile+q4",
    },
  ],
  [
    "inputs in another order",
    { encodingOf: gathered },
    {
      token:
        "matvec_tile+normed_cache+affine+gathered, attention, matvec_tile+plain_add+affine+gathered, matvec_tile+normed_swiglu+affine+gathered, matvec_tile+plain_add+affine+gathered",
      batch:
        "rmsnorm, gather, matmul_tile+affine, rope_cache, attention, gather, matmul_tile+affine, rmsnorm, gather, matmul_tile+affine, gather, matmul_tile+affine",
    },
  ],
  [
    "inputs in another order, with WebGPU's default of buffers",
    { encodingOf: gathered, limits: { maxStorageBuffersPerShaderStage: 8 } },
    {
      token:
        "matvec_tile+normed_store+affine+gathered, rope_cache, attention, matvec_tile+plain_add+affine+gathered, matvec_tile+normed_swiglu+affine+gathered, matvec_tile+plain_add+affine+gathered",
      batch:
        "rmsnorm, gather, matmul_tile+affine, rope_cache, attention, gather, matmul_tile+affine, rmsnorm, gather, matmul_tile+affine, gather, matmul_tile+affine",
    },
  ],
  [
    "products of bytes",
    { encodingOf: () => "q8", variants: { int8: true, matvec: "bytes" } },
    {
      token:
        "matvec_bytes+normed_cache+q8, attention, matvec_bytes+plain_add+q8, matvec_bytes+normed_swiglu+q8, matvec_bytes+plain_add+q8",
      batch:
        "rmsnorm, quantize_rows, matmul_int8+q8, rope_cache, attention, quantize_rows, matmul_int8+q8, rmsnorm, quantize_rows, matmul_int8+q8, quantize_rows, matmul_int8+q8",
    },
  ],
];

const everywhere = ["q", "k", "v", "output", "gate", "up", "down"] as const;
const a = "matvec_tile+normed_store+f32";
const many = "matmul_tile+f32";

const adapted: typeof expected = [
  [
    "an adapter on every matrix: four dispatches more",
    { adapted: everywhere },
    {
      token: `${a}, matvec_tile+normed_cache+f32+adapted, attention, matvec_tile+plain_store+f32, matvec_tile+plain_add+f32+adapted, ${a}, matvec_tile+normed_swiglu+f32+adapted, matvec_tile+plain_store+f32, matvec_tile+plain_add+f32+adapted`,
      batch: `rmsnorm, ${many}, ${many}, rope_cache, attention, ${many}, ${many}, rmsnorm, ${many}, ${many}, ${many}, ${many}`,
    },
  ],
  [
    "one on two matrices of one product, beside biases and another order of inputs: one more",
    {
      adapted: ["q", "v"],
      encodingOf: gathered,
      config: { biases: ["q"] },
      limits: { maxStorageBuffersPerShaderStage: 11 },
    },
    {
      token: `${a}, matvec_tile+normed_cache+affine+gathered+adapted, attention, matvec_tile+plain_add+affine+gathered, matvec_tile+normed_swiglu+affine+gathered, matvec_tile+plain_add+affine+gathered`,
      batch:
        "rmsnorm, matmul_tile+f32, gather, matmul_tile+affine, rope_cache, attention, gather, matmul_tile+affine, rmsnorm, gather, matmul_tile+affine, gather, matmul_tile+affine",
    },
  ],
  [
    "one, with WebGPU's default of buffers",
    { adapted: ["k"], limits: { maxStorageBuffersPerShaderStage: 8 } },
    {
      token: `${a}, matvec_tile+normed_store+f32+adapted, rope_cache, attention, matvec_tile+plain_add+f32, matvec_tile+normed_swiglu+f32, matvec_tile+plain_add+f32`,
      batch: `rmsnorm, ${many}, ${many}, rope_cache, attention, ${many}, rmsnorm, ${many}, ${many}`,
    },
  ],
  [
    "one on gate and up that cannot be neighbours",
    { adapted: ["gate", "up"], encodingOf: (role) => (role === "up" ? "q8" : "q4") },
    {
      token: `matvec_tile+normed_cache+q4, attention, matvec_tile+plain_add+q4, ${a}, matvec_tile+normed_store+q4+adapted, matvec_tile+normed_swiglu_up+q8+adapted, matvec_tile+plain_add+q4`,
      batch:
        "rmsnorm, matmul_tile+q4, rope_cache, attention, matmul_tile+q4, rmsnorm, matmul_tile+f32, matmul_tile+q4, matmul_tile+q8, swiglu, matmul_tile+q4",
    },
  ],
];

/** Norms behind attention and FFN cost a dispatch each. */
const cousins: typeof expected = [
  [
    "norms behind, heads normed at once",
    { config: { norms: "behind", headNorm: true, jointNorm: true } },
    {
      token:
        "matvec_tile+plain_store+f32, norm_rope_cache, attention, matvec_tile+plain_store+f32, rmsnorm, matvec_tile+plain_swiglu+f32, matvec_tile+plain_store+f32, rmsnorm",
      batch:
        "matmul_tile+f32, norm_rope_cache, attention, matmul_tile+f32, rmsnorm, matmul_tile+f32, matmul_tile+f32, rmsnorm",
    },
  ],
  [
    "LayerNorm, with which nothing is joined",
    { config: { layerNorm: true } },
    {
      token:
        "rmsnorm, matvec_tile+plain_store+f32, rope_cache, attention, matvec_tile+plain_add+f32, rmsnorm, matvec_tile+plain_swiglu+f32, matvec_tile+plain_add+f32",
      batch:
        "rmsnorm, matmul_tile+f32, rope_cache, attention, matmul_tile+f32, rmsnorm, matmul_tile+f32, matmul_tile+f32",
    },
  ],
  [
    "norms before and behind",
    { config: { norms: "both" } },
    {
      token:
        "matvec_tile+normed_cache+f32, attention, matvec_tile+plain_store+f32, rmsnorm, matvec_tile+normed_swiglu+f32, matvec_tile+plain_store+f32, rmsnorm",
      batch:
        "rmsnorm, matmul_tile+f32, rope_cache, attention, matmul_tile+f32, rmsnorm, rmsnorm, matmul_tile+f32, matmul_tile+f32, rmsnorm",
    },
  ],
];

const joined = (labels: readonly string[]) => labels.join(", ");

test.each([...expected, ...cousins, ...adapted])(
  "%s",
  async (_, { contextLength = 60, config, ...request }, { token, batch }) => {
    const { labels } = await recordPlans({ ...request, contextLength, config: { ...config, layers: 1 } });
    expect(joined(labels.batch.slice(1))).toBe(batch);
    expect(joined(labels.token.slice(1, -labels.head.length))).toBe(token);
    expect(labels.token.slice(-labels.head.length)).toEqual(labels.head);
    // A few tokens at once take the dispatches of one.
    expect(labels.few.filter((label) => label.includes("_few")).length).toBeGreaterThan(4);
    expect(labels.few.map((label) => label.replace("_few", ""))).toEqual(labels.token);
    // And so does a step of rows with an adapter and without, but for the product that turns and keeps.
    if (!request.adapted) return;
    expect(joined(labels.mixed!)).toContain("+adapted-apart");
    expect(labels.mixed!.filter((label) => /normed_cache.*apart/.test(label))).toEqual([]);
    const { length } = labels.few.filter((label) => /normed_cache.*adapted/.test(label));
    expect(labels.mixed!.length).toBe(labels.few.length + length);
  },
);

test("an adapter on the head takes one dispatch more there", async () => {
  const { labels } = await recordPlans({ adapted: ["head"], config: { layers: 1 } });
  expect(joined(labels.head)).toBe("matvec_tile+normed_store+f32, matvec_tile+normed_store+f32+adapted");
});

test("where a layer is local, it alone is split by its window, and has angles of its own", async () => {
  const local = { layers: [0], window: 16, ropeTheta: 300 };
  const { token } = await recordPlans({ config: { local } });
  const step = token.at(-1)!;
  const tables = step.filter(({ shader }) => shader.includes("normed_cache")).map(({ bound }) => bound["0.3"]);
  expect(tables).toEqual(["other angles", "rope table"]);
  const labels = step.map(({ shader }) => shader);
  expect([labels.filter((label) => label === "attention").length, labels.filter((label) => label === "attention_merge").length]).toEqual([2, 1]); // prettier-ignore
});

test("two layers are one after another, and every position's logits end a batch", async () => {
  const { labels } = await recordPlans({});
  expect(labels.token.length).toBe(1 + 2 * 6 + 1);
  expect(joined(labels.debug.slice(labels.batch.length))).toBe("rmsnorm, matmul_tile+f32");
});

test.each(["q4", "f16"] as const)(
  "what a %s model allocates is what is counted, but for records of some bytes",
  async (encoding) => {
    const sizes = { vocabSize: 128, headDim: 32 };
    const { config, allocated } = await recordPlans({
      kv: "q8",
      contextLength: 1040,
      config: sizes,
      encodingOf: (role) => (encoding === "q4" && ["embedding", "head"].includes(role) ? "q8" : encoding),
    });
    const quantize = encoding === "q4" ? "q4" : "none";
    const count = countMemory(config, {
      quantize,
      dtype: "f16",
      kv: "q8",
      contextLength: 1040,
      maxBindingBytes: 2 ** 27,
    });
    const records = /(shape|^step|^tokens|^sampler settings|^receipt|^top tokens)$/;
    const sum = allocated.reduce((bytes, { label, size }) => bytes + (records.test(label) ? 0 : size), 0);
    expect(sum).toBe(count.firstBytes);
  },
);

test("a model whose kernels are dropped for their plain twins is as one that was made for these", async () => {
  const plain = { fused: false, matvec: "plain", matmul: "rows" } as const;
  const made = await recordPlans({ variants: plain });
  const dropped = await recordPlans({ follow: plain });
  // Buffers of one name are numbered: this one has been made anew.
  expect(JSON.parse(JSON.stringify(dropped.token).replaceAll("products 2", "products"))).toEqual(made.token);
  expect(JSON.parse(JSON.stringify(dropped.batch).replaceAll("products 2", "products"))).toEqual(made.batch);
  const roomIn = ({ allocated }: typeof made) => allocated.find(({ label }) => label.startsWith("products"))!.size;
  expect(roomIn(dropped)).toBe(roomIn(made));
});

describe("what is bound where", () => {
  const bound = async (request: RecordRequest) => {
    const { token } = await recordPlans({ contextLength: 60, ...request, config: { ...request.config, layers: 1 } });
    return token[0].map(
      ({ shader, bound: buffers, grid }) => `${shader} ${grid}: ${Object.values(buffers).join(", ")}`,
    );
  };

  test("all fused", async () => {
    expect(await bound({})).toMatchInlineSnapshot(`
      [
        "embed+f32 1,1,1: tokens, x, step, model.embed_tokens.weight shape(2,0,0,130,0,0,0,0), model.embed_tokens.weight",
        "matvec_tile+normed_cache+f32 6,1,1: x, model.layers.0.input_layernorm.weight, q, rope table, layer 0 keys, layer 0 values, step, page table, layer 0 qkv shape(2,0,0,96,0,0,0,0), layer 0 qkv",
        "attention 4,1,1: q, layer 0 keys, layer 0 values, attended, partial, step, page table",
        "matvec_tile+plain_add+f32 3,1,1: attended, x, layer 0 output shape(2,0,0,40,0,0,0,0), layer 0 output",
        "matvec_tile+normed_swiglu+f32 12,1,1: x, model.layers.0.post_attention_layernorm.weight, gated, layer 0 gateUp shape(2,0,0,180,0,0,0,0), layer 0 gateUp",
        "matvec_tile+plain_add+f32 3,1,1: gated, x, layer 0 down shape(3,0,0,40,0,0,0,0), layer 0 down",
        "matvec_tile+normed_store+f32 9,1,1: x, model.norm.weight, logits, lm_head.weight shape(2,0,0,130,0,0,0,0), lm_head.weight",
      ]
    `);
  });

  test("nothing fused", async () => {
    expect(await bound({ variants: { fused: false }, kv: "q8" })).toMatchInlineSnapshot(`
      [
        "embed+f32 1,1,1: tokens, x, step, model.embed_tokens.weight shape(2,0,0,130,0,0,0,0), model.embed_tokens.weight",
        "rmsnorm 1,1,1: x, model.layers.0.input_layernorm.weight, normed",
        "matvec_tile+plain_store+f32 6,1,1: normed, products, layer 0 qkv shape(2,0,0,96,0,0,0,0), layer 0 qkv",
        "rope_cache 1,1,1: products, q, rope table, freshKeys, freshValues, step, page table",
        "attention_keep 4,1,1: q, layer 0 keys, layer 0 values, attended, partial, step, freshKeys, freshValues, page table",
        "matvec_tile+plain_add+f32 3,1,1: attended, x, layer 0 output shape(2,0,0,40,0,0,0,0), layer 0 output",
        "rmsnorm 1,1,1: x, model.layers.0.post_attention_layernorm.weight, normed",
        "matvec_tile+plain_store+f32 12,1,1: normed, products, layer 0 gateUp shape(2,0,0,180,0,0,0,0), layer 0 gateUp",
        "swiglu 2,1,1: products, gated, step",
        "matvec_tile+plain_add+f32 3,1,1: gated, x, layer 0 down shape(3,0,0,40,0,0,0,0), layer 0 down",
        "rmsnorm 1,1,1: x, model.norm.weight, normed",
        "matvec_tile+plain_store+f32 9,1,1: normed, logits, lm_head.weight shape(2,0,0,130,0,0,0,0), lm_head.weight",
      ]
    `);
  });
});
