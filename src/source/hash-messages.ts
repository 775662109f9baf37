// The messages between a loader and the thread that hashes for it, and how each side checks them.

import { count, either, instance, object, oneOf, type Shape, text } from "../message-shape.ts";
import type { HashState } from "./sha256.ts";

export interface ToHasher {
  bytes: Uint8Array<ArrayBuffer>;
  /** Set for the first array of a file: the state to resume from, or null at the file's beginning. */
  begin?: HashState | null;
  /** Only the checksum of these bytes is wanted; the current file's hash stays as it is. */
  sums?: true;
}

export type FromHasher =
  | { bytes: Uint8Array<ArrayBuffer>; state: HashState }
  | { bytes: Uint8Array<ArrayBuffer>; checksum: string }
  | { error: string };

const words: Shape = (value) => (value instanceof Int32Array && value.length === 8 ? undefined : "");
const rest: Shape = (value) => (value instanceof Uint8Array && value.length < 64 ? undefined : "");
const state = object({ words, sizeBytes: count, rest });
const bytes = instance(Uint8Array);
const toHasher = object({ bytes, begin: either(oneOf(undefined, null), state), sums: oneOf(undefined, true) });
const fromHasher = either(object({ error: text }), object({ bytes, state }), object({ bytes, checksum: text }));

/** Throws if the message is not valid. */
export function readToHasher(data: unknown): ToHasher {
  const fault = toHasher(data);
  if (fault !== undefined) throw new TypeError(`these are no bytes to hash: ${fault || "no object"}`);
  return data as ToHasher;
}

export const readFromHasher = (data: unknown): FromHasher =>
  fromHasher(data) === undefined ? (data as FromHasher) : { error: "it said what cannot be read" };
