// Which kernels an adapter runs: those that were measured to be fastest for models of this shape, without those that give
// wrong numbers there. Both are found out once per adapter and remembered.

import { isShortage, type PronkWarning } from "./errors.ts";
import { harmlessMacs, type Variants } from "./gpu/variants.ts";
import type { Model } from "./model/model.ts";
import type { Verdict } from "./model/twins.ts";
import { rememberedTuning } from "./store/tuning-store.ts";

export interface TuneOptions {
  store?: boolean;
  without?: readonly string[];
  /** What was lost, for a load that must match it. */
  like?: { adapter: object; features: readonly string[]; variants: Variants };
}

type Remember = <T>(of: readonly string[], make: () => Promise<T>) => Promise<T>;

/** What is to be done once the weights are there. */
export interface Tuned {
  /** What an earlier load found. */
  dropped: readonly string[];
  /** Set if the kernels have yet to be compared. */
  remember?: (make: () => Promise<Verdict>) => Promise<Verdict>;
}

/** May run before the weights arrive: measuring doesn't need them. */
export async function tune(model: Model, { store, without = [], like }: TuneOptions): Promise<Tuned> {
  const { gpu, config, weights } = model;
  const isSame = like && JSON.stringify(like.adapter) === JSON.stringify(gpu.adapter);
  if (isSame && like.features.every((feature) => gpu.features.has(feature))) {
    model.follow(like); // other kernels would give other numbers
    return { dropped: [] };
  }
  const { dim, hiddenDim } = config;
  const parts = Object.values(weights.layers[0]).flatMap((weight) => ("parts" in weight ? weight.parts : []));
  const shape = [dim, hiddenDim, ...parts.map(({ format }) => format.label)];
  const circumstances = [gpu.adapter, [...gpu.features], navigator.userAgent, without, shape];
  const remembered: Remember = (of, make) =>
    store === false ? make() : rememberedTuning([...circumstances, ...of], make);
  const measured = remembered([], () => model.measureVariants());
  gpu.variants = await measured.catch((error: unknown) => untuned(error, gpu.variants)); // and not remembered
  // A software adapter runs almost the plain twins, on a CPU, and every test of pronk runs on one; SwiftShader would take
  // seconds to compile the twins (0.75 s of a processor each, 2026-11-28).
  if (gpu.software) return { dropped: [] };
  const twins = ["twins", model.cache.kv];
  const verdict = await remembered<Verdict | undefined>(twins, async () => undefined);
  if (!verdict) return { dropped: [], remember: (make) => remembered(twins, make) };
  model.follow(verdict);
  return verdict;
}

/** What to run if there was no memory to measure with: `variants`, with dispatches too small to take long anywhere. */
export function untuned(error: unknown, variants: Variants): Variants {
  if (!isShortage(error)) throw error;
  return { ...variants, macsPerDispatch: harmlessMacs };
}

/** Once the weights are there. `anew`: the plans made so far are not the ones to run. */
export async function dropWrong(
  model: Model,
  { dropped, remember }: Tuned,
): Promise<{ dropped: readonly string[]; anew: boolean }> {
  if (!remember) return { dropped, anew: false };
  const verdict = await remember(() => model.compareTwins());
  const anew = verdict.dropped.length > 0;
  if (anew) model.follow(verdict);
  return { dropped: verdict.dropped, anew };
}

/** The warning when a chosen kernel gives wrong numbers. */
export function kernelsDropped(dropped: readonly string[]): PronkWarning[] {
  if (dropped.length === 0) return [];
  const names = dropped.join(", ");
  const message = `This GPU gives wrong numbers with ${names}, so it goes without. Update its driver, or try another browser.`;
  return [{ code: "kernel-dropped", message, facts: { found: names } }];
}
