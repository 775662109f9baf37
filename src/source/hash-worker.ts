// The hasher's own thread: takes a port, receives arrays over it in order, hashes them into the current file and sends each
// back with the state after it, or with its checksum. The arrays are moved, not copied, so no byte is in memory twice.

import { checksum64 } from "./checksum.ts";
import { type FromHasher, readToHasher } from "./hash-messages.ts";
import { Sha256 } from "./sha256.ts";

/** For module-worker.ts: a page may import this file just to know its address. */
export const address = import.meta.url;

if ("DedicatedWorkerGlobalScope" in globalThis) serveHashes(self as unknown as Worker);

function serveHashes(scope: Worker): void {
  scope.addEventListener("message", ({ ports: [port] }: MessageEvent) => port && hashFor(port));
  scope.postMessage("ready");
}

function hashFor(port: MessagePort): void {
  let hash = new Sha256();
  const answer = (data: unknown) => {
    const { bytes, begin, sums } = readToHasher(data);
    if (sums) return port.postMessage({ bytes, checksum: checksum64(bytes) } satisfies FromHasher, [bytes.buffer]);
    if (begin !== undefined) hash = new Sha256(begin ?? undefined);
    hash.update(bytes);
    port.postMessage({ bytes, state: hash.state() } satisfies FromHasher, [bytes.buffer]);
  };
  port.addEventListener("message", ({ data }: MessageEvent) => {
    try {
      answer(data);
    } catch (error) {
      port.postMessage({ error: String(error) } satisfies FromHasher);
    }
  });
  port.start();
}
