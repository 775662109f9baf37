// A step of a few tokens, of one sequence or each of another, gives each the logits that a step of its own would, bit for bit,
// and leaves the same keys and values behind; on hardware, whose compilers may fuse and reorder, within a bound.

import type { ModelConfig } from "../../src/format/model-config.ts";
import { pagePositions } from "../../src/gpu/cache-layout.ts";
import type { Activation } from "../../src/gpu/operations.ts";
import type { Plan } from "../../src/gpu/plan.ts";
import { apartRecord, stepRecord } from "../../src/gpu/step-record.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import { CachePages } from "../../src/model/cache-pages.ts";
import { mixedWeights } from "../../src/model/mixed-weights.ts";
import type { Model } from "../../src/model/model.ts";
import type { ModelWeights } from "../../src/model/weights.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { adaptedWeights } from "../support/adapted-weights.ts";
import { openRandomModel, randomModelConfig, type RandomModelOptions } from "../support/random-model.ts";

const splits = { attentionSplit: 4 }; // so that a few tokens' own splits differ
const tiles = { matvec: "tile", attention: "tile", ...splits } as const; // as on GPUs
const sibling: ModelConfig = { ...randomModelConfig, headNorm: true, biases: ["q", "k", "v", "down"], window: 3 };
/** Norms behind attention and FFN, heads normed at once, caps, a layer that sees less. */
const cousin: ModelConfig = {
  ...randomModelConfig,
  ...{ norms: "behind", headNorm: true, jointNorm: true, attentionCap: 2, logitCap: 3 },
  local: { layers: [1], window: 3, ropeTheta: 500 },
};
const centred: ModelConfig = { ...randomModelConfig, layerNorm: true, rotaryDim: 4 };
const hardwareError = 1e-4; // of logits about 1 large

type Given = Pick<RandomModelOptions, "kv" | "encoding" | "config">;

interface Run {
  plan: Plan;
  logits: Activation;
}

/** Runs a plan and gives its logits, row by row; `end`: behind the last position that is computed. */
type LogitsOf = (run: Run, step: ArrayBuffer, tokens: readonly number[], end: number) => Promise<number[]>;

interface Compared {
  name: string;
  wanted: number[];
  found: number[];
}

const tokenAt = (sequence: number, position: number) =>
  (position * 37 + sequence * 11 + 5) % randomModelConfig.vocabSize;

/** A check of what `compare` finds over a random model. `one`: the plan of a token alone. */
const checkOf =
  (
    given: Given,
    variants: Partial<Variants>,
    compare: (model: Model, logitsOf: LogitsOf, one: Run, context: CheckContext) => AsyncIterable<Compared>,
  ) =>
  async (context: CheckContext) => {
    const { gpu, model } = await openRandomModel({ ...context, ...given, variantsFor: () => variants });
    try {
      if (variants.matvec === "subgroup" && !gpu.features.has("subgroups")) return { error: 0, limit: 0 };
      const { device } = gpu;
      const one = { plan: await model.tokenPlan(), logits: model.activations.logits };
      const { stride } = one.logits;
      const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
      const kept = device.createBuffer({ size: 8 * stride * 4, usage });
      const logitsOf: LogitsOf = async ({ plan, logits }, step, tokens, end) => {
        device.queue.writeBuffer(model.tokens, 0, Uint32Array.from(tokens));
        device.queue.writeBuffer(model.step, 0, step);
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        plan.encode(pass, { position: end - tokens.length, tokens: tokens.length });
        pass.end();
        encoder.copyBufferToBuffer(logits.buffer, 0, kept, 0, tokens.length * stride * 4);
        device.queue.submit([encoder.finish()]);
        await kept.mapAsync(GPUMapMode.READ);
        const values = [...new Float32Array(kept.getMappedRange(0, tokens.length * stride * 4))];
        kept.unmap();
        return values;
      };
      let error = 0;
      let note = "";
      for await (const { wanted, found, name } of compare(model, logitsOf, one, context)) {
        if (new Set(wanted).size < model.config.vocabSize / 2) return { error: Infinity, limit: 0, note: "no logits" };
        for (const [i, value] of wanted.entries()) {
          const off = Object.is(value, found[i]) ? 0 : Math.abs(value - found[i]) || 1e-9;
          if (off <= error) continue;
          error = off;
          note = `${name}, row ${Math.floor(i / stride)}: ${found[i]}, not ${value}`;
        }
      }
      return { error, limit: gpu.software ? 0 : hardwareError, note };
    } finally {
      model.dispose();
      gpu.dispose();
    }
  };

/** `steps`: [position, tokens]. The lone ones run last, so that nothing that steps should leave behind is there already. */
const asAlone = (given: Given, variants: Partial<Variants>, steps: readonly (readonly [number, number])[] = [[1, 4]]) =>
  checkOf(given, variants, async function* (model, logitsOf, one, context) {
    // No position's page is the one of its own number.
    await model.pages.reserve(pagePositions);
    model.pages.leave();
    await model.pages.reserve(model.config.contextLength);
    const tokensAt = (position: number, count: number) =>
      Array.from({ length: count }, (_, t) => tokenAt(0, position + t));
    const singly = async (position: number, count: number) => {
      const values: number[] = [];
      for (let at = position; at < position + count; at++)
        values.push(...(await logitsOf(one, stepRecord({ position: at, firstPage: 0 }, 1), tokensAt(at, 1), at + 1)));
      return values;
    };
    for (const [position, count] of context.fewSizes ? ([[3, 3]] as const) : steps) {
      await singly(0, position);
      const step = stepRecord({ position, firstPage: 0 }, count);
      const few = await logitsOf(await model.fewPlan(count), step, tokensAt(position, count), position + count);
      const found = [...few, ...(await singly(position + count, 1))];
      yield { name: `${count} at ${position}`, wanted: await singly(position, count + 1), found };
    }
  });

/** What sequences run, by turns, each alone; and the weights of a step of several, with the number that each has there. */
type AdaptersOf = (model: Model, one: Run) => Promise<{ ones: Run[]; weights?: ModelWeights; numbers?: number[] }>;

/** None, and two that change other matrices by other ranks. */
const twoAdapters: AdaptersOf = async (model, one) => {
  const random = randomNumbers(3);
  const numberAt = () => random() / 3;
  const few = await adaptedWeights(model, ["q", "v", "down"], 3, numberAt);
  const most = await adaptedWeights(model, ["k", "output", "gate", "up", "down", "head"], 6, numberAt);
  const { weights, adapters } = await mixedWeights(model, [few, most]);
  if (adapters.length < 2) throw new Error("Both change products only.");
  const alone = async (changed: ModelWeights) => ({ plan: await model.tokenPlan(changed), logits: one.logits });
  return { ones: [await alone(most), one, await alone(few)], weights, numbers: [2, 0, 1] };
};

/** Sequences at these positions, a token of each in one step; then one more of each, alone. */
const apart = (
  given: Given,
  variants: Partial<Variants>,
  positions: readonly number[],
  adaptersOf: AdaptersOf = async (_, one) => ({ ones: [one] }),
) =>
  checkOf(given, variants, async function* (model, logitsOf, one, context) {
    const at = context.fewSizes ? positions.slice(0, 2) : positions;
    const { ones, weights = model.weights, numbers = [0] } = await adaptersOf(model, one);
    const sequences = at.map((position, i) => ({ position, i, pages: new CachePages(model.pages.pool, i) }));
    for (const { position, pages } of sequences.toReversed()) await pages.reserve(position + 2);
    const alone = async (from: number, count: number) => {
      const values: number[] = [];
      for (const { position, i, pages: { firstPage } } of sequences)
        for (let place = Math.max(0, position + from); place < position + from + count; place++)
          values.push(...(await logitsOf(ones[i % ones.length], stepRecord({ position: place, firstPage }, 1), [tokenAt(i, place)], place + 1))); // prettier-ignore
      return values;
    };
    await alone(-Math.max(...at), Math.max(...at));
    const step = apartRecord(
      sequences.map(({ position, i, pages: { firstPage } }) => {
        return { position, firstPage, adapter: numbers[i % numbers.length] };
      }),
    );
    const tokens = sequences.map(({ position, i }) => tokenAt(i, position));
    const found = await logitsOf(await model.fewPlan(at.length, weights, true), step, tokens, Math.max(...at) + 1);
    const next = await alone(1, 1);
    const wanted = await alone(0, 1);
    yield { name: `sequences at ${at.join(", ")}`, wanted, found };
    yield { name: "what they leave behind", wanted: await alone(1, 1), found: next };
  });

const longSteps = [
  [1, 4],
  [7, 8],
  [pagePositions - 2, 4],
] as const;

export const checks: Checks = {
  "a few tokens as each alone": asAlone({ encoding: "q4", kv: "q8" }, splits, longSteps),
  "a few tokens, with biases, normed heads and a window": asAlone({ config: sibling, kv: "f16" }, splits),
  "a few tokens by tiles": asAlone({ encoding: "q8", kv: "q8" }, tiles),
  "a few tokens by bytes": asAlone({ encoding: "q4" }, { ...tiles, matvec: "bytes" }),
  "a few tokens by subgroups": asAlone({ encoding: "q8" }, { ...splits, matvec: "subgroup" }),
  "tokens of several sequences as each alone": apart({ encoding: "q4", kv: "q8" }, splits, [9, 2, pagePositions, 0]),
  "a few tokens, with LayerNorm": asAlone({ config: centred }, splits),
  "a few tokens, with norms behind and caps": asAlone({ config: cousin }, splits),
  "tokens of several sequences, with norms behind and caps": apart({ config: cousin }, splits, [7, 0, 3]),
  "tokens of several sequences, with normed heads and a window": apart({ config: sibling, kv: "f16" }, splits, [7, 0, 3]), // prettier-ignore
  "tokens of several sequences by tiles": apart({ encoding: "q8" }, tiles, [9, 2, 5, 0, 5]),
  "tokens of sequences with adapters of their own": apart({ encoding: "q4" }, splits, [9, 2, 7, 0], twoAdapters),
  "tokens of sequences with adapters, by tiles": apart({ encoding: "q8", kv: "q8" }, tiles, [3, 2, 5], twoAdapters),
  "tokens of sequences with adapters, with biases": apart({ config: sibling }, splits, [3, 0, 5], twoAdapters),
};
