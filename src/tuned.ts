// Which kernels an adapter runs: those that were measured to be fastest for models of this shape, without those that give
// wrong numbers there. Either is found out once for an adapter and remembered.

import type { PronkWarning } from "./errors.ts";
import { untuned } from "./gpu/tune.ts";
import type { Variants } from "./gpu/variants.ts";
import type { Model } from "./model/model.ts";
import type { Verdict } from "./model/twins.ts";
import { rememberedTuning } from "./store/tuning-store.ts";

export interface TuneOptions {
  store?: boolean;
  without?: readonly string[];
  /** What was lost, for a load that is to be the same. */
  like?: { adapter: object; features: readonly string[]; variants: Variants };
}

type Remember = <T>(of: readonly string[], make: () => Promise<T>) => Promise<T>;

/** What is to be done when the weights are there. */
export interface Tuned {
  /** What an earlier load found. */
  dropped: readonly string[];
  /** Nobody has compared the kernels yet. */
  remember?: (make: () => Promise<Verdict>) => Promise<Verdict>;
}

/** Before the weights are there, which need not have arrived to be measured with. */
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
  // A software adapter runs what is nearly the plain twins, on a CPU, and every test of pronk runs on one; SwiftShader would
  // compile them for seconds (0.75 s of a processor each, 2026-11-28).
  if (gpu.software) return { dropped: [] };
  const twins = ["twins", model.cache.kv];
  const verdict = await remembered<Verdict | undefined>(twins, async () => undefined);
  if (!verdict) return { dropped: [], remember: (make) => remembered(twins, make) };
  model.follow(verdict);
  return verdict;
}

/** With the weights there. `anew`: the plans that were made are not those to run. */
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

/** Said where a kernel that was chosen is not right. */
export function kernelsDropped(dropped: readonly string[]): PronkWarning[] {
  if (dropped.length === 0) return [];
  const names = dropped.join(", ");
  const message = `This GPU gives wrong numbers with ${names}, so it goes without. Update its driver, or try another browser.`;
  return [{ code: "kernel-dropped", message, facts: { found: names } }];
}
