// The one error class of the engine. A message says what was wanted, what was found and what to do; `facts` carries
// the same as data (file, field, expected, found, ...). An abort by the caller is not one of them: it is the signal's own
// reason.

/** What kind of failure it is; the page and the worker protocol branch on this, never on message text. */
export type PronkErrorCode =
  | "model-unsupported" // this file or model cannot be run by this version (facts: file, field, expected, found)
  | "webgpu-missing" // the browser has no WebGPU
  | "adapter-missing" // WebGPU is there, but gives no adapter or device
  | "adapter-too-small" // the adapter's limits are below what the model needs (facts: needed, limit)
  | "driver-fault" // a shader does not compile, a command is refused, or the numbers are wrong (facts: shader)
  | "storage-missing" // the browser has no database, or it does not open
  | "network" // bytes could not be fetched (facts: url, status, origin)
  | "integrity" // bytes arrived or were stored wrong (facts: file, expected, found)
  | "storage-full" // the browser's quota ended (facts: neededBytes, availableBytes; null where the browser does not say)
  | "format" // a file breaks its own format (facts: file, field, expected, found)
  | "out-of-memory" // the GPU or the tab has too little memory (facts: buffer, neededBytes, takenBytes, limitBytes, plans)
  | "device-lost" // the GPU went away (facts: reason)
  | "worker-lost" // the worker that ran the engine did not start or has ended (facts: reason)
  | "leader-closed" // the tab that ran the shared engine was closed; another takes over
  | "context-full" // the prompt does not fit the context (facts: promptTokens, contextLength)
  | "bad-request"; // the caller's arguments are wrong (facts: field, expected, found)

/**
 * Plain data that explains an error; crosses the worker boundary unchanged. Each code's facts are listed beside it, above;
 * sizes are in bytes.
 */
export interface ErrorFacts {
  [name: string]: string | number | boolean | null | undefined | readonly SmallerSetup[];
  /** With `out-of-memory`: how the same model may fit, the largest first; each is options for `createEngine`. */
  plans?: readonly SmallerSetup[];
}

/** A way to hold the model in less memory of the GPU. */
export interface SmallerSetup {
  /** As `EngineOptions.quantize`. */
  quantize: "none" | "q8" | "q4";
  /** As `EngineOptions.kv`. */
  kv: "f32" | "f16" | "q8";
  /** Positions. */
  contextLength: number;
  /** Weights, KV cache and scratch, as `npm run plan` counts them. */
  gpuBytes: number;
}

/**
 * What calls reject with, except for aborts. Its message says what was wanted, what was found and what to do.
 *
 * @example
 * ```ts
 * import { createEngine, PronkError } from "pronk";
 *
 * try {
 *   await createEngine("no/such-model");
 * } catch (error) {
 *   if (!(error instanceof PronkError)) throw error;
 *   show(`${error.code}: ${error.message}`);
 * }
 * ```
 */
export class PronkError extends Error {
  override readonly name = "PronkError";
  /** What kind of failure it is. */
  readonly code: PronkErrorCode;
  /** The same as data: which file or field, what was expected and found. */
  readonly facts: ErrorFacts;

  constructor(
    code: PronkErrorCode,
    message: string,
    facts: ErrorFacts = {},
    options: { /** What led to it. */ cause?: unknown } = {},
  ) {
    super(shortened(message, longestMessage), options);
    this.code = code;
    this.facts = facts;
    for (const [name, fact] of Object.entries(facts))
      if (typeof fact === "string" && fact.length > longestFact)
        this.facts = { ...this.facts, [name]: shortened(fact, longestFact) };
  }
}

// A message may quote a file or a request, which can say anything at any length.
const longestMessage = 300;
const longestFact = 1000; // paths and addresses are data

/** Cut in the middle: how a message begins says what is wrong, how it ends what to do. */
function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const endLength = Math.floor(length / 3);
  const cut = `${text.slice(0, length - 1 - endLength)}…${text.slice(-endLength)}`;
  return cut.replace(/\p{Surrogate}/gu, "\ufffd"); // halves; toWellFormed() is not in every consumer's lib
}

/** A value as JSON for a message, cut before it fills the screen; quick, whatever the value. */
export function briefly(value: unknown, length = 80): string {
  let json = "";
  const write = (part: unknown): void => {
    if (json.length > length) return;
    if (typeof part === "string") json += JSON.stringify(part.slice(0, length + 1));
    else if (typeof part !== "object" || part === null) json += JSON.stringify(part) ?? String(part);
    else if (Array.isArray(part)) writeAll("[", part.keys(), "]", (key) => write(part[key]));
    else
      writeAll("{", Object.keys(part), "}", (key) => {
        json += `${JSON.stringify(key.slice(0, length + 1))}:`;
        write((part as Record<string, unknown>)[key]);
      });
  };
  const writeAll = <Key>(open: string, keys: Iterable<Key>, close: string, writeOne: (key: Key) => void): void => {
    json += open;
    let first = true;
    for (const key of keys) {
      if (json.length > length) return;
      if (!first) json += ",";
      first = false;
      writeOne(key);
    }
    json += close;
  };
  if (value === undefined) return "nothing";
  write(value);
  return json.length > length ? `${json.slice(0, length)}…` : json;
}

/** What a caller should know about a model that runs all the same. */
export type PronkWarningCode =
  | "field-ignored" // a field of the model's files cannot be meant, and is ignored (facts: file, field, expected, found)
  | "kernel-dropped" // a kernel gives wrong numbers on this adapter, and its plain twin runs (facts: found)
  | "not-stored" // a newer release has stored the model, and this one stores nothing in its place (facts: model, found)
  | "stored-again" // what was stored is of no use to this release, and is replaced (facts: model, found)
  | "uploaded-again" // the GPU did not have what it was sent, so it was sent again (facts: field)
  | "tokenizer-scores"; // the vocabulary's scores are lost, so text may be cut differently (facts: file, field)

/** Plain data: it can be kept and can cross the worker boundary. */
export interface PronkWarning {
  /** What kind of finding it is. */
  code: PronkWarningCode;
  /** What was found, what was done about it, and what to do. */
  message: string;
  /** The same as data. */
  facts: ErrorFacts;
}

/** An error as structured-clonable data, for the worker protocol. */
export interface ErrorData {
  name: string;
  message: string;
  code?: PronkErrorCode;
  facts?: ErrorFacts;
  cause?: ErrorData;
}

export function toErrorData(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { name: "Error", message: shortened(String(error), longestMessage) };
  const data: ErrorData = { name: error.name, message: shortened(error.message, longestMessage) };
  if (error instanceof PronkError) Object.assign(data, { code: error.code, facts: error.facts });
  if (error.cause !== undefined) data.cause = toErrorData(error.cause);
  return data;
}

export function fromErrorData(data: ErrorData): Error {
  const cause = data.cause ? fromErrorData(data.cause) : undefined;
  if (data.code) return new PronkError(data.code, data.message, data.facts, { cause });
  if (data.name === "AbortError" || data.name === "TimeoutError") return new DOMException(data.message, data.name);
  return Object.assign(new Error(data.message, { cause }), { name: data.name });
}

/** Whether the error means that there was no room. */
export const isShortage = (error: unknown): error is PronkError =>
  error instanceof PronkError && error.code === "out-of-memory";
