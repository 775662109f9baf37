// The generator over a small random model on the GPU: the same ids however many steps are in flight, fused or apart; a
// constraint is kept; the most likely tokens are those of the logits.

import { beginLookup } from "../../src/generate/lookup-drafts.ts";
import { createGenerator } from "../../src/generate/generator.ts";
import type { Likelihood } from "../../src/generate/likelihood.ts";
import { greedy, type GenerateRequest, type SamplingSettings } from "../../src/generate/request.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { noPage } from "../../src/gpu/cache-layout.ts";
import { defaultVariants, type Variants } from "../../src/gpu/variants.ts";
import type { KvFormat } from "../../src/quant/layout.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { openRandomModel, randomModelConfig as config } from "../support/random-model.ts";
import { bitsOf } from "../support/token-bits.ts";

const penalized = {
  ...greedy,
  temperature: 0.7,
  topP: 0.95,
  seed: 7,
  repetitionPenalty: 1.2,
  frequencyPenalty: 0.3,
  presencePenalty: 0.2,
};
const prompt = [1, 17, 5, 99, 3];
const filledContext = 72; // positions; an answer runs into its end, and at depth 1 Firefox waits 100 ms for each

async function idsAt(
  context: CheckContext,
  runAhead: number | undefined,
  request: Partial<GenerateRequest>,
  without: string[] = [],
) {
  const short = { ...config, contextLength: filledContext };
  const { gpu, model } = await openRandomModel({ without: [...context.without, ...without], config: short });
  try {
    const generator = await createGenerator(model, { runAhead });
    const all: number[][] = [];
    // A second time from the cache of the first, which must be exact even where surplus steps were thrown away.
    for (const promptIds of [prompt, [...prompt, 8, 2]]) {
      const ids: number[] = [];
      const generation = generator.generate({ promptIds, maxTokens: 40, sampling: penalized, stopIds: [], ...request });
      for await (const id of generation) {
        ids.push(id);
        if (ids.length === 23 && promptIds === prompt) break;
      }
      all.push(ids);
    }
    const full = generator.generate({ promptIds: prompt, maxTokens: 1000, sampling: greedy, stopIds: [] });
    let count = 0;
    for await (const _ of full) count++;
    all.push([count, Number(full.stopReason === "context-full")]);
    return JSON.stringify(all);
  } finally {
    model.dispose();
    gpu.dispose();
  }
}

async function depths(context: CheckContext) {
  const wanted = await idsAt(context, 1, {});
  const others = [];
  for (const depth of [2, 8, undefined]) others.push(await idsAt(context, depth, {}));
  const wrong = others.filter((ids) => ids !== wanted);
  const last = JSON.parse(wanted).at(-1) as number[];
  const full = last[0] === filledContext - prompt.length && last[1] === 1;
  return { error: wrong.length + Number(!full), limit: 0, note: [wanted, ...wrong].join(" | ") };
}

/** Samplers whose answers repeat themselves, so that drafts are right, wrong, and right for a while. */
const samplers: Partial<SamplingSettings>[] = [
  { logitBias: { 7: 100 } },
  { ...penalized, temperature: 0.4, repetitionPenalty: 1.02, logitBias: { 7: 60, 9: 60 } },
  { temperature: 0.2, topK: 3, seed: 5 },
];

/** The same ids with drafts and without, also where some ids stop an answer; and drafts were checked. */
async function drafted(context: CheckContext) {
  const answers = new Map<boolean, string[]>();
  let stepsOfDrafts = 0;
  for (const drafts of [false, true]) {
    const { gpu, model } = await openRandomModel(context);
    try {
      const { fewPlan } = model;
      model.fewPlan = async (...given) => {
        const { plan, logits } = await fewPlan.apply(model, given);
        const encode: typeof plan.encode = (...all) => {
          stepsOfDrafts++;
          plan.encode(...all);
        };
        return { plan: { ...plan, encode }, logits };
      };
      const generator = await createGenerator(model, { drafts: drafts ? beginLookup : undefined });
      const told: string[] = [];
      for (const sampling of samplers) {
        const ids: number[] = [];
        const promptIds = [...prompt, ...prompt, ...prompt.slice(0, 3)];
        const stopIds = told.length % 2 ? [] : [42];
        const request = { promptIds, maxTokens: 60, sampling: { ...greedy, ...sampling }, stopIds };
        for await (const id of generator.generate(request)) ids.push(id);
        // And from what they left in the cache.
        for await (const id of generator.generate({ ...request, promptIds: [...promptIds, ...ids, 4], maxTokens: 9 }))
          ids.push(id);
        told.push(ids.join());
      }
      answers.set(drafts, told);
    } finally {
      model.dispose();
      gpu.dispose();
    }
  }
  const [apart, together] = [answers.get(false)!, answers.get(true)!];
  const wrong = apart.filter((ids, i) => ids !== together[i] || ids.length === 0);
  const note = `${stepsOfDrafts} steps of drafts: ${apart.join(" | ")} - ${together.join(" | ")}`;
  return { error: wrong.length + Number(stepsOfDrafts < 12), limit: 0, note };
}

async function apart(context: CheckContext) {
  const [fused, unfused] = [await idsAt(context, 8, {}), await idsAt(context, 8, {}, ["fusion"])];
  return { error: Number(fused !== unfused), limit: 0, note: `${fused} | ${unfused}` };
}

/** A prompt of several batches: whole, in the smallest pieces that a slow adapter may ask for, and as a GPU computes it. */
async function batches(context: CheckContext) {
  const long = Array.from({ length: 150 }, (_, i) => (i * 37) % config.vocabSize);
  const answers: string[] = [];
  const ways = [
    () => ({ macsPerDispatch: Infinity }),
    () => ({ macsPerDispatch: 1 }),
    (gpu: Gpu) => defaultVariants({ ...gpu, software: false }, context.without),
  ];
  for (const way of ways) {
    const { gpu, model } = await openRandomModel({ ...context, variantsFor: way });
    try {
      const generator = await createGenerator(model);
      const ids: number[] = [];
      for await (const id of generator.generate({ promptIds: long, maxTokens: 20, sampling: penalized, stopIds: [] }))
        ids.push(id);
      answers.push(ids.join());
    } finally {
      model.dispose();
      gpu.dispose();
    }
  }
  const wrong = answers.filter((ids) => ids !== answers[0] || ids === "");
  return { error: wrong.length, limit: 0, note: answers.join(" | ") };
}

/** Only odd ids, each larger than the one before, until there are five; what was computed for a sixth does no harm. */
async function constrained(context: CheckContext) {
  const { gpu, model } = await openRandomModel(context);
  try {
    const generator = await createGenerator(model, { runAhead: 8 });
    const ids: number[] = [];
    const constrain = (answer: readonly number[]) => {
      if (answer.length === 5) return undefined;
      return bitsOf(config.vocabSize, (id) => id % 2 === 1 && id > (answer.at(-1) ?? -1));
    };
    const request = {
      promptIds: prompt,
      maxTokens: 30,
      sampling: { ...penalized, logitBias: { 9: 100 } },
      stopIds: [],
      constrain,
    };
    const generation = generator.generate(request);
    for await (const id of generation) ids.push(id);
    const right =
      generation.stopReason === "stop" &&
      ids.length === 5 &&
      ids[0] === 9 &&
      ids.every((id, i) => id % 2 === 1 && (i === 0 || id > ids[i - 1]));
    // The constraint is gone with its request.
    const free: number[] = [];
    for await (const id of generator.generate({ ...request, maxTokens: 30, sampling: penalized, constrain: undefined }))
      free.push(id);
    return { error: Number(!right) + Number(free.every((id) => id % 2)), limit: 0, note: ids.join() };
  } finally {
    model.dispose();
    gpu.dispose();
  }
}

/** A text of several batches is embedded between two turns: the second finds all of the first, and is as if it were not. */
const embedded = (kv: KvFormat) => async (context: CheckContext) => {
  const { gpu, model } = await openRandomModel({ ...context, kv });
  try {
    const generator = await createGenerator(model);
    const first = Array.from({ length: 70 }, (_, i) => (i * 37) % config.vocabSize);
    const text = Array.from({ length: 150 }, (_, i) => (i * 11) % config.vocabSize);
    const said = async (promptIds: number[]) => {
      const ids: number[] = [];
      const generation = generator.generate({ promptIds, maxTokens: 25, sampling: penalized, stopIds: [] });
      for await (const id of generation) ids.push(id);
      return { ids, cached: generation.stats.cachedTokens };
    };
    const { signal } = new AbortController();
    const turns = async (between: () => Promise<unknown>) => {
      generator.reset();
      const { ids } = await said(first);
      await between();
      return JSON.stringify([ids, await said([...first, ...ids, 8, 2])]);
    };
    const wanted = await turns(async () => {});
    const states: Float64Array[] = [];
    const found = await turns(async () => {
      for (const pooling of ["mean", "last"] as const)
        states.push(await generator.hiddenState({ ids: text, pooling }, signal));
    });
    // The same state, whatever the cache holds; another text has a different one.
    generator.reset();
    const alone = await generator.hiddenState({ ids: text, pooling: "mean" }, signal);
    const other = await generator.hiddenState({ ids: [...text.slice(1), 1], pooling: "mean" }, signal);
    const off = (a: Float64Array, b: Float64Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
    const right = found === wanted && off(alone, states[0]) === 0 && off(other, alone) > 0.01;
    return { error: Number(!right), limit: 0, note: `${wanted} | ${found}` };
  } finally {
    model.dispose();
    gpu.dispose();
  }
};

/** Forced ids are computed in one go and counted; the ids after them are as if each had been chosen from one allowed id. */
async function forced(context: CheckContext) {
  const { gpu, model } = await openRandomModel(context);
  try {
    const generator = await createGenerator(model, {});
    // More than a batch; the penalties show how often each was answered.
    const stretch = Array.from({ length: model.batchTokens + 3 }, (_, i) => (i * i) % 31);
    const next = (answer: readonly number[]) => (answer.length < 3 ? [] : stretch.slice(answer.length - 3));
    const answers: number[][] = [];
    for (const isFed of [true, false]) {
      const ids: number[] = [];
      const request: GenerateRequest = {
        promptIds: prompt,
        maxTokens: stretch.length + 12,
        sampling: penalized,
        stopIds: [],
        constrain: (answer) => bitsOf(config.vocabSize, (id) => id === (next(answer)[0] ?? id)),
        forced: isFed ? next : undefined,
      };
      for await (const id of generator.generate(request)) ids.push(id);
      answers.push(ids);
      generator.reset();
    }
    const [fed, chosen] = answers;
    const isRight = fed.slice(3, 3 + stretch.length).join() === stretch.join() && fed.length === stretch.length + 12;
    const wrong = chosen.filter((id, i) => id !== fed[i]).length + Number(!isRight);
    return { error: wrong, limit: 0, note: answers.map((ids) => ids.slice(-14).join()).join(" | ") };
  } finally {
    model.dispose();
    gpu.dispose();
  }
}

const topTokens = (reducers: Variants["reducers"]) => async (context: CheckContext) => {
  const { gpu, model } = await openRandomModel({ ...context, variantsFor: () => ({ reducers }) });
  try {
    const generator = await createGenerator(model, {});
    const rows: Float32Array[] = [];
    const told: Likelihood[] = [];
    const ids: number[] = [];
    const request = { promptIds: prompt, maxTokens: 4, sampling: penalized, stopIds: [] };
    const onLogits = (position: number, row: Float32Array) => void (rows[position] = row);
    for await (const _ of generator.generate({ ...request, onLogits }));
    // The last choice is the least likely token, which isn't among the top ones found anyway.
    let least = 0;
    const last = rows[prompt.length + 2];
    for (const [id, value] of last.entries()) if (value < last[least]) least = id;
    const constrain = (answer: readonly number[]) =>
      bitsOf(config.vocabSize, (id) => answer.length < 3 || id === least);
    const onLikelihood = (likelihood: Likelihood) => void told.push(likelihood);
    for await (const id of generator.generate({ ...request, constrain, onLikelihood })) ids.push(id);
    let error = told.length === 4 && ids[3] === least ? 0 : 1;
    for (const [i, { chosen, top }] of told.entries()) {
      const row = Float64Array.from(rows[prompt.length - 1 + i]);
      const sum = Math.log(row.reduce((total, value) => total + Math.exp(value), 0));
      const order = [...row.keys()].toSorted((a, b) => row[b] - row[a] || a - b);
      for (const [place, { id, logProbability }] of top.entries()) {
        const near = Math.abs(row[id] - row[order[place]]) < 1e-5; // tokens this close may swap
        error = Math.max(error, near ? Math.abs(logProbability - (row[id] - sum)) : 1);
      }
      error = Math.max(error, Math.abs(chosen - (row[ids[i]] - sum)));
      if (top.length !== 20 || new Set(top.map(({ id }) => id)).size !== 20) error = 1;
    }
    return { error, limit: 1e-4, note: JSON.stringify(told[0]) };
  } finally {
    model.dispose();
    gpu.dispose();
  }
};

/** Two layers of three positions each: an answer knows the last five ids, though the pages behind them came back. */
async function windowed(context: CheckContext) {
  const { gpu, model } = await openRandomModel({ ...context, config: { ...config, window: 3, contextLength: 800 } });
  try {
    const generator = await createGenerator(model, {});
    const ids = Array.from({ length: 680 }, (_, i) => (i * i * 7 + 3 * i) % config.vocabSize);
    const answers: Float32Array[][] = [];
    let held = 0;
    for (const promptIds of [ids, ids.slice(-10)]) {
      const rows: Float32Array[] = [];
      const onLogits = (_: number, row: Float32Array) => void rows.push(row.slice());
      const request = {
        promptIds,
        maxTokens: 72,
        sampling: greedy,
        stopIds: [],
        logitsFrom: promptIds.length - 1,
        onLogits,
      };
      for await (const _ of generator.generate(request));
      held ||= model.pages.table.filter((page) => page !== noPage).length;
      answers.push(rows);
      generator.reset();
    }
    const [long, short] = answers;
    let error = long.length === 72 && short.length === 72 && held < 11 ? 0 : Infinity;
    for (const [i, row] of long.entries())
      for (const [id, value] of row.entries()) error = Math.max(error, Math.abs(value - short[i][id]));
    return { error, limit: 1e-3, note: `${held} pages held` };
  } finally {
    model.dispose();
    gpu.dispose();
  }
}

export const checks: Checks = {
  "behind a window, the same logits whatever was before it": windowed,
  "the same ids at run-ahead 1, 2, 8 and adapting, with penalties and a seed": depths,
  "the same ids with drafts, for every way to choose": drafted,
  "the same ids fused and apart": apart,
  "the same ids from a prompt in batches of 64 and of 8, and as a GPU computes it": batches,
  "a constraint is kept, and forgotten afterwards": constrained,
  "an embedding leaves the cache as it was, f32": embedded("f32"),
  "an embedding leaves the cache as it was, f16": embedded("f16"),
  "an embedding leaves the cache as it was, q8": embedded("q8"),
  "forced ids are computed at once, and counted": forced,
  "the most likely tokens are those of the logits": topTokens(64),
  "the most likely tokens, by 256 invocations": topTokens(256),
};
