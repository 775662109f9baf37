// An engine's fetch as a server. Only this machine is answered, and no pages in its browsers but those of the one origin named.
// An answer ends when the client goes.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tellFailure } from "./engine-failure.ts";
import type { HttpRequest } from "./opened-engine.ts";

type FetchEngine = (request: HttpRequest) => Promise<Response>;

interface LocalServerOptions {
  /** 0 takes any free one. */
  port: number;
  /** An origin whose pages may ask. */
  cors?: string;
  log: (line: string) => void;
}

export async function startLocalServer(fetchEngine: FetchEngine, options: LocalServerOptions) {
  const server = createServer((request, response) => void answer(fetchEngine, options, request, response));
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(options.port, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  fetchEngine: FetchEngine,
  { cors, log }: LocalServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/", headers } = request;
  const { origin, host = "" } = headers;
  // A name that somebody pointed here, or a page that may not ask.
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
    const given = await fetchEngine({ path: url, method, headers: sent, body, signal: left.signal });
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
