// Answers with prompt lookup and without: one that says the same id again and again, where all that is drafted is right, and
// one of ids by chance, where nothing is.

import { createGenerator } from "../generate/generator.ts";
import { greedy, type Generator, type SamplingSettings } from "../generate/request.ts";
import type { BuiltModel } from "./engine-hooks.ts";
import { countGpuCalls } from "./gpu-calls.ts";
import { randomIds } from "./random-ids.ts";
import type { DraftTimes } from "./report.ts";
import { median } from "./statistics.ts";

const rounds = 3;
const repeating: SamplingSettings = { ...greedy, logitBias: { 7: 1e5 } };
const chance: SamplingSettings = { ...greedy, temperature: 1000, seed: 1 }; // hardly any two ids come again in this order

/** Answers of that many tokens behind a prompt of `prompt`; undefined where ids differ. Medians of three rounds, in turns. */
export async function timeDrafts(
  { model, generator: off }: BuiltModel,
  prompt: number,
  tokens: number,
): Promise<DraftTimes | undefined> {
  off.reset();
  const { beginLookup } = await import("../drafting.ts"); // of a build's file that engines load on demand
  const on = await createGenerator(model, { drafts: beginLookup });
  const promptIds = randomIds(prompt, model.config.vocabSize);
  const timed = async (generator: Generator, sampling: SamplingSettings) => {
    generator.reset();
    const ids: number[] = [];
    let started = 0;
    for await (const id of generator.generate({ promptIds, maxTokens: tokens, sampling, stopIds: [] })) {
      if (ids.length === 0) started = performance.now();
      ids.push(id);
    }
    generator.reset();
    return { ids: ids.join(), ms: performance.now() - started };
  };
  const compared = async (sampling: SamplingSettings) => {
    const first = await timed(on, sampling); // compiles
    const times: { on: number; off: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const [one, other] = [await timed(on, sampling), await timed(off, sampling)];
      if (one.ids !== other.ids || one.ids !== first.ids) return undefined;
      times.push({ on: one.ms, off: other.ms });
    }
    const [onMs, offMs] = [median(times.map((one) => one.on)), median(times.map((one) => one.off))];
    return { on: onMs, off: offMs, ratio: offMs / onMs };
  };
  const repeats = await compared(repeating);
  const free = await compared(chance);
  if (!repeats || !free) return undefined;
  const counter = countGpuCalls();
  await timed(on, repeating).finally(() => counter.stop());
  return { tokens, ...repeats, free, accepted: tokens / counter.calls.submits - 1 };
}
