// OpenAI's HTTP interface over an engine in the same page: what a Request asks for is answered as a server would, streams as
// server-sent events and faults as error bodies with a status. It knows nothing of models: calls are the engine's own, which
// decides what their fields mean. Nothing leaves the page.

import type { Engine } from "../api/surface.ts";
import { PronkError } from "../errors.ts";
import { eventStream } from "./event-stream.ts";
import { errorBody, errorResponse, statusOf } from "./http-error.ts";
import { createResponse, responseEvents } from "./responses.ts";
import { detokenize, listModels, namedModel, tokenize } from "./plain-routes.ts";

type Engines = Pick<Engine, "chat" | "completions" | "embeddings" | "tokenizer" | "info" | "ended">;
/** What a route answers: an object as JSON, or a stream's events, each a line of text. */
type Answer = object | AsyncIterable<string>;
type Body = Readonly<Record<string, unknown>>;
type Route = (engine: Engines, body: Body, signal: AbortSignal) => Promise<Answer>;

const routes: Record<string, Route> = {
  "POST chat/completions": async ({ chat }, body, signal) => completion(chat.completions.create, body, signal),
  "POST completions": async ({ completions }, body, signal) => completion(completions.create, body, signal),
  "POST embeddings": async ({ embeddings }, body, signal) => embeddings.create(body as never, { signal }),
  "POST responses": async ({ chat, info }, body, signal) =>
    body.stream === true
      ? responseEvents(chat.completions, info, body, signal)
      : createResponse(chat.completions, info, body, signal),
  "POST tokenize": tokenize,
  "POST detokenize": detokenize,
  "GET models": async ({ info }) => listModels(info),
};

/** As `fetch`: rejects with the signal's reason when aborted, and answers anything else with a status. */
export async function serve(engine: Engines, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const { signal } = request;
  signal.throwIfAborted();
  try {
    const route = routeOf(request);
    const body = request.method === "GET" ? {} : withAdapter(engine.info, await readBody(request));
    signal.throwIfAborted();
    const leave = new AbortController(); // when the stream's reader leaves
    const answer = await route(engine, body, AbortSignal.any([signal, leave.signal]));
    if (!(Symbol.asyncIterator in answer)) return Response.json(answer);
    // What fails before the first words (a bad field, a prompt too long) still has a status of its own.
    const events = answer[Symbol.asyncIterator]();
    const first = await events.next();
    const headers = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
    return new Response(eventStream(first, events, leave), { headers });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return errorResponse(error, statusOf(error, engine.ended));
  }
}

function routeOf({ method, url }: Request): Route {
  const { pathname } = new URL(url);
  const [, tail] = /\/(?:v1\/)?(chat\/completions|completions|responses|embeddings|tokenize|detokenize|models(?:\/.+)?)\/?$/.exec(pathname) ?? []; // prettier-ignore
  if (tail?.startsWith("models/") && method === "GET")
    return async ({ info }) => namedModel(info, decodeURIComponent(tail.slice("models/".length)));
  const route = Object.hasOwn(routes, `${method} ${tail}`) ? routes[`${method} ${tail}`] : undefined;
  if (route) return route;
  const known = Object.keys(routes).map((name) => name.replace(" ", " /v1/"));
  throw new PronkError("bad-request", `${method} ${pathname.slice(0, 100)} is not answered here. There is ${known.join(", ")}.`, {
    field: "url",
    found: `${method} ${pathname}`,
  }); // prettier-ignore
}

/** As in vLLM: an adapter's name in the model's place asks for the adapter. */
function withAdapter({ adapters = [] }: Engine["info"], body: Body): Body {
  const named = adapters.find(({ name }) => name === body.model);
  return named && body.adapter === undefined ? { ...body, adapter: named.name } : body;
}

async function readBody(request: Request): Promise<Body> {
  const text = await request.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new PronkError("bad-request", "The body must be JSON. Send the call's fields as an object.", {}, { cause });
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new PronkError("bad-request", "The body must be an object with the call's fields.", { field: "body" });
  return body as Body;
}

/** `create` reads the fields itself, and trusts none. */
async function completion(
  create: (request: never, options: { signal: AbortSignal }) => Promise<unknown>,
  body: Body,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = (await create(body as never, { signal })) as object | AsyncIterable<object>;
  return Symbol.asyncIterator in answer ? dataLines(answer) : answer;
}

/** Each chunk as it is; a fault midway as an error object, after which nothing comes. */
async function* dataLines(chunks: AsyncIterable<object>): AsyncGenerator<string, void> {
  let begun = false;
  try {
    for await (const chunk of chunks) {
      yield `data: ${JSON.stringify(chunk)}\n\n`;
      begun = true;
    }
  } catch (error) {
    if (!begun || !(error instanceof PronkError)) throw error;
    yield `data: ${JSON.stringify(errorBody(error))}\n\n`;
    return;
  }
  yield "data: [DONE]\n\n";
}
