// What the loopback hub sends as a body: a file or a part of it, whole or with a fault on the way.

import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";

const faultKinds = [
  "status", // refuses with `status`
  "truncate", // ends the body early, silently
  "break", // cuts the connection at byte `afterBytes`
  "expire", // storage says 403: the signed address is too old
  "no-range", // 200 and the whole file for a range
  "stall", // never answers
  "stall-body", // goes silent after `afterBytes`
  "drip", // a little at a time
  "etag", // another version of the file
  "wrong-bytes", // one bit of the body
  "wrong-length", // a size one larger than it is
  "gzip", // packed on the way
  "redirect", // once more to another signed address
] as const;

export interface HubFault {
  /** Which requests: a part of their path, after `hub:` or `storage:`. */
  path: string;
  /** How many such requests pass before it begins. */
  after?: number;
  /** How many times; default always. */
  times?: number;
  kind: (typeof faultKinds)[number];
  status?: number;
  /** Of a body, before it is truncated, broken or silent; default half of it. */
  afterBytes?: number;
  /** Seconds of Retry-After, or a date; default a hundredth of a second. */
  retryAfter?: string;
}

export interface Body {
  request: IncomingMessage;
  response: ServerResponse;
  bytes: Uint8Array; // the whole file
  etag?: string;
  type?: string;
  fault?: HubFault;
  /** Bytes [start, end) of the file have gone into the connection; called as `end` grows. */
  onSent?: (start: number, end: number) => void;
}

/** A body, or a part of it for a Range of the form bytes=a-b or bytes=a-. */
export function sendBytes(sending: Body): void {
  const { request, response, bytes, etag, type = "application/octet-stream", fault } = sending;
  const range = fault?.kind === "no-range" ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length;
  response.setHeader("Accept-Ranges", "bytes");
  if (etag) response.setHeader("ETag", `"${etag}${fault?.kind === "etag" ? "-new" : ""}"`);
  response.setHeader("Content-Type", type);
  if (range && start >= bytes.length) {
    response.setHeader("Content-Range", `bytes */${bytes.length}`);
    response.writeHead(416).end();
    return;
  }
  const more = fault?.kind === "wrong-length" ? 1 : 0;
  if (range) response.setHeader("Content-Range", `bytes ${start}-${end - 1}/${bytes.length + more}`);
  let body = bytes.subarray(start, end);
  if (fault?.kind === "wrong-bytes") (body = body.slice())[Math.floor(body.length / 2)] ^= 4;
  if (fault?.kind === "gzip") {
    response.setHeader("Content-Encoding", "gzip");
    body = gzipSync(body);
  }
  // Without a length, an early end is not an error.
  if (fault?.kind !== "truncate") response.setHeader("Content-Length", body.length + (range ? 0 : more));
  response.writeHead(range ? 206 : 200).flushHeaders();
  if (request.method === "HEAD") response.end();
  else void write(sending, body, start, !range && more > 0);
}

const pieceBytes = 2 ** 20;
const cutting = new Set<HubFault["kind"]>(["truncate", "break", "stall-body"]);

async function write({ response, fault, onSent }: Body, body: Uint8Array, start: number, isShort: boolean) {
  const { kind } = fault ?? {};
  const cutAt = kind && cutting.has(kind) ? (fault!.afterBytes ?? Math.floor(body.length / 2)) : Infinity;
  const end = Math.min(body.length, cutAt);
  const step = kind === "drip" ? Math.ceil(body.length / 20) : pieceBytes;
  for (let at = 0; at < end && !response.destroyed; at += step) {
    const to = Math.min(at + step, end);
    const failure = await new Promise((resolve) => response.write(body.subarray(at, to), resolve));
    if (failure) return;
    onSent?.(start, start + to);
    if (kind === "drip") await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (isShort || (kind === "break" && cutAt < body.length)) response.destroy();
  else if (kind !== "stall-body" || cutAt >= body.length) response.end();
}
