// The hasher's own thread: takes a port, and over it arrays in order, hashes them into the file at hand and sends each back
// with the state after it. The arrays are moved, not copied, so that no byte is in memory twice.

import { Sha256, type HashState } from "./sha256.ts";

export interface ToHasher {
  bytes: Uint8Array<ArrayBuffer>;
  /** Set for the first array of a file: the state to go on from, or null at the file's beginning. */
  begin?: HashState | null;
}

export type FromHasher = { bytes: Uint8Array<ArrayBuffer>; state: HashState } | { error: string };

/** For module-worker.ts: a page may import this file only to know where it lies. */
export const address = import.meta.url;

if ("DedicatedWorkerGlobalScope" in globalThis) serveHashes(self as unknown as Worker);

function serveHashes(scope: Worker): void {
  scope.addEventListener("message", ({ ports: [port] }: MessageEvent) => hashFor(port));
  scope.postMessage("ready");
}

function hashFor(port: MessagePort): void {
  let hash = new Sha256();
  const answer = ({ bytes, begin }: ToHasher) => {
    if (begin !== undefined) hash = new Sha256(begin ?? undefined);
    hash.update(bytes);
    port.postMessage({ bytes, state: hash.state() } satisfies FromHasher, [bytes.buffer]);
  };
  port.addEventListener("message", ({ data }: MessageEvent<ToHasher>) => {
    try {
      answer(data);
    } catch (error) {
      port.postMessage({ error: String(error) } satisfies FromHasher);
    }
  });
  port.start();
}
