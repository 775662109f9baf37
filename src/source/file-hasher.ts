// Hashes files as their bytes pass, on a thread of its own if it is given one, otherwise here in short stretches. Bytes are
// only lent: they come back, perhaps in another array over the same memory.

import { checksum64 } from "./checksum.ts";
import type { HashThread, StartHashThread } from "./hash-thread.ts";
import { type FromHasher, readFromHasher, type ToHasher } from "./hash-messages.ts";
import { Sha256, type HashState } from "./sha256.ts";
import { Breather } from "./breathe.ts";

export interface Hashed {
  bytes: Uint8Array<ArrayBuffer>;
  /** After these bytes. */
  state: HashState;
}

export interface Summed {
  bytes: Uint8Array<ArrayBuffer>;
  /** checksum64's. */
  checksum: string;
}

interface Waiting {
  resolve(answer: Hashed | Summed): void;
  reject(error: Error): void;
}

const stretchBytes = 2 ** 20; // hashed in about 5 ms, on the thread that has other work too

export class FileHasher {
  readonly #thread: HashThread | undefined;
  readonly #waiting: Waiting[] = [];
  #here = new Sha256();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(thread: HashThread | undefined) {
    this.#thread = thread;
    thread?.port.addEventListener("message", ({ data }: MessageEvent) => this.#answered(readFromHasher(data)));
    thread?.port.start();
  }

  /** Without a thread, or where it does not start, the hasher works on this one. */
  static async open(start?: StartHashThread): Promise<FileHasher> {
    return new FileHasher(await start?.().catch(() => undefined));
  }

  /**
   * The next bytes; calls are answered in order. `begin` at the first bytes of a file: the state before them, or null.
   * The array passed must not be used until it comes back.
   */
  update(bytes: Uint8Array<ArrayBuffer>, begin?: HashState | null): Promise<Hashed> {
    if (this.#thread) return this.#ask({ bytes, begin }) as Promise<Hashed>;
    const hashed = this.#last.then(() => this.#updateHere(bytes, begin));
    this.#last = hashed.catch(() => {});
    return hashed;
  }

  /** The checksum of these bytes alone; lent like those of `update`. */
  async checksum(bytes: Uint8Array<ArrayBuffer>): Promise<Summed> {
    if (this.#thread) return this.#ask({ bytes, sums: true }) as Promise<Summed>;
    return { bytes, checksum: checksum64(bytes) };
  }

  #ask(question: ToHasher): Promise<Hashed | Summed> {
    const answer = new Promise<Hashed | Summed>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#thread!.port.postMessage(question, [question.bytes.buffer]);
    return answer;
  }

  close(): void {
    this.#thread?.end();
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("the hasher was closed"));
  }

  #answered(answer: FromHasher): void {
    const waiting = this.#waiting.shift();
    if ("error" in answer) waiting?.reject(new Error(`the hash worker failed: ${answer.error}`));
    else waiting?.resolve(answer);
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
}
