// What to take instead where memory ran out: the same checkpoint with a smaller cache, a shorter context or fewer bits a weight,
// counted as everywhere else (model/plan-memory.ts). Nothing tells how much memory there is; what was granted before
// the refusal is an amount that the device is known to hold.

import { inUnits } from "./api/adapter-room.ts";
import { leastContext } from "./api/engine-options.ts";
import { isShortage, PronkError, type SmallerSetup } from "./errors.ts";
import type { PreparedModel } from "./load/prepared-model.ts";
import { publishedForm, quantizeChoices } from "./load/published-form.ts";
import { countMemory, type MemoryCount } from "./model/plan-memory.ts";
import type { KvFormat } from "./quant/layout.ts";

/** What there was no memory for. */
export interface TriedSetup extends Omit<SmallerSetup, "gpuBytes"> {
  prepared: Pick<PreparedModel, "config" | "tensors" | "matrices">;
  maxBindingBytes: number;
  /** How many answers the engine computes at once. */
  sequences?: number;
  /** The model was loaded, and a call asked for more. */
  loaded?: boolean;
}

/** The error, with what is left to try in its facts if it is one of memory. */
export function withSetups(error: unknown, tried: TriedSetup | undefined): unknown {
  if (!tried || !isShortage(error)) return error;
  const setups = smallerSetups(tried, roomAfter(error, tried));
  if (setups.length === 0) return error;
  const instead = setups.map((setup) => `${changes(setup, tried)} (${inUnits(setup.gpuBytes)})`);
  const message = `${error.message} Less is taken with ${instead.join(", or ")}.`;
  return new PronkError("out-of-memory", message, { ...error.facts, plans: setups }, { cause: error.cause });
}

const kvFormats: readonly KvFormat[] = ["f32", "f16", "q8"];
// What to believe after a refusal without figures: a fifth less than what failed.
const believable = 0.8;

/** Bytes that a setup may take after this refusal. */
function roomAfter({ facts }: PronkError, tried: TriedSetup): number {
  const { takenBytes, neededBytes, limitBytes } = facts;
  if (typeof takenBytes === "number") return takenBytes - (tried.loaded ? Number(neededBytes ?? 0) : 0);
  return typeof limitBytes === "number" ? Infinity : believable * count(tried, tried).totalBytes;
}

/**
 * The next smaller setups, largest first: one that keeps the weights and the cache's format, one that keeps the weights, and
 * one for each smaller form of the weights, each with the longest context that has room; if nothing has, the smallest.
 */
function smallerSetups(tried: TriedSetup, roomBytes: number): SmallerSetup[] {
  const forms = quantizeChoices(tried.prepared);
  const contexts: number[] = [];
  for (let length = tried.contextLength; length >= Math.min(leastContext, tried.contextLength); length >>= 1)
    contexts.push(length);
  const triedBytes = count(tried, tried).totalBytes;
  const all = forms.slice(forms.indexOf(tried.quantize)).flatMap((quantize) =>
    kvFormats.slice(kvFormats.indexOf(tried.kv)).flatMap((kv) =>
      contexts.flatMap((contextLength): SmallerSetup[] => {
        const { totalBytes, largestBindingBytes } = count(tried, { quantize, kv, contextLength });
        const isSmaller = totalBytes < triedBytes && largestBindingBytes <= tried.maxBindingBytes;
        return isSmaller ? [{ quantize, kv, contextLength, gpuBytes: totalBytes }] : [];
      }),
    ),
  );
  const fitting = all.filter(({ gpuBytes }) => gpuBytes <= roomBytes);
  const bySize = (one: SmallerSetup, other: SmallerSetup) => other.gpuBytes - one.gpuBytes;
  if (fitting.length === 0) return all.sort(bySize).slice(-1);
  // Listed from the longest context down, formats from the largest: the first of a kind is the one that gives up the least.
  const least = [
    fitting.find((setup) => setup.quantize === tried.quantize && setup.kv === tried.kv),
    fitting.find((setup) => setup.quantize === tried.quantize && setup.kv !== tried.kv),
    ...forms.map((form) => (form === tried.quantize ? undefined : fitting.find(({ quantize }) => quantize === form))),
  ];
  return least.filter((setup) => setup !== undefined).sort(bySize);
}

type Choice = Pick<TriedSetup, "quantize" | "kv" | "contextLength">;

function count(
  { prepared, maxBindingBytes, sequences }: TriedSetup,
  { quantize, kv, contextLength }: Choice,
): MemoryCount {
  return countMemory(prepared.config, {
    quantize,
    kv,
    contextLength,
    maxBindingBytes,
    sequences,
    ...publishedForm(prepared),
  });
}

function changes(setup: SmallerSetup, tried: TriedSetup): string {
  const changed = (["quantize", "kv", "contextLength"] as const).filter((name) => setup[name] !== tried[name]);
  return changed.map((name) => `${name}: ${JSON.stringify(setup[name])}`).join(", ");
}
