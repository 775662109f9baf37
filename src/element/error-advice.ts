// What a failure means for the person at the page: a title, what to do, and what the card offers for it, by PronkError
// code and facts, never by the words of a message. The engine's own message, which names files and numbers, stands below.

import type { Advice } from "./advice.ts";
import type { ErrorFacts, PronkError, SmallerSetup } from "../index.ts";
import type { FailureStrings } from "./languages/en-failures.ts";
import { networkAdvice } from "./network-advice.ts";
import { formatBytes } from "./quantity.ts";
import { type ChatStrings, english } from "./languages/en.ts";

export interface AdviceOptions {
  /** Default English. */
  strings?: Pick<ChatStrings, "failures" | "locale">;
  /** Default: what the browser says. */
  online?: boolean;
}

interface Circumstances extends Required<AdviceOptions> {
  words: FailureStrings;
}

/** One card per code, with one next step. */
const byCode: Record<PronkError["code"], (facts: ErrorFacts, circumstances: Circumstances) => Advice> = {
  "model-unsupported": ({ expected, found }, { words }) =>
    found === null && String(expected).startsWith("*.safetensors")
      ? { ...words.noWeights, retry: true, messageShown: true } // the folder may be put right meanwhile
      : { ...words.modelUnsupported, retry: false, messageShown: true },
  "webgpu-missing": (_, { words }) => ({ ...words.webgpuMissing, retry: true }),
  "adapter-missing": (_, { words }) => ({ ...words.adapterMissing, retry: true }),
  "adapter-too-small": (_, { words }) => ({ ...words.adapterTooSmall, retry: false, messageShown: true }),
  "driver-fault": ({ shader, position, arrived }, { words }) => {
    if (arrived === false) return { ...words.lostOnTheWay, retry: true };
    if (position !== undefined) return { ...words.wrongNumbers, retry: true };
    return { ...(shader === undefined ? words.commandRefused : words.shaderRefused), retry: true };
  },
  network: (facts, { words, online }) => networkAdvice(facts, words, online),
  "storage-missing": (_, { words }) => ({ ...words.storageMissing, retry: true }),
  integrity: (_, { words }) => ({ ...words.integrity, retry: true }),
  "storage-full": ({ neededBytes, availableBytes }, { words, strings: { locale } }) => {
    const size = (bytes: unknown) => (typeof bytes === "number" ? formatBytes(bytes, locale) : undefined);
    return { ...words.storageFull(size(neededBytes), size(availableBytes)), retry: true };
  },
  // A folder on this device may be put right meanwhile.
  format: (_, { words }) => ({ ...words.format, retry: true, messageShown: true }),
  "out-of-memory": ({ plans }, { words }) =>
    plans?.length ? { ...words.outOfMemoryWithOffers, retry: false } : { ...words.outOfMemory, retry: true },
  "device-lost": (_, { words }) => ({ ...words.deviceLost, retry: true }),
  "worker-lost": ({ started }, { words }) =>
    started === false
      ? { ...words.engineNotStarted, retry: true, messageShown: true }
      : { ...words.engineStopped, retry: true },
  "leader-closed": (_, { words }) => ({ ...words.leaderClosed, retry: true }),
  "context-full": (_, { words }) => ({ ...words.contextFull, retry: false }),
  "bad-request": ({ field }, { words }) => {
    const part = String(field ?? "messages").split("[")[0];
    if (part === "messages" || part === "prompt") return { ...words.message, retry: false };
    const card = part === "model" ? words.noModelName : part === "weights" ? words.noSuchWeights : words.setting;
    return { ...card, retry: false, messageShown: true };
  },
};

/** What to say of an error, by its code and facts; of one that is no PronkError, that something went wrong. */
export function adviceFor(error: Error, { strings = english, online = isOnline() }: AdviceOptions = {}): Advice {
  const words = strings.failures;
  if (!isPronkError(error)) return { ...words.unknown, retry: true };
  return byCode[error.code](error.facts, { strings, online, words });
}

/** Ways to run the same model in less memory, as the engine counted them. */
export const setupsIn = (error: Error): readonly SmallerSetup[] => (isPronkError(error) && error.facts.plans) || [];

/** What a setup changes and takes, in words; of several in `among`, only the parts in which they differ. */
export function setupWords(
  { quantize, kv, contextLength, gpuBytes }: SmallerSetup,
  among: readonly SmallerSetup[],
  { failures: words, locale }: Pick<ChatStrings, "failures" | "locale">,
): string {
  const differs = (name: keyof SmallerSetup) => among.some((other) => other[name] !== among[0][name]);
  const told = among.length > 1 ? differs : () => true;
  const changes = [
    ...(told("quantize") ? [words.weightsIn[quantize]] : []),
    ...(told("contextLength") ? [words.shorterContext(new Intl.NumberFormat(locale).format(contextLength))] : []),
    ...(told("kv") ? [words.cacheIn[kv]] : []),
  ];
  return words.smallerSetup(changes, formatBytes(gpuBytes, locale));
}

/** By name, not by class: a page may hold two copies of the library. */
function isPronkError(error: Error): error is PronkError {
  const { name, code } = error as PronkError;
  return name === "PronkError" && code in byCode;
}

const isOnline = (): boolean => globalThis.navigator?.onLine !== false;
