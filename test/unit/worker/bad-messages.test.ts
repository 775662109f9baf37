// What our own code would never send, over every port and channel: it is answered by a named error or not at all, nothing is
// thrown uncaught, and the receiver keeps working.

import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { assembleEngine } from "../../../src/api/assemble.ts";
import type { EngineInfo } from "../../../src/api/surface.ts";
import { FileHasher } from "../../../src/source/file-hasher.ts";
import type { ProgressEvent } from "../../../src/source/progress.ts";
import { announce, follow } from "../../../src/store/followers.ts";
import { ChannelPort } from "../../../src/worker/channel-port.ts";
import { connectEngine } from "../../../src/worker/connect.ts";
import type { Port, ToClient, ToHost } from "../../../src/worker/protocol.ts";
import { serve } from "../../../src/worker/serve.ts";
import { eventually } from "../../support/eventually.ts";
import { fakeCore, fakeGenerator } from "../../support/fake-core.ts";
import { malformed } from "../../support/malformed.ts";
import { rejection } from "../../support/rejection.ts";

const info = { model: "fake/model" } as EngineInfo;
const fakeEngine = () =>
  assembleEngine({
    core: fakeCore(fakeGenerator(() => "ok")),
    info,
    end: new AbortController(),
    dispose: async () => {},
  });

const uncaught: unknown[] = [];
const onUncaught = (error: unknown) => void uncaught.push(error);
const ends: (() => void)[] = [];
beforeEach(() => {
  for (const name of ["uncaughtException", "unhandledRejection"]) process.on(name, onUncaught);
});
afterEach(() => {
  for (const name of ["uncaughtException", "unhandledRejection"]) process.off(name, onUncaught);
  for (const end of ends.splice(0)) end();
  vi.unstubAllGlobals();
  expect(uncaught.splice(0)).toEqual([]);
});

/** Calls listeners at once, and lets through what they throw: an exception here is one in the worker's event loop. */
class DirectPort implements Port {
  readonly sent: unknown[] = [];
  readonly #listeners = new Set<(event: MessageEvent) => void>();
  onPost: (message: unknown) => void = () => {};
  postMessage(message: unknown): void {
    this.sent.push(message);
    this.onPost(message);
  }
  addEventListener(_: "message", listener: (event: MessageEvent) => void): void {
    this.#listeners.add(listener);
  }
  removeEventListener(_: "message", listener: (event: MessageEvent) => void): void {
    this.#listeners.delete(listener);
  }
  /** A clone, as every port gives. */
  hear(data: unknown): void {
    const event = new MessageEvent("message", { data: data instanceof MessagePort ? data : cloned(data) });
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function cloned(data: unknown): unknown {
  const { port } = (data ?? {}) as { port?: unknown };
  return port instanceof MessagePort ? data : structuredClone(data);
}

const request = { messages: [{ role: "user", content: "go" }] } as never;

const stats = { promptTokens: 1, cachedTokens: 0, generatedTokens: 1, prefillMs: 1, decodeMs: 0, recoveries: 0, recoveryMs: 0 }; // prettier-ignore
const trace = { ids: [5], stats, isBegun: true };

describe("the worker", () => {
  const channel = new MessageChannel();
  const good: ToHost[] = [
    { kind: "tab", lock: "pronk:tab:1", port: channel.port1 },
    {
      kind: "load",
      model: "owner/name",
      options: {
        token: "t",
        tokenizer: { name: "tokenizer.model", bytes: new Uint8Array(3) },
        without: ["subgroups"],
        store: false,
        hubUrl: "https://hub.example",
        hashes: { "config.json": "00" },
        recover: true,
      },
    },
    { kind: "pause-load", paused: false },
    { kind: "hash-thread", port: undefined },
    { kind: "call", id: 900, call: { kind: "chat", request, logits: undefined } },
    { kind: "call", id: 901, call: { kind: "text", request: { prompt: "x" }, logits: undefined } },
    { kind: "call", id: 902, call: { kind: "encode", text: "a", addBos: false } },
    { kind: "call", id: 903, call: { kind: "decode", ids: [1] } },
    { kind: "call", id: 904, call: { kind: "text", request: { prompt: "x" }, logits: undefined }, known: [trace] },
    { kind: "begin", id: 900 },
    { kind: "cancel", id: 900 },
  ];
  const messages = malformed(good);

  test("answers hundreds of them with named errors or not at all, and serves on", async () => {
    expect(messages.length).toBeGreaterThan(400);
    const port = new DirectPort();
    const createEngine = vi.fn(async () => fakeEngine());
    serve(port, { hasWebGpu: async () => true, createEngine });
    for (const message of messages) {
      port.hear(message);
      await turn();
    }
    const said = port.sent as ToClient[];
    const errors = said.flatMap((answer) => ("error" in answer ? [answer.error] : []));
    expect(errors.length).toBeGreaterThan(100);
    expect(errors.filter(({ name, code }) => name !== "PronkError" || code !== "bad-request")).toEqual([]);
    // The page is told which field, by its path.
    const load = { kind: "load", model: "a/b", options: { hubUrl: 7 } };
    port.sent.length = 0;
    port.hear(load);
    expect(port.sent).toMatchObject([{ kind: "load-error", error: { facts: { field: "options.hubUrl" } } }]);
    // And it still works.
    port.sent.length = 0;
    port.hear({ kind: "load", model: "a/b", options: {} } satisfies ToHost);
    await eventually(() => expect(port.sent).toContainEqual({ kind: "ready", info }));
    port.hear({ kind: "call", id: 1, call: { kind: "chat", request, logits: undefined } } satisfies ToHost);
    await eventually(() => expect(port.sent.at(-1)).toMatchObject({ kind: "result", id: 1 }));
  });

  test("does not confuse two calls under one number", async () => {
    const port = new DirectPort();
    serve(port, { hasWebGpu: async () => true, createEngine: async () => fakeEngine() });
    port.hear({ kind: "load", model: "a/b", options: {} });
    await eventually(() => expect(port.sent).toHaveLength(1));
    const ask = { kind: "call", id: 1, call: { kind: "chat", request: { ...(request as object), stream: true } } };
    for (let twice = 0; twice < 2; twice++) port.hear({ ...ask, call: { ...ask.call, logits: undefined } });
    await eventually(() => expect(port.sent).toHaveLength(2));
    port.hear({ kind: "begin", id: 1 });
    await eventually(() => expect(port.sent.at(-1)).toEqual({ kind: "end", id: 1 }));
    expect((port.sent as ToClient[]).filter(({ kind }) => kind === "end" || kind === "error")).toHaveLength(1);
  });
});

describe("the page", () => {
  const failure = {
    name: "PronkError",
    message: "m",
    code: "network",
    facts: {},
    cause: { name: "Error", message: "c" },
  };
  const event: ProgressEvent = { phase: "store", loadedBytes: 1, totalBytes: 2, bytesPerSecond: 3, detail: "d" };
  // Ids of calls that don't exist: those that do have their own test.
  const good = [
    { kind: "hello", lock: "pronk:tab:1" },
    { kind: "progress", event },
    { kind: "recovery", event: { state: "recovered", attempts: 1, waitedMs: 2 } },
    { kind: "recovery", event: { state: "recovering", code: "device-lost", message: "m" } },
    { kind: "renewed", info: { model: "fake/model" }, variants: {} },
    { kind: "history", change: { cut: 1 } },
    { kind: "history", change: { ids: [1], plan: "one", promptLength: 2 } },
    { kind: "trace", id: 900, prompt: 0, event: trace },
    { kind: "result", id: 900, value: 1 },
    { kind: "chunk", id: 900, chunk: {} },
    { kind: "end", id: 900 },
    { kind: "logits", id: 900, position: 1, row: new Float32Array(2) },
    { kind: "error", id: 900, error: failure },
  ] satisfies (ToClient | object)[];

  /** A loaded engine on the other side that answers only what the test says. */
  async function loaded(onProgress?: (event: ProgressEvent) => void, before: readonly unknown[] = []) {
    const port = new DirectPort();
    const closed = vi.fn();
    const connecting = connectEngine(async () => ({ port, gone: new AbortController().signal, close: closed }), "a/b", {
      onProgress,
    });
    await turn(); // it listens by now
    for (const message of before) port.hear(message);
    port.hear({ kind: "ready", info });
    return { port, closed, engine: (await connecting)! };
  }

  test("is not disturbed by hundreds of them, while it loads and after", async () => {
    const messages = malformed(good);
    expect(messages.length).toBeGreaterThan(400);
    const events: ProgressEvent[] = [];
    const { port, engine } = await loaded((one) => events.push(one), messages);
    expect(events.length).toBeGreaterThan(0); // those with another number, or another text
    expect(
      events.filter(({ loadedBytes, detail }) => typeof loadedBytes !== "number" || typeof (detail ?? "") !== "string"),
    ).toEqual([]);
    for (const message of messages) port.hear(message);
    const encoded = engine.tokenizer.encode("a");
    port.hear({ kind: "result", id: 1, value: [5] });
    expect(await encoded).toEqual([5]);
    expect(engine.ended.aborted).toBe(false);
  });

  test("a load that fails in an unreadable way is not taken for loaded", async () => {
    const port = new DirectPort();
    const connecting = connectEngine(
      async () => ({ port, gone: new AbortController().signal, close: () => {} }),
      "a/b",
      {},
    );
    await turn();
    for (const message of malformed([{ kind: "ready", info: {} }])) port.hear(message);
    port.hear({ kind: "load-error", error: failure });
    expect(await rejection(connecting)).toMatchObject({ code: "network", cause: { message: "c" } });
  });

  test("a call whose answer cannot be read fails by name, alone, and is cancelled over there", async () => {
    const { port, engine } = await loaded();
    const [lost, whole] = [engine.tokenizer.encode("a"), engine.tokenizer.encode("b")];
    port.hear({ kind: "error", id: 1, error: { name: 7 } });
    port.hear({ kind: "result", id: 2, value: [6] });
    expect(await rejection(lost)).toMatchObject({ code: "worker-lost", facts: { field: ".error.name" } });
    expect([await whole, port.sent.at(-1), engine.ended.aborted]).toEqual([[6], { kind: "cancel", id: 1 }, false]);
  });
});

describe("tabs", () => {
  const everyone = (name: string) => {
    const channel = new BroadcastChannel(name);
    ends.push(() => channel.close());
    return channel;
  };

  test("a port over a channel passes on what is meant for it, and survives the rest", async () => {
    const [own, other] = [everyone("pronk:engine:test"), everyone("pronk:engine:test")];
    const heard: unknown[] = [];
    new ChannelPort(own, "me", "you").addEventListener("message", ({ data }) => heard.push(data));
    for (const message of malformed([{ kind: "port", from: "you", to: "me" }])) other.postMessage(message);
    other.postMessage({ kind: "port", from: "you", to: "me", data: "last" });
    await eventually(() => expect(heard.at(-1)).toBe("last"));
    expect(heard).toEqual(["last"]);
  });

  test("who follows another tab's load is told of progress alone", async () => {
    const events: ProgressEvent[] = [];
    ends.push(follow("key", (event) => events.push(event)));
    const channel = everyone("pronk:progress:key");
    const event: ProgressEvent = { phase: "store", loadedBytes: 1, totalBytes: 2, bytesPerSecond: 3 };
    for (const message of malformed([{ ...event, phase: "stored" }])) channel.postMessage(message);
    const announcer = announce("key");
    ends.push(announcer.close);
    announcer.tell(event);
    await eventually(() => expect(events).toEqual([event]));
  });
});

describe("the thread that hashes", () => {
  test("names what is no message, and hashes on", async () => {
    const scope = Object.assign(new EventTarget(), { postMessage: vi.fn() });
    vi.stubGlobal("DedicatedWorkerGlobalScope", EventTarget);
    vi.stubGlobal("self", scope);
    await import("../../../src/source/hash-worker.ts");
    vi.unstubAllGlobals();
    scope.dispatchEvent(new MessageEvent("message", { data: "no port" }));
    const { port1, port2 } = new MessageChannel();
    ends.push(() => port1.close());
    scope.dispatchEvent(Object.assign(new Event("message"), { ports: [port2] }));
    const answers: unknown[] = [];
    port1.addEventListener("message", ({ data }) => answers.push(data));
    port1.start();
    const state = { words: new Int32Array(8), sizeBytes: 0, rest: new Uint8Array(0) };
    const messages = malformed([{ bytes: "none", begin: state }]).filter(
      (message) => !((message as { bytes?: unknown } | null)?.bytes instanceof Uint8Array),
    );
    for (const message of messages) port1.postMessage(message);
    await eventually(() => expect(answers).toHaveLength(messages.length));
    expect(answers.filter((answer) => !("error" in (answer as object)))).toEqual([]);
    const hasher = await FileHasher.open(async () => ({ port: port1, end: () => port1.close() }));
    const { state: after } = await hasher.update(new Uint8Array(64), null);
    expect(after.sizeBytes).toBe(64);
    // And the loader takes no unreadable answer for a hash.
    for (const message of malformed([{ bytes: new Uint8Array(1), state: 1 }]).slice(0, 40)) {
      const { port1: near, port2: far } = new MessageChannel();
      const one = await FileHasher.open(async () => ({ port: near, end: () => near.close() }));
      far.onmessage = () => far.postMessage(message);
      await expect(one.update(new Uint8Array(1), null)).rejects.toThrow("cannot be read");
      one.close();
    }
  });
});
