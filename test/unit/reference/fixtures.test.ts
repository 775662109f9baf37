// The reference against Hugging Face transformers over the committed random checkpoints: each head arrangement, each rope
// scaling, odd shapes, every storage type, shards. What holds for the reference here, the engine must repeat on the GPU.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readReferenceModel } from "../../reference/checkpoint.ts";
import { referenceForward, referenceGenerate } from "../../reference/forward.ts";
import { relativeError, requireClose } from "../../reference/relative-error.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const names = readdirSync(fixtures).filter((name) => name.startsWith("llama-"));
const load = (name: string) => ({
  ...readReferenceModel(join(fixtures, name))!,
  cases: JSON.parse(readFileSync(join(fixtures, name, "golden.json"), "utf8")).cases as GoldenCase[],
});

interface GoldenCase {
  promptIds: number[];
  greedyIds: number[];
  logitsFile: string;
  logitsShape: [number, number];
}

test("the fixtures cover what they are for", () => {
  const models = names.map((name) => load(name));
  const kinds = new Set(models.map(({ config }) => config.ropeScaling.kind));
  expect([...kinds].toSorted()).toEqual(["dynamic", "linear", "llama3", "none"]);
  const types = new Set(models.flatMap(({ tensors }) => [...tensors.values()].map((tensor) => tensor.dtype)));
  expect([...types].toSorted()).toEqual(["bf16", "f16", "f32"]);
  expect(models.some(({ config }) => config.tiedEmbeddings)).toBe(true);
  expect(models.some(({ config }) => config.kvHeads === config.heads)).toBe(true);
  expect(models.some(({ config }) => config.kvHeads === 1)).toBe(true);
  expect(models.some(({ config }) => config.headDim * config.heads !== config.dim)).toBe(true);
  const most = (lengths: number[]) => Math.max(...lengths);
  for (const wanted of [
    models.some(({ config }) => config.biases?.includes("q") && !config.biases.includes("output")),
    models.some(({ config }) => config.biases?.includes("down")),
    models.some(({ config }) => config.headNorm && !config.biases),
    models.some(({ config }) => config.headNorm && config.biases),
    models.some(({ config, cases }) => config.window! < most(cases.map(({ promptIds }) => promptIds.length))),
  ])
    expect(wanted).toBe(true);
});

describe.each(names)("%s", (name) => {
  const { config, weights, cases } = load(name);
  test.each(cases.map((golden, i) => [i, golden] as const))("case %i: greedy ids and logits", (_, golden) => {
    const { ids, logits } = referenceGenerate(weights, config, golden.promptIds, golden.greedyIds.length);
    const file = new Uint8Array(readFileSync(join(fixtures, name, golden.logitsFile)));
    expect(ids).toEqual(golden.greedyIds);
    expect(golden.logitsShape).toEqual([golden.promptIds.length + ids.length - 1, config.vocabSize]);
    requireClose(name, logits, new Float32Array(file.buffer), 1e-5);
  });
});

test("under dynamic scaling, keys in the cache keep the turn they were given", () => {
  const { config, weights, cases } = load("llama-rope-dynamic");
  const crossing = cases.find(({ promptIds }) => promptIds.length < 32 && promptIds.length + 24 > 32)!;
  const fed = [...crossing.promptIds, ...crossing.greedyIds.slice(0, -1)];
  const stepwise = referenceGenerate(weights, config, crossing.promptIds, crossing.greedyIds.length).logits;
  // In one pass every key turns by the base of the whole length: a different result, so the goldens above can tell.
  expect(relativeError(referenceForward(weights, config, fed), stepwise)).toBeGreaterThan(1e-2);
});
