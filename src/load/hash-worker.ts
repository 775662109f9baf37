// The hasher's own thread: takes arrays in order, hashes them into the file at hand and sends each back with the state
// after it. The arrays are moved, not copied, so that no byte is in memory twice.

import { Sha256, type HashState } from "../source/sha256.ts";

export interface ToHasher {
  bytes: Uint8Array<ArrayBuffer>;
  /** Set for the first array of a file: the state to go on from, or null at the file's beginning. */
  begin?: HashState | null;
}

export interface FromHasher {
  bytes: Uint8Array<ArrayBuffer>;
  state: HashState;
}

const scope = self as unknown as { postMessage(message: unknown, transfer?: Transferable[]): void };
let hash = new Sha256();

self.addEventListener("message", ({ data }: MessageEvent<ToHasher>) => {
  const { bytes, begin } = data;
  if (begin !== undefined) hash = new Sha256(begin ?? undefined);
  hash.update(bytes);
  scope.postMessage({ bytes, state: hash.state() } satisfies FromHasher, [bytes.buffer]);
});
scope.postMessage("ready");
