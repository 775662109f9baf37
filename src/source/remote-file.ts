// One file on a server, read in ranges: several requests at once, each resumed at the byte where it broke. A server that
// ignores Range, or compresses what it sends, is read as one stream instead (whole-stream.ts). A file whose ETag changes
// between two answers is another file: `FileChanged`, and its reader begins again.

import type { RemoteFileOptions } from "./remote-file-options.ts";
import { PronkError } from "../errors.ts";
import type { RequestSubject } from "./http-errors.ts";
import { request } from "./http.ts";
import type { Gate } from "./gate.ts";
import { maxReadBytes, rangesPerBlock } from "./read-limit.ts";
import { broken, FileChanged, lyingLength, truncated, wrongRange } from "./range-errors.ts";
import { Passing, StallWatch, withRetries } from "./retry.ts";
import type { ReadOptions } from "./source.ts";
import { WholeStream } from "./whole-stream.ts";

const rangeBytes = maxReadBytes / rangesPerBlock; // longer reads go over several lanes

export class RemoteFile {
  readonly #options: RemoteFileOptions;
  #etag: string | undefined;
  #stream: WholeStream | undefined; // once the server has shown that it has no ranges

  constructor(options: RemoteFileOptions) {
    this.#options = options;
  }

  /** What the server last called this version of the file. */
  get etag(): string | undefined {
    return this.#etag;
  }

  /** After `FileChanged`: whatever the server has now is the file. */
  forget(): void {
    this.#etag = undefined;
    this.#stream?.close();
    this.#stream = undefined;
  }

  async read(start: number, end: number, { signal, into, onBytes }: ReadOptions = {}): Promise<Uint8Array> {
    const target = (into?.() ?? new Uint8Array(end - start)).subarray(0, end - start);
    const count = end - start > rangeBytes && !this.#stream ? rangesPerBlock : 1;
    const partBytes = Math.ceil((end - start) / count);
    const other = new AbortController(); // one part's failure ends the other
    const partSignal = signal ? AbortSignal.any([signal, other.signal]) : other.signal;
    const part = (from: number, to: number) =>
      this.#readPart(from, target.subarray(from - start, to - start), partSignal, onBytes).catch((error: unknown) => {
        other.abort(error);
        throw error;
      });
    const parts = await Promise.allSettled(
      Array.from({ length: count }, (_, i) => start + i * partBytes).map((from) =>
        part(from, Math.min(end, from + partBytes)),
      ),
    );
    for (const outcome of parts) if (outcome.status === "rejected") throw other.signal.reason;
    return target;
  }

  async #readPart(start: number, target: Uint8Array, signal: AbortSignal, onBytes?: (count: number) => void) {
    const { lanes, patience, sizeBytes, subject, gate } = this.#options;
    let received = 0;
    let endedEarly = 0; // in a row, without a new byte
    const take = (bytes: Uint8Array) => {
      target.set(bytes, received);
      received += bytes.length;
      lanes.note(bytes.length);
      onBytes?.(bytes.length);
    };
    await withRetries(patience, signal, async () => {
      if (received === target.length) return;
      const before = received;
      try {
        await gate?.wait(signal);
        const from = start + received;
        const count = target.length - received;
        await lanes.run(async () => this.#stream ?? this.#receive(from, count, take, signal));
        if (this.#stream && received < target.length)
          await this.#stream.read(start + received, target.length - received, take, signal);
      } catch (error) {
        if (!(error instanceof Passing)) throw error;
        const { error: cause, askedMs } = error;
        if (askedMs) lanes.slowDown();
        const told = cause instanceof PronkError ? cause : broken(subject, start + received, cause);
        throw new Passing(told, { askedMs, progressed: received > before });
      }
      if (received === target.length) return;
      endedEarly = received > before ? 0 : endedEarly + 1;
      const error = truncated(subject, sizeBytes, start + received);
      if (endedEarly >= 2) throw error;
      throw new Passing(error, { progressed: received > before });
    });
  }

  /** One ranged request for `count` bytes from `from` on; may give fewer. */
  async #receive(from: number, count: number, take: (bytes: Uint8Array) => void, signal: AbortSignal): Promise<void> {
    const { subject, token, sizeBytes, patience, gate } = this.#options;
    const isWhole = from === 0 && count === sizeBytes; // no Range then: small files come from servers that do not support it
    const watch = new StallWatch(patience.stallMs, signal);
    try {
      const range = isWhole ? undefined : { start: from, end: from + count };
      const response = await request(subject, { signal: watch.signal, token, accept: [416], range });
      this.#checkVersion(response);
      if (response.status === 416) throw truncated(subject, sizeBytes, from);
      if (isWhole) {
        checkContentLength(response, subject, sizeBytes);
        return await copyWhole(response, subject, count, take, watch, gate);
      }
      if (response.status !== 206 || isPacked(response)) {
        // No ranges here: the caller reads on from one stream of the whole file.
        this.#stream ??= new WholeStream(this.#options, (answer) => this.#checkVersion(answer));
        return await response.body?.cancel().catch(() => {});
      } else checkContentRange(response, subject, from, sizeBytes);
      await copyBody(response, count, take, watch, gate);
    } finally {
      watch.rest();
    }
  }

  #checkVersion(response: Response): void {
    const etag = response.headers.get("ETag")?.replace(/^W\//, "");
    if (!etag || response.status === 416) return;
    if (this.#etag !== undefined && this.#etag !== etag) {
      void response.body?.cancel().catch(() => {});
      throw new FileChanged(this.#options.subject, this.#etag, etag);
    }
    this.#etag = etag;
  }
}

/** gzip or the like on part of a file: the bytes cannot match the range. Detected only where the header is visible. */
const isPacked = (response: Response) => !/^(identity)?$/.test(response.headers.get("Content-Encoding") ?? "");

function checkContentRange(response: Response, subject: RequestSubject, from: number, sizeBytes: number): void {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("Content-Range") ?? "");
  if (!match) return; // another origin may hide it
  const [, first, total] = match;
  if (Number(first) === from && (total === "*" || Number(total) === sizeBytes)) return;
  void response.body?.cancel().catch(() => {});
  throw Number(first) === from
    ? lyingLength(subject, sizeBytes, Number(total))
    : wrongRange(subject, from, Number(first));
}

function checkContentLength(response: Response, subject: RequestSubject, sizeBytes: number): void {
  const length = response.headers.get("Content-Length");
  // Another origin may hide that it compresses, and then its length is the compressed body's: the bytes are counted instead.
  if (length === null || isPacked(response) || response.type === "cors" || Number(length) === sizeBytes) return;
  void response.body?.cancel().catch(() => {});
  throw lyingLength(subject, sizeBytes, Number(length));
}

/** A whole file. One that is longer than it should be is another file. */
async function copyWhole(
  response: Response,
  subject: RequestSubject,
  sizeBytes: number,
  take: (bytes: Uint8Array) => void,
  watch: StallWatch,
  gate?: Gate,
): Promise<void> {
  let received = 0;
  const takeExactly = (bytes: Uint8Array) => {
    received += bytes.length;
    if (received > sizeBytes) throw lyingLength(subject, sizeBytes, received);
    take(bytes);
  };
  await copyBody(response, sizeBytes + 1, takeExactly, watch, gate);
}

/** At most `count` bytes of a body; anything the server sends beyond that is not waited for. */
async function copyBody(
  response: Response,
  count: number,
  take: (bytes: Uint8Array) => void,
  watch: StallWatch,
  gate?: Gate,
): Promise<void> {
  const reader = response.body!.getReader();
  try {
    for (let left = count; left > 0;) {
      const paused = gate?.wait(watch.signal);
      if (paused) {
        watch.rest();
        await paused;
      }
      watch.touch();
      const { done, value } = await reader.read();
      if (done) return;
      const piece = value.subarray(0, left);
      left -= piece.length;
      take(piece);
    }
  } catch (cause) {
    if (cause instanceof PronkError) throw cause;
    throw new Passing(cause instanceof Error ? cause : new Error(String(cause)));
  } finally {
    reader.cancel().catch(() => {}); // also stops a server without ranges from sending more
  }
}
