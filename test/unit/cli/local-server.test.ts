// What `pronk serve` answers on this machine: an engine's fetch, whole and streamed, but not under other names or for other
// origins' pages; and an answer ends with its client.

import { request as httpRequest } from "node:http";
import { afterAll, expect, test } from "vitest";
import { startLocalServer } from "../../../cli/local-server.ts";
import type { HttpRequest } from "../../../cli/opened-engine.ts";
import { eventually } from "../../support/eventually.ts";
import { fakeEngine } from "../../support/fake-engine.ts";

const { fetch: engineFetch, generator } = fakeEngine(
  (prompt) => (prompt.includes("on") ? "and ".repeat(9999) : "a fox"),
  { stepMs: 20, contextLength: 99_999 },
);
const answer = ({ path, ...init }: HttpRequest) => engineFetch(`http://localhost${path}`, init);
const start = (cors?: string) => startLocalServer(answer, { port: 0, cors, log: () => {} });
const [server, open] = [await start(), await start("https://app.example")];
afterAll(() => [server, open].forEach((one) => one.close()));

const body = JSON.stringify({ messages: [{ role: "user", content: "who?" }] });
const ask = ({ origin }: { origin: string }, init: RequestInit = {}) =>
  fetch(`${origin}/v1/chat/completions`, { method: "POST", body, ...init });

/** The status for a request with headers that a fetch may not set. */
const statusFor = (headers: Record<string, string>) =>
  new Promise<number | undefined>((resolve, reject) => {
    httpRequest(`${server.origin}/v1/models`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once("error", reject)
      .end();
  });

test("answers, streams and faults are the engine's", async () => {
  const whole = await (await ask(server)).json();
  expect(whole.choices[0].message.content).toBe("a fox");
  const streamed = await ask(server, { body: body.replace("{", '{"stream":true,') });
  expect(streamed.headers.get("content-type")).toMatch("text/event-stream");
  expect((await streamed.text()).endsWith("data: [DONE]\n\n")).toBe(true);
  const refused = await ask(server, { body: "{" });
  expect([refused.status, (await refused.json()).error.type]).toEqual([400, "invalid_request_error"]);
  expect((await fetch(`${server.origin}/v1/models`)).status).toBe(200);
});

test("by this machine's names only, and by no page of another origin", async () => {
  expect(await statusFor({ host: "localhost:8080" })).toBe(200);
  expect(await statusFor({ host: "elsewhere.example" })).toBe(403);
  const origin = "https://app.example";
  const refused = await ask(server, { headers: { origin } });
  expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([403, null]);

  const asked = { "access-control-request-headers": "authorization" };
  const preflight = await ask(open, { method: "OPTIONS", body: null, headers: { origin, ...asked } });
  expect([preflight.status, preflight.headers.get("access-control-allow-headers")]).toEqual([204, "authorization"]);
  const allowed = await ask(open, { headers: { origin } });
  expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([200, origin]);
  expect((await ask(open, { headers: { origin: "https://elsewhere.example" } })).status).toBe(403);
});

test("a client that goes ends its answer, whole or streamed", async () => {
  const long = body.replace("who?", "go on");
  for (const given of [long, long.replace("{", '{"stream":true,')]) {
    const left = new AbortController();
    const gone = ask(server, { body: given, signal: left.signal })
      .then((response) => response.text())
      .catch(({ name }) => name);
    await eventually(() => expect(generator.running).toBe(1));
    left.abort();
    expect(await gone).toBe("AbortError");
    await eventually(() => expect(generator.running).toBe(0)); // its own end is minutes away
  }
});
