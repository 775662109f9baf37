// `pronk serve`: OpenAI's HTTP interface on this machine, over one engine. Only this machine is answered, and of the pages in its
// browsers none, unless --cors names their origin. An answer ends when the client goes.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PronkError } from "../src/errors.ts";
import { tellFailure } from "./engine-failure.ts";
import { openUsage, readOpenFlags } from "./open-flags.ts";
import { openEngine, type OpenedEngine } from "./opened-engine.ts";

const usage = `pronk serve ${openUsage}
  [--port 8080] [--cors https://ORIGIN]`;

const log = (line: string) => console.error(line);
console.log = console.info = console.debug = console.error;

try {
  const read = readOpenFlags(
    process.argv.slice(2),
    { port: { type: "string" }, cors: { type: "string" } },
    "pronk serve",
  );
  if (read) {
    const port = Number(read.values.port ?? 8080);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new PronkError("bad-request", `--port: expected 0 to 65535; found ${String(read.values.port)}.`);
    const engine = await openEngine(read.flags, log);
    const server = createServer((request, response) => void answer(engine, read.values.cors, request, response));
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
    const { port: own } = server.address() as AddressInfo;
    log(`${engine.info.model} answers at http://127.0.0.1:${own}/v1 (Ctrl-C ends it)`);
    const stopped = new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    });
    await Promise.race([stopped, engine.ended]).finally(() => {
      server.closeAllConnections();
      return engine[Symbol.asyncDispose]();
    });
  } else console.error(usage);
} catch (error) {
  console.error(tellFailure(error));
  process.exit(1);
}
process.exit(0); // Dawn in Node keeps the process alive

async function answer(
  engine: OpenedEngine,
  cors: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/", headers } = request;
  const { origin, host = "" } = headers;
  // A name that somebody made to lead here, or a page that may not ask.
  const isNear = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
  if (!isNear || (origin !== undefined && origin !== cors && origin !== `http://${host}`)) {
    const message = isNear ? `Pages of ${origin} are not answered; start with --cors ${origin}.` : "Ask at localhost.";
    response.writeHead(403, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code: "forbidden" } }));
    return;
  }
  if (origin !== undefined && origin === cors) {
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("vary", "origin");
    response.setHeader("access-control-allow-headers", headers["access-control-request-headers"] ?? "*");
    if (method === "OPTIONS") return void response.writeHead(204).end();
  }
  const left = new AbortController();
  response.once("close", () => left.abort(new DOMException("The client left", "AbortError")));
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length > 0 ? Buffer.concat(chunks).toString("utf8") : undefined;
    const sent: [string, string][] = [["content-type", headers["content-type"] ?? "application/json"]];
    const given = await engine.fetch({ path: url, method, headers: sent, body, signal: left.signal });
    response.writeHead(given.status, Object.fromEntries(given.headers));
    for await (const piece of given.body ?? []) {
      if (!response.write(piece))
        await new Promise((drained) => response.once("drain", drained).once("close", drained));
    }
    response.end();
  } catch (error) {
    if (left.signal.aborted) return;
    log(tellFailure(error));
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}
