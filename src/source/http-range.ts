// Bytes [start, end) of a file over HTTP, in one array. A connection that breaks is taken up again at the same byte; a
// server without ranges is read past what is not wanted, when the file is small enough for that.

import { PronkError } from "../errors.ts";
import type { RequestSubject } from "./http-errors.ts";
import { get, pause } from "./http.ts";
import type { ReadOptions } from "./source.ts";

export interface RangeRequest {
  subject: RequestSubject;
  start: number;
  end: number;
  /** The whole file's size. */
  sizeBytes: number;
  token?: string;
}

const attempts = 4; // without a new byte between them
const skipLimitBytes = 64 * 2 ** 20; // how far into a file a server without ranges is read

export async function readRange(
  request: RangeRequest,
  { signal, into, onBytes }: ReadOptions = {},
): Promise<Uint8Array> {
  const { start, end } = request;
  const count = end - start;
  const target = (into?.() ?? new Uint8Array(count)).subarray(0, count);
  let received = 0;
  for (let failures = 0; received < count;) {
    const before = received;
    let cause: unknown;
    try {
      received = await receive(request, target, received, { signal, onBytes });
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof BrokenBody)) throw error;
      received = error.received;
      cause = error.cause;
    }
    if (received === count) break;
    failures = received > before ? 0 : failures + 1;
    if (cause === undefined && failures >= 2) throw truncated(request, start + received); // ended early, twice, politely
    if (failures >= attempts) throw broken(request, start + received, cause);
    await pause(200 * 2 ** failures, signal);
  }
  return target;
}

/** How far the body came before the connection broke. */
class BrokenBody extends Error {
  readonly received: number;
  constructor(received: number, cause: unknown) {
    super("the connection broke", { cause });
    this.received = received;
  }
}

/** One request for what is still missing; returns how many bytes of the target are filled then. */
async function receive(
  request: RangeRequest,
  target: Uint8Array,
  received: number,
  { signal, onBytes }: ReadOptions,
): Promise<number> {
  const { subject, start, end, sizeBytes, token } = request;
  const from = start + received;
  const isWhole = from === 0 && end === sizeBytes; // no Range then: small files come from servers that have none
  const response = await get(subject, {
    signal,
    token,
    accept: [416],
    ...(isWhole ? {} : { range: { start: from, end } }),
  });
  if (response.status === 416) {
    await response.body?.cancel().catch(() => {});
    throw truncated(request, from);
  }
  let skip = response.status === 206 || isWhole ? 0 : from;
  checkRange(response, request, from, skip);
  const reader = response.body!.getReader();
  try {
    while (received < target.length) {
      const { done, value } = await reader.read();
      if (done) break;
      const unwanted = Math.min(skip, value.length);
      skip -= unwanted;
      const piece = value.subarray(unwanted, unwanted + target.length - received);
      target.set(piece, received);
      received += piece.length;
      if (piece.length > 0) onBytes?.(piece.length);
    }
  } catch (cause) {
    throw new BrokenBody(received, cause);
  } finally {
    reader.cancel().catch(() => {}); // also ends what a server without ranges would go on sending
  }
  return received;
}

function checkRange(response: Response, request: RangeRequest, from: number, skip: number): void {
  const { subject, end } = request;
  const { file, url } = subject;
  const content = response.headers.get("Content-Range");
  const first = content ? Number(/^bytes (\d+)-/.exec(content)?.[1]) : from;
  if (response.status === 206 && first !== from) {
    void response.body?.cancel().catch(() => {});
    throw new PronkError(
      "integrity",
      `The server of "${file}" answered bytes from ${first} where bytes from ${from} were asked for. Use another server.`,
      {
        file,
        url,
        expected: from,
        found: first,
      },
    );
  }
  if (skip > 0 && end > skipLimitBytes) {
    void response.body?.cancel().catch(() => {});
    throw new PronkError(
      "network",
      `The server of "${file}" does not send parts of files (it answered ${response.status} to a Range request), so a file this large cannot be streamed. Use a server with Range support.`,
      { file, url, status: response.status, expected: 206, found: response.status },
    );
  }
}

function truncated({ subject, end, sizeBytes }: RangeRequest, found: number): PronkError {
  const { file, url } = subject;
  return new PronkError(
    "integrity",
    `"${file}" is a truncated shard: it should have ${sizeBytes} bytes, and the server ends at byte ${found} of a part up to ${end}. It was not uploaded whole; fetch it from another place.`,
    { file, url, expected: sizeBytes, found },
  );
}

function broken({ subject }: RangeRequest, at: number, cause: unknown): PronkError {
  const { file, url } = subject;
  return new PronkError(
    "network",
    `The connection broke at byte ${at} of "${file}", ${attempts} times over. Load again when the network is steadier.`,
    { file, url, at },
    { cause },
  );
}
