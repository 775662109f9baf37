// Reads what arrives over a port or a channel: a message of the protocol, or the path of what keeps it from being one. What
// is handed on whole (a request, an answer's chunk, the engine's report) need only be there: whoever uses it reads it.

import { PronkError } from "../errors.ts";
import {
  anything, count, either, flag, instance, list, nothing, number, object, oneOf, optional, record, type Shape, text, union,
} from "../message-shape.ts"; // prettier-ignore
import { historyChangeShape, historyShape } from "../generate/cache-history.ts";
import { traceShape } from "../generate/trace.ts";
import { progressShape } from "../source/progress.ts";
import type { ChannelMessage, ToClient, ToHost } from "./protocol.ts";

const deepestCause = 20; // of an error: a chain of causes may loop back to its beginning

const errorShape = (depth: number): Shape =>
  object({
    name: text,
    message: text,
    code: optional(text),
    facts: optional(object()),
    cause: depth < deepestCause ? optional((value) => errorShape(depth + 1)(value)) : nothing,
  });
const error = errorShape(0);

const recovery = union("state", {
  recovering: object({ code: text, message: text }),
  recovered: object({ attempts: number, waitedMs: number }),
  failed: object({ code: text, message: text }),
});

const port: Shape = (value) => instance(MessagePort)(value);
const file: Shape = (value) => instance(Blob)(value);
// Its `kind` is not an own property: the prototype has it.
const directory: Shape = (value) => ((value as FileSystemHandle | null)?.kind === "directory" ? undefined : "");
const model = either(text, list(file), directory);

// What `checkOptions` looks at is left to it: its errors are better.
const options = object({
  weights: optional(text),
  token: optional(text),
  tokenizer: optional(either(oneOf("optional"), object({ name: text, bytes: instance(Uint8Array) }))),
  without: optional(list(text)),
  store: optional(flag),
  hubUrl: optional(text),
  hashes: optional(record(text)),
  recover: optional(flag),
});

const completion = object({ request: anything, logits: optional(count) });
const call = union("kind", {
  chat: completion,
  text: completion,
  cache: object({ does: oneOf("save", "restore", "list", "delete"), name: text }),
  embed: object({ request: anything }),
  encode: object({ text, addBos: flag }),
  decode: object({ ids: list(number) }),
  unload: object(),
});

const info = object({ model: text });
const variants = object();
const predecessor = object({ like: object({ model: text, source: text, variants }), history: historyShape });

const lock: Shape = (value) => (typeof value === "string" && value.startsWith("pronk:") ? undefined : "");

const toHost = union("kind", {
  tab: object({ lock, port }),
  load: object({ model, options, predecessor: optional(predecessor) }),
  "cancel-load": object(),
  "pause-load": object({ paused: flag }),
  "hash-thread": object({ port: optional(port) }),
  call: object({ id: count, call, known: optional(list(traceShape)) }),
  begin: object({ id: count }),
  cancel: object({ id: count }),
} satisfies Record<ToHost["kind"], Shape>);

const toClient = union("kind", {
  started: object(),
  hello: object({ lock }),
  "no-webgpu": object(),
  progress: object({ event: progressShape }),
  "hash-thread": object(),
  ready: object({ info, variants: optional(variants), history: optional(historyShape) }),
  renewed: object({ info, variants }),
  history: object({ change: historyChangeShape }),
  "load-error": object({ error }),
  recovery: object({ event: recovery }),
  ended: object({ error }),
  result: object({ id: count, value: anything }),
  trace: object({ id: count, prompt: count, event: traceShape }),
  chunk: object({ id: count, chunk: anything }),
  end: object({ id: count }),
  logits: object({ id: count, position: count, row: instance(Float32Array) }),
  error: object({ id: count, error }),
} satisfies Record<ToClient["kind"], Shape>);

const channel = union("kind", {
  hello: object({ from: text }),
  lead: object({ from: text }),
  leaving: object({ from: text }),
  welcome: object({ from: text, to: text }),
  port: object({ from: text, to: text, data: anything }),
} satisfies Record<ChannelMessage["kind"], Shape>);

/** A message, or what is wrong with it: "" where it is none at all. */
export type Read<Message> = { message: Message; fault?: undefined } | { message?: undefined; fault: string };

const read = <Message>(shape: Shape, data: unknown): Read<Message> => {
  const fault = shape(data);
  return fault === undefined ? { message: data as Message } : { fault };
};

export const readToHost = (data: unknown): Read<ToHost> => read(toHost, data);
export const readToClient = (data: unknown): Read<ToClient> => read(toClient, data);
export const readChannelMessage = (data: unknown): ChannelMessage | undefined =>
  read<ChannelMessage>(channel, data).message;

/** The id of a call in a message that is otherwise unreadable. */
export function callIdIn(data: unknown): number | undefined {
  const { id } = (typeof data === "object" && data !== null ? data : {}) as { id?: unknown };
  return count(id) === undefined ? (id as number) : undefined;
}

export const isKind = (data: unknown, kind: string): boolean => object({ kind: oneOf(kind) })(data) === undefined;

/** Tells the client what in its message the host cannot use. */
export function unreadable(field: string): PronkError {
  const message = `The engine's worker cannot read what it was sent: "${field}" is missing or of another type. Pass what the types of createEngine and its calls allow, from a page of the same release.`;
  return new PronkError("bad-request", message, { field });
}
