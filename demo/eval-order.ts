// What the evaluation's page orders from its worker, and what is kept of a measurement: plain data, in a database of its own,
// written after each window or item, so that a reload continues from the last.

import { type IDBPDatabase, openDB } from "idb";
import type { ChoicesResult, ComparisonResult, PerplexityResult, WeightErrors } from "../src/eval/index.ts";
import type { EngineInfo } from "../src/index.ts";

export type Format = "none" | "q8" | "q4";

export interface Order {
  /** What the others are compared with: unrounded, in 32-bit floats. */
  model: string;
  /** In which it is measured itself. */
  formats: Format[];
  /** Other files of the same weights, each measured as in its file. Absent in what was kept before there were any. */
  others?: string[];
  by: "text" | "task";
  content: string;
}

/** A model as it is measured. */
export interface Subject {
  model: string;
  format: Format;
}

/** In their order, which `Kept.done` has, too. */
export const subjectsOf = ({ model, formats, others = [] }: Order): Subject[] => [
  ...formats.map((format) => ({ model, format })),
  ...others.map((other) => ({ model: other, format: "none" as const })),
];

/** The order with only its first `count` subjects. */
export const shortened = (order: Order, count: number): Order => ({
  ...order,
  formats: order.formats.slice(0, count),
  others: order.others?.slice(0, Math.max(0, count - order.formats.length)),
});

/** Of one subject. */
export interface Measured {
  /** As it was ordered; absent in what was kept before there were several. */
  model?: string;
  format: Format;
  info: Pick<EngineInfo, "model" | "source" | "scheme" | "weights" | "adapter" | "gpuBytes" | "storedBytes" | "kv">;
  /**
   * Of the weights against the order's model; by questions only of what pronk rounded while loading, now or when the page
   * first measured it. Absent if there is nothing to compare.
   */
  errors?: WeightErrors;
  decodeTokensPerSecond: number;
  found: PerplexityResult | ComparisonResult | ChoicesResult;
  browser: string;
  date: string;
}

export interface Kept {
  order: Order;
  isPaused: boolean;
  done: Measured[];
  /** Of the current subject. */
  state?: unknown;
}

export type FromWorker =
  | { kind: "progress"; subject: Subject; done: number; of: number; secondsLeft: number | undefined }
  | { kind: "measured"; done: Measured[] }
  | { kind: "finished" }
  | { kind: "failed"; message: string };

const store = "run";
const key = "last";
let opened: Promise<IDBPDatabase> | undefined;
const database = () =>
  (opened ??= openDB("pronk-evaluation", 1, { upgrade: (made) => void made.createObjectStore(store) }));

export const readKept = async (): Promise<Kept | undefined> => (await database()).get(store, key);
export const keep = async (kept: Kept): Promise<unknown> => (await database()).put(store, kept, key);
export const forget = async (): Promise<void> => (await database()).delete(store, key);

/** A warm start rounds nothing, so the first start's errors are kept, by `of`: the model's source and format. */
export async function errorsOf(of: string, found: WeightErrors | undefined): Promise<WeightErrors | undefined> {
  const place = `errors ${of}`;
  if (found) await (await database()).put(store, found, place);
  return found ?? (await database()).get(store, place);
}
