// What generations run on: a model on a GPU and its recorded steps. It is lost with its device; whoever makes engines
// may then make another, so a generation asks for the machine to use each time that it begins or goes on.

import { PronkError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import type { Gpu } from "../gpu/device.ts";
import { createRing } from "../gpu/readback.ts";
import { receiptBytes } from "./receipts.ts";
import { RunAhead } from "./run-ahead.ts";
import { createSteps, type Steps } from "./steps.ts";

export interface Machine {
  readonly model: Model;
  readonly steps: Steps;
}

export interface Machines {
  /** The machine to use now; waits while one is made. Rejects when there will be none, or with the signal's reason. */
  current(signal?: AbortSignal): Promise<Machine>;
  /** The machine gave something right: it is no repetition of the fault that took the last. */
  proved(machine: Machine): void;
  /** Frees what there is. No generation is running. */
  dispose(): void;
}

/** Makes the plans of a model whose weights may still be on their way. */
export async function createMachine(model: Model): Promise<Machine> {
  const ring = createRing(model.gpu, model.memory, "receipts", RunAhead.most + 1, receiptBytes);
  return { model, steps: await createSteps(model, ring) };
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

// A device's waiters fail before the device says that it is lost (seen in Chromium 156 and Firefox 153).
const causeMs = 500; // long for a browser, short for a person who sees an error anyway

/** The loss of the device that the error of its work comes from; undefined where the device is well. */
export async function lossBehind(
  error: unknown,
  { untilLost }: Pick<Gpu, "untilLost">,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (signal?.aborted) return undefined;
  if (error instanceof PronkError && error.code === "device-lost") return error;
  // Firefox (seen in 153) tells that a lost device refused a command before it tells that it is lost, and what was to be
  // mapped is refused by any device that is on its way there.
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
