// What generations run on: a model on a GPU and its recorded steps. It is lost with its device; whoever makes engines may
// then make another, so a generation asks for the machine each time that it begins or resumes.

import { PronkError } from "../errors.ts";
import { CachePages } from "../model/cache-pages.ts";
import type { Model } from "../model/model.ts";
import type { Gpu } from "../gpu/device.ts";
import { createRing } from "../gpu/readback.ts";
import { KeptSequences } from "./kept-sequences.ts";
import { receiptBytes } from "./receipts.ts";
import { RunAhead } from "./run-ahead.ts";
import { createSteps, type SequenceSteps, type Steps } from "./steps.ts";

/** What a sequence runs on. */
export interface Lane {
  readonly pages: CachePages;
  readonly steps: SequenceSteps;
}

export interface Machine {
  readonly model: Model;
  readonly steps: Steps;
  readonly kept: KeptSequences;
  /** What the sequence of this number runs on, among those that run at the same time. Errors: `out-of-memory`. */
  lane(index: number): Promise<Lane>;
}

export interface Machines {
  /** The machine to use now; waits while one is being made. Rejects when there will be none, or with the signal's reason. */
  current(signal?: AbortSignal): Promise<Machine>;
  /** The machine gave a correct result: the fault that took the last one has not recurred. */
  proved(machine: Machine): void;
  /** Frees everything. No generation is running. */
  dispose(): void;
}

/** Makes the plans of a model whose weights may still be on their way. */
export async function createMachine(model: Model): Promise<Machine> {
  const ring = createRing(model.gpu, model.memory, "receipts", RunAhead.most + 1, receiptBytes);
  const steps = await createSteps(model, ring);
  const { pages, sampler } = model;
  const lanes: (Promise<Lane> | undefined)[] = [
    Promise.resolve({ pages, steps: await steps.ofSequence(0, pages, sampler) }),
  ];
  const another = async (index: number): Promise<Lane> => {
    const own = new CachePages(pages.pool, index);
    return { pages: own, steps: await steps.ofSequence(index, own, await model.createSampler()) };
  };
  return {
    model,
    steps,
    kept: new KeptSequences(pages.pool),
    lane: (index) =>
      (lanes[index] ??= another(index).catch((error: unknown) => {
        lanes[index] = undefined;
        throw error;
      })),
  };
}

/** One machine, and no other after it. */
export function onlyMachine(machine: Machine): Machines {
  const { model } = machine;
  return {
    current: async () => machine,
    proved: () => {},
    dispose: () => model.dispose(),
  };
}

// Work on a device fails before the device reports its own loss (seen in Chromium 156 and Firefox 153).
const causeMs = 500; // long for a browser, short for a person who sees an error anyway

/** The device loss behind an error of its work; undefined where the device is well. */
export async function lossBehind(
  error: unknown,
  { untilLost }: Pick<Gpu, "untilLost">,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (signal?.aborted) return undefined;
  if (error instanceof PronkError && error.code === "device-lost") return error;
  // Firefox (seen in 153) reports that a lost device refused a command before it reports the loss, and any device that is
  // about to be lost refuses to map buffers.
  if (error instanceof PronkError && error.code !== "driver-fault" && error.facts.mapped !== false) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await untilLost(new Promise<void>((resolve) => (timer = setTimeout(resolve, causeMs))));
    return undefined;
  } catch (loss) {
    return loss;
  } finally {
    clearTimeout(timer);
  }
}
