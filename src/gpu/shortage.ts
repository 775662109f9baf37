// Memory that was refused, as PronkErrors: a buffer of the GPU, the readback of a result, an allocation of the tab's own.
// The loader says which smaller plans there are.

import { PronkError } from "../errors.ts";

const advice = "Choose a smaller model, q4 or a shorter context, or close other tabs.";

export interface Refused {
  /** What the buffer is for: most often a tensor, or tensors that stand together. */
  buffer: string;
  neededBytes?: number;
  /** What the device had given until then. */
  takenBytes: number;
}

export function bufferRefused({ buffer, neededBytes, takenBytes }: Refused, why: string): PronkError {
  const asked = neededBytes === undefined ? "" : ` (${inUnits(neededBytes)})`;
  return new PronkError(
    "out-of-memory",
    `The GPU has no room for ${buffer}${asked} beside the ${inUnits(takenBytes)} taken so far: ${why}. ${advice}`,
    { buffer, ...(neededBytes === undefined ? {} : { neededBytes }), takenBytes },
  );
}

/** A result that could not be mapped. Where the device is on its way to being lost, that is the reason: see lossBehind. */
export function mappingRefused(buffer: string, neededBytes: number, cause: unknown): PronkError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `The browser has no memory to read ${buffer} back from the GPU: ${why}. Close other tabs, or try again.`;
  return new PronkError("out-of-memory", message, { buffer, neededBytes, mapped: false }, { cause });
}

// V8 says "Array buffer allocation failed", SpiderMonkey "out of memory" (a string), "allocation size overflow" or "invalid
// array length", JavaScriptCore "Out of memory".
const tabsWords = /allocat|out of memory|array length/i;

/** An error that means the tab itself was refused memory, named as such; any other error as it is. */
export function namedShortage(error: unknown): unknown {
  if (error instanceof PronkError) return error;
  const isOfMemory = error instanceof RangeError || error === "out of memory" || nameOf(error) === "InternalError";
  const words = error instanceof Error ? error.message : String(error);
  if (!isOfMemory || !tabsWords.test(words)) return error;
  const message = `The tab has too little memory: ${words}. ${advice}`;
  return new PronkError("out-of-memory", message, { buffer: "memory of the tab" }, { cause: error });
}

const nameOf = (error: unknown) => (error as { name?: unknown } | null | undefined)?.name;
const inUnits = (bytes: number) =>
  bytes >= 1e6 ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
