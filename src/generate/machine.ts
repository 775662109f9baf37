// What generations run on: a model on a GPU and its recorded steps. It is lost with its device; whoever makes engines
// may then make another, so a generation asks for the machine to use each time that it begins or goes on.

import { PronkError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import { createRing } from "../gpu/readback.ts";
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
  const ring = createRing(model.gpu, model.memory, "ids", RunAhead.most + 1, 4);
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

/** Whether the error of a machine's work comes from the loss of its device. */
export async function isLoss(error: unknown, { model }: Machine, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted) return false;
  if (error instanceof PronkError) return error.code === "device-lost";
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await model.gpu.untilLost(new Promise<void>((resolve) => (timer = setTimeout(resolve, causeMs))));
    return false;
  } catch {
    return true;
  } finally {
    clearTimeout(timer);
  }
}
