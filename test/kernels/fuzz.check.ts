// Random shapes against the float64 reference: matrices of every encoding times one or many vectors in every variant,
// draws of the sampler, and whole random models from a prompt to logits, which is attention, cache and rope at any head
// count and length. `npm test` tries a few; test/long/kernels.proof.ts as many as it is told to.

import { createGenerator } from "../../src/generate/generator.ts";
import { greedy } from "../../src/generate/request.ts";
import { expectedTensors } from "../../src/format/llama-tensors.ts";
import type { ModelConfig, RopeScaling } from "../../src/format/model-config.ts";
import type { LinearRole } from "../../src/format/tensor-roles.ts";
import { openGpu } from "../../src/gpu/device.ts";
import * as op from "../../src/gpu/operations.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import { Model } from "../../src/model/model.ts";
import { storedRowBytes, type Encoding, type StoredTensor } from "../../src/quant/layout.ts";
import type { CheckContext, CheckResult, Checks } from "../harness/check.ts";
import { caseRandom, pick, wholeBelow } from "../long/proof.ts";
import { referenceForward } from "../reference/forward.ts";
import { matmul } from "../reference/linear.ts";
import { referenceWeights } from "../reference/named-weights.ts";
import { relativeError } from "../reference/relative-error.ts";
import { decodeStored } from "../reference/stored.ts";
import { openCase, Worst } from "../support/gpu-case.ts";
import { randomStored } from "../support/random-stored.ts";
import { draws } from "./sample.check.ts";

const encodings: Encoding[] = ["f32", "f16", "bf16", "q8", "q4"];

type Random = () => number;

/** Runs `one` for each case; the note names the worst, so that it can be run again by itself. */
const fuzz =
  (slice: number, limit: number, one: (random: Random, context: CheckContext) => Promise<[number, string]>) =>
  async (context: CheckContext): Promise<CheckResult> => {
    const { count = slice, seed = 1, first = 0 } = context.proof ?? {};
    const worst = new Worst();
    for (let i = first; i < first + count; i++) {
      const [error, what] = await one(caseRandom(seed, i), context);
      const note = `case ${i} of seed ${seed}: ${what}`;
      if (!(error <= limit)) return { error, limit, note };
      worst.add(error, note);
    }
    return { error: worst.error, limit, note: worst.note };
  };

/** From 1 to `most`; small ones, and multiples of the sizes that kernels cut by, are a little likelier than by chance. */
function size(random: Random, most: number): number {
  const way = random();
  if (way < 0.3) return 1 + wholeBelow(random, Math.min(most, 9));
  if (way < 0.5) return Math.min(most, pick(random, [4, 8, 16, 32, 64, 128, 256]) + wholeBelow(random, 3));
  return 1 + wholeBelow(random, most);
}

function randomVariant(random: Random, features: ReadonlySet<string>): Variants {
  return {
    fused: random() < 0.6,
    matvec: pick(random, features.has("subgroups") ? ["plain", "subgroup", "tile"] : ["plain", "tile"]),
    lanes: pick(random, [1, 4, 16, 64]),
    splits: pick(random, [1, 2, 4]),
    matmul: pick(random, ["tile", "rows"]),
    attention: pick(random, ["tile", "rows"]),
    attentionSplit: pick(random, [64, 256]),
    reducers: pick(random, [64, 256]),
    int8: false, // rounds: its own bounds are in int8.check.ts
    runAhead: true,
    macsPerDispatch: pick(random, [Infinity, Infinity, 1]),
  };
}

async function matrix(random: Random, context: CheckContext): Promise<[number, string]> {
  const encoding = pick(random, encodings);
  const [rows, cols] = [size(random, 400), size(random, 600)];
  const tokens = random() < 0.5 ? 1 : size(random, 90);
  const [add, split] = [random() < 0.5, random() < 0.4];
  const stored = randomStored(encoding, rows, cols, wholeBelow(random, 2 ** 31));
  const vector = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1);
  const [x, start] = [vector(tokens * cols), vector(tokens * rows)];
  using probe = await openCase(context);
  const variant = randomVariant(random, probe.gpu.features);
  using gpuCase = await openCase(context, variant);
  const part = 4 * plainFormat(encoding, cols).codeWords * (1 + wholeBelow(random, rows));
  const weight = await gpuCase.weight(encoding, stored, rows, cols, split ? part : undefined);
  const input = gpuCase.activation(x, tokens, cols);
  const output = gpuCase.activation(add ? start : new Float32Array(tokens * rows), tokens, rows);
  gpuCase.setStep(0, tokens);
  await gpuCase.run(tokens, [(add ? op.add : op.write)(output, op.product(weight, input))]);
  const values = decodeStored(encoding, stored, rows, cols);
  const product = matmul(Float64Array.from(x), values, tokens, rows);
  const expected = add ? product.map((value, i) => value + start[i]) : product;
  const how = `${add ? " added" : ""}${split ? ` in parts of ${part} bytes` : ""}, ${JSON.stringify(variant)}`;
  const error = relativeError(await gpuCase.readActivation(output, tokens), expected);
  return [error, `${encoding} ${rows}x${cols}, ${tokens} tokens${how}`];
}

async function draw(random: Random, context: CheckContext): Promise<[number, string]> {
  const vocab = 2 + size(random, 3000);
  const one = (off: number, value: number) => (random() < 0.5 ? off : value);
  const settings = {
    temperature: one(0, 0.2 + 1.5 * random()),
    topP: one(1, 0.3 + 0.69 * random()),
    topK: one(0, 1 + wholeBelow(random, vocab)),
    minP: one(0, random() / 5),
    repetitionPenalty: one(1, 0.7 + random()),
    frequencyPenalty: one(0, 2 * random() - 1),
    presencePenalty: one(0, 2 * random() - 1),
    seed: wholeBelow(random, 2 ** 32),
    ...(random() < 0.3 ? { logitBias: { [wholeBelow(random, vocab)]: 20 * random() - 10 } } : {}),
  };
  const spread = pick(random, [1, 4, 12]);
  const ids = (most: number) => Array.from({ length: wholeBelow(random, most) }, () => wholeBelow(random, vocab));
  // A few at once, since one alone may lie too near a border to be judged.
  const cases = Array.from({ length: 4 }, () => ({
    logits: Float32Array.from({ length: vocab }, () => spread * (2 * random() - 1)),
    settings: { ...settings, seed: wholeBelow(random, 2 ** 32) },
    position: 3 + wholeBelow(random, 5000),
    promptIds: ids(20),
    answerIds: ids(20),
  }));
  const { error, note } = await draws(context, cases, { judgedAtLeast: 0 });
  return [error, `${vocab} ids, ${note ?? ""}`];
}

const qkv: LinearRole[] = ["q", "k", "v"];
const all: LinearRole[] = [...qkv, "output", "gate", "up", "down"];

function randomConfig(random: Random): ModelConfig {
  const kvHeads = pick(random, [1, 1, 2, 3]);
  const heads = kvHeads * pick(random, [1, 1, 2, 3, 4]);
  const contextLength = 24 + wholeBelow(random, 500);
  const factor = 1 + 7 * random();
  const ropeScaling = pick<RopeScaling>(random, [
    { kind: "none" },
    { kind: "linear", factor },
    { kind: "dynamic", factor, originalContextLength: contextLength },
    {
      kind: "llama3",
      factor,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalContextLength: Math.ceil(contextLength / 3),
    },
  ]);
  return {
    ...{ heads, kvHeads, contextLength, ropeScaling, eosIds: [] },
    dim: 2 + size(random, 90),
    hiddenDim: size(random, 150),
    headDim: 2 * size(random, 33),
    layers: 1 + wholeBelow(random, 2),
    vocabSize: 2 + size(random, 400),
    normEps: pick(random, [1e-5, 1e-6]),
    ropeTheta: pick(random, [10_000, 500_000]),
    tiedEmbeddings: random() < 0.4,
    ...pick(random, [{}, {}, { biases: qkv }, { headNorm: true }, { biases: all }, { biases: all, headNorm: true }]),
    ...pick(random, [{}, {}, { norms: "behind", headNorm: true, jointNorm: true }, { norms: "both" }] as const),
    ...(random() < 0.2 ? { attentionCap: 0.2 + 5 * random(), logitCap: 0.5 + 30 * random() } : {}),
    ...(random() < 0.3 ? { window: 1 + wholeBelow(random, contextLength) } : {}),
    ...(random() < 0.3
      ? { local: { layers: [wholeBelow(random, 2)], window: 1 + wholeBelow(random, contextLength), ropeTheta: 300 } }
      : {}),
  };
}

/** Norms as f32 about one, biases about zero; matrices in `encoding`, drawn as bytes. */
function randomTensors(config: ModelConfig, encoding: Encoding, random: Random) {
  const tensors = new Map<string, { stored: StoredTensor; bytes: Uint8Array; values: Float64Array }>();
  for (const [name, shape] of expectedTensors(config)) {
    const cols = shape[shape.length - 1];
    const rows = shape.length === 1 ? 1 : shape[0];
    const own = shape.length === 1 ? "f32" : encoding;
    const about = name.endsWith(".bias") ? 0 : 1;
    const norm = Float32Array.from({ length: cols }, () => about - 0.25 + random() / 2);
    const seed = wholeBelow(random, 2 ** 31);
    const bytes = shape.length === 1 ? new Uint8Array(norm.buffer) : randomStored(own, rows, cols, seed);
    const end = rows * storedRowBytes(own, cols);
    const stored = { name, encoding: own, rows, cols, file: "made", start: 0, end };
    tensors.set(name, { stored, bytes, values: decodeStored(own, bytes, rows, cols) });
  }
  return tensors;
}

async function wholeModel(random: Random, context: CheckContext): Promise<[number, string]> {
  const config = randomConfig(random);
  const encoding = pick(random, encodings);
  const tensors = randomTensors(config, encoding, random);
  const answer = 1 + wholeBelow(random, 5);
  const promptLength = Math.min(1 + wholeBelow(random, random() < 0.5 ? 6 : 200), config.contextLength - answer);
  const promptIds = Array.from({ length: promptLength }, () => wholeBelow(random, config.vocabSize));
  const gpu = await openGpu({ without: context.without });
  gpu.variants = randomVariant(random, gpu.features);
  const what = `${JSON.stringify(config)} ${encoding}, ${promptLength} + ${answer} ids, ${JSON.stringify(gpu.variants)}`;
  let model: Model | undefined;
  try {
    const { contextLength } = config;
    const stored = [...tensors.values()].map((tensor) => tensor.stored);
    model = await Model.create(gpu, config, stored, { kv: "f32", contextLength });
    for (const { stored: tensor, bytes } of tensors.values()) await model.sink.write(tensor, 0, bytes);
    model.finishLoading();
    const generator = await createGenerator(model);
    const rows: Float32Array[] = [];
    const ids: number[] = [];
    const onLogits = (position: number, row: Float32Array) => void (rows[position] = row.slice());
    const request = { promptIds, maxTokens: answer, sampling: greedy, stopIds: [], onLogits };
    for await (const id of generator.generate(request)) ids.push(id);
    gpu.check();
    const fed = [...promptIds, ...ids.slice(0, -1)];
    const weights = referenceWeights(config, (name) => tensors.get(name)!.values);
    const expected = referenceForward(weights, config, fed);
    const found = Float32Array.from(rows.flatMap((row) => [...row]));
    if (found.length !== expected.length) return [Infinity, `${rows.length} rows of logits; ${what}`];
    for (const [i, id] of ids.entries()) {
      const row = rows[promptLength - 1 + i];
      if (row[id] !== Math.max(...row)) return [Infinity, `id ${id} is not the likeliest at ${i}; ${what}`];
    }
    return [relativeError(found, expected), what];
  } finally {
    model?.dispose();
    gpu.dispose();
  }
}

const everywhere = [[], ["subgroups", "shader-f16"]];

export const checks: Checks = {
  "random matrices": { run: fuzz(12, 1e-5, matrix), variants: everywhere },
  "random draws": fuzz(4, 0, draw),
  "random models": { run: fuzz(2, 1e-4, wholeModel), variants: everywhere },
};
