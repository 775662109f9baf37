// A server on loopback; a test writes its answers as those of `fetch`: a body that is a stream is sent as it comes, and one
// that errors cuts the connection. What arrived is kept.

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Arrived {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export interface Loopback extends AsyncDisposable {
  readonly origin: string;
  readonly arrived: Arrived[];
}

export async function startLoopback(
  answer: (request: Request, arrived: Arrived) => Response | Promise<Response>,
): Promise<Loopback> {
  const arrived: Arrived[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const { method = "GET", url: path = "/", headers } = incoming;
    const one: Arrived = { method, path, headers, body: Buffer.concat(parts).toString() };
    arrived.push(one);
    const left = new AbortController();
    outgoing.once("close", () => left.abort(new DOMException("The client left.", "AbortError")));
    const body = method === "GET" ? undefined : one.body;
    try {
      const request = new Request(`${origin()}${path}`, { method, body, signal: left.signal });
      const response = await answer(request, one);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).flushHeaders();
      const reader = response.body?.getReader();
      left.signal.addEventListener("abort", () => void reader?.cancel().catch(() => {}));
      for (;;) {
        const next = await reader?.read();
        if (!next || next.done) break;
        await new Promise((resolve) => outgoing.write(next.value, resolve));
      }
      outgoing.end();
    } catch {
      outgoing.destroy();
    }
  });
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: origin(),
    arrived,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As server-sent events, in one piece. */
export const eventsOf = (events: readonly unknown[], end = "data: [DONE]\n\n"): Response =>
  new Response(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("") + end, {
    headers: { "content-type": "text/event-stream" },
  });
