// Hashes files as their bytes pass, in a worker of its own where the thread may have one (Chromium's shared workers may
// not) and it starts, else here in short stretches. Bytes are lent: they come back, perhaps in another array over the
// same memory.

import { Sha256, type HashState } from "../source/sha256.ts";
import { Breather } from "./breathe.ts";
import type { FromHasher, ToHasher } from "./hash-worker.ts";

export interface Hashed {
  bytes: Uint8Array<ArrayBuffer>;
  /** After these bytes. */
  state: HashState;
}

interface Waiting {
  resolve(hashed: Hashed): void;
  reject(error: Error): void;
}

/** Firefox now and then loses a worker's script to the restart of a service worker, and says nothing. */
const startMs = 5000;
const stretchBytes = 2 ** 20; // hashed in about 5 ms, on the thread that has other work too

export class FileHasher {
  #worker: Worker | undefined;
  #here = new Sha256();
  #last: Promise<unknown> = Promise.resolve();
  readonly #waiting: Waiting[] = [];

  /** Starts the worker and waits until it lives, `startMs` at most; without one the hasher works on this thread. */
  static async open(): Promise<FileHasher> {
    const hasher = new FileHasher();
    if (typeof Worker !== "undefined") await hasher.#start().catch(() => {});
    return hasher;
  }

  /**
   * The next bytes; calls are answered in order. `begin` at the first bytes of a file: the state before them, or null.
   * The array passed must not be used until it comes back.
   */
  update(bytes: Uint8Array<ArrayBuffer>, begin?: HashState | null): Promise<Hashed> {
    if (this.#worker) {
      const answer = new Promise<Hashed>((resolve, reject) => this.#waiting.push({ resolve, reject }));
      this.#worker.postMessage({ bytes, begin } satisfies ToHasher, [bytes.buffer]);
      return answer;
    }
    const hashed = this.#last.then(() => this.#updateHere(bytes, begin));
    this.#last = hashed.catch(() => {});
    return hashed;
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#fail(new Error("the hasher was closed"));
  }

  async #start(): Promise<void> {
    // Literally in one expression: this is what bundlers recognise.
    const worker = new Worker(new URL("./hash-worker.ts", import.meta.url), { type: "module" });
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        worker.addEventListener("message", () => resolve(), { once: true });
        worker.addEventListener("error", reject, { once: true });
        timer = setTimeout(() => reject(new Error("the hash worker did not start")), startMs);
      });
    } catch (error) {
      worker.terminate();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    worker.addEventListener("message", ({ data }: MessageEvent<FromHasher>) => this.#waiting.shift()?.resolve(data));
    worker.addEventListener("error", (event) => this.#fail(new Error(`the hash worker failed: ${event.message}`)));
    this.#worker = worker;
  }

  async #updateHere(bytes: Uint8Array<ArrayBuffer>, begin?: HashState | null): Promise<Hashed> {
    if (begin !== undefined) this.#here = new Sha256(begin ?? undefined);
    const breather = new Breather();
    for (let at = 0; at < bytes.length; at += stretchBytes) {
      this.#here.update(bytes.subarray(at, at + stretchBytes));
      const breath = breather.due();
      if (breath) await breath;
    }
    return { bytes, state: this.#here.state() };
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
