// The chat session against a scripted engine: licence before weights, stop, regenerate, edit, lost devices, changed models.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChatSession } from "../../../src/element/session/chat-session.ts";
import { emptyConversation } from "../../../src/element/session/conversation.ts";
import { toRecord } from "../../../src/element/session/conversation-record.ts";
import type { ChatEngine, EngineFactory } from "../../../src/element/session/engine-factory.ts";
import { type AnswerTurn, isCut } from "../../../src/element/session/turn.ts";
import { PronkError } from "../../../src/errors.ts";
import type { ChatCompletionChunk, ChatMessage, Endpoint, EngineOptions } from "../../../src/index.ts";
import { eventually } from "../../support/eventually.ts";
import { pageStorage } from "../../support/page-storage.ts";

const seen: { messages: ChatMessage[][]; created: number; unloaded: number; weights?: string } = {
  messages: [],
  created: 0,
  unloaded: 0,
};

interface Script {
  weightsOffered?: string[];
  llama2?: boolean;
  dialog?: "llama-2" | undefined;
  words?: string[];
  /** Thrown after the words. */
  failure?: Error;
  loadFailure?: Error;
  /** Why the device cannot: then a server is offered, and answers if that is agreed to. */
  notHere?: Error;
  /** Wait for abort after the words. */
  hang?: boolean;
  hangLoad?: boolean;
  /** Set by a load: reports a lost GPU, and its return. */
  tell?: EngineOptions["onRecovery"];
  /** Aborted when the engine ends by itself. */
  ended?: AbortSignal;
}

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });

function engineOf(script: Script): ChatEngine {
  async function* chunks(signal: AbortSignal): AsyncGenerator<ChatCompletionChunk> {
    const chunk = { id: "", object: "chat.completion.chunk", created: 0, model: "" } as const;
    const pronk = { dropped_messages: 2, context_full: false };
    for (const content of script.words ?? ["Hello", " there"]) {
      yield { ...chunk, choices: [{ index: 0, delta: { content }, finish_reason: null, logprobs: null }], pronk };
    }
    if (script.hang) await aborted(signal);
    if (script.failure) throw script.failure;
    yield { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: "stop", logprobs: null }] };
  }
  return {
    info: { model: "m", dialog: "dialog" in script ? script.dialog : "llama-2" } as ChatEngine["info"],
    chat: {
      completions: {
        create: async (request: { messages: ChatMessage[] }, { signal }: { signal: AbortSignal }) => {
          seen.messages.push(request.messages);
          return chunks(signal);
        },
      } as unknown as ChatEngine["chat"]["completions"],
    },
    completions: {
      create: async () =>
        (async function* () {
          yield { choices: [{ text: " upon" }], pronk: { context_full: false } };
          yield { choices: [{ text: " a time" }], pronk: { context_full: true } };
        })(),
    } as unknown as ChatEngine["completions"],
    unload: async () => void seen.unloaded++,
    ended: script.ended,
  };
}

function sessionOf(script: Script) {
  const host = { changed: vi.fn(), progressed: vi.fn(), answered: vi.fn(), failed: vi.fn() };
  const session = new ChatSession(host);
  session.factory = {
    inspectModel: async (_: unknown, { hubUrl }: { hubUrl?: string }) => ({
      id: hubUrl ?? "m",
      label: "m",
      llama2: script.llama2 ?? false,
      licenseEvidence: [],
      stored: false,
      downloadBytes: 0,
      needs: [],
      weightsOffered: script.weightsOffered ?? ["safetensors"],
    }),
    createEngine: async (_: unknown, options: EngineOptions) => {
      seen.created++;
      seen.weights = options.weights;
      script.tell = options.onRecovery;
      options.onProgress?.({ phase: "download", loadedBytes: 1, totalBytes: 2, bytesPerSecond: 0 });
      if (script.hangLoad) await aborted(options.signal!);
      await options.pause?.wait(options.signal);
      if (script.loadFailure) throw script.loadFailure;
      const { agree } = options.fallback ?? { agree: true };
      if (
        script.notHere &&
        (agree === true || !(await agree(script.notHere as PronkError, "https://there.example/v1")))
      )
        throw script.notHere;
      return engineOf(script);
    },
  } satisfies EngineFactory;
  session.setModel("owner/name");
  return { session, host };
}

const answers = (session: ChatSession) => session.turns.filter((turn): turn is AnswerTurn => turn.role === "assistant");
const until = (session: ChatSession, name: string) => eventually(() => expect(session.state.name).toBe(name));
const untilText = (session: ChatSession) => eventually(() => expect(answers(session)[0]?.text).toBe("Hello there"));

beforeEach(() => {
  Object.assign(seen, { messages: [], created: 0, unloaded: 0, weights: undefined });
  vi.stubGlobal("localStorage", pageStorage()); // where an accepted licence is remembered
});
afterEach(() => void vi.unstubAllGlobals());

test("a question loads the model, and its answer is folded together", async () => {
  const { session, host } = sessionOf({});
  await session.ask("  Hi ");
  expect(session.turns[0]).toMatchObject({ role: "user", text: "Hi" });
  expect(answers(session)).toMatchObject([{ text: "Hello there", status: "done", droppedMessages: 2 }]);
  expect(session.state.name).toBe("ready");
  expect(host.progressed).toHaveBeenCalledOnce();
  expect(host.answered).toHaveBeenCalledOnce();
});

test("a paused load waits, and goes on; the engine gets the same switch", async () => {
  const { session, host } = sessionOf({});
  host.progressed.mockImplementationOnce(() => session.pauseLoad(true));
  const loading = session.load();
  await eventually(() => expect(session.state).toMatchObject({ name: "loading", progress: { paused: true } }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(session.state.name).toBe("loading");
  session.pauseLoad(false);
  expect(await loading).toBe(true);
});

test("a model is inspected where it will be loaded from", async () => {
  const { session } = sessionOf({});
  session.engineOptions = { hubUrl: "https://mirror.example" };
  await session.load();
  expect(session.summary?.id).toBe("https://mirror.example");
});

test("a Llama 2 model creates no engine before the licence is accepted, and asks once only", async () => {
  const { session } = sessionOf({ llama2: true });
  const asked = session.ask("Hi");
  await until(session, "license");
  expect(session.state.name).toBe("license");
  expect(seen.created).toBe(0);
  session.acceptLicense();
  await asked;
  expect(seen.created).toBe(1);
  session.setModel("another/one");
  expect(await session.load()).toBe(true);
  expect(seen.created).toBe(2);
});

test("of several weights a person chooses one; where nobody is asked the default is taken", async () => {
  const { session } = sessionOf({ weightsOffered: ["m.Q4_K_M.gguf", "m.Q8_0.gguf"] });
  session.asksForWeights = true;
  const loaded = session.load();
  await until(session, "weights");
  expect(seen.created).toBe(0);
  session.chooseWeights("m.Q8_0.gguf");
  expect(await loaded).toBe(true);
  expect(seen.weights).toBe("m.Q8_0.gguf");

  session.setModel("owner/other");
  const cancelled = session.load();
  await until(session, "weights");
  session.cancelLoad();
  expect(await cancelled).toBe(false);
  expect(session.state.name).toBe("idle");

  session.asksForWeights = false;
  expect(await session.load()).toBe(true);
  expect(seen.weights).toBeUndefined();
});

test("a server answers only where the person agrees, whatever the page says of that; else the device's failure stands", async () => {
  const notHere = new PronkError("webgpu-missing", "none");
  const { session, host } = sessionOf({ notHere });
  session.engineOptions = { fallback: { endpoint: "https://there.example/v1", agree: true } as Endpoint };
  const asked = session.ask("Hi");
  await until(session, "elsewhere");
  expect(session.state).toMatchObject({ why: notHere, address: "https://there.example/v1" });
  expect(seen.messages).toEqual([]);
  session.answerElsewhere(false);
  await asked;
  expect(session.state).toMatchObject({ name: "failed", error: notHere });
  expect(host.failed).toHaveBeenCalledWith(notHere);
  void session.retry();
  await until(session, "elsewhere");
  session.answerElsewhere(true);
  await untilText(session);
  void session.loadAgain();
  await until(session, "elsewhere"); // each load asks
  session.setModel(undefined);
  await until(session, "empty");
});

test("declined: nothing is created, the question stays and can be answered later", async () => {
  const { session } = sessionOf({ llama2: true });
  const asked = session.ask("Hi");
  await until(session, "license");
  session.declineLicense();
  await asked;
  expect([session.state.name, seen.created, session.turns.length]).toEqual(["idle", 0, 1]);
  const again = session.retry();
  await until(session, "license");
  session.acceptLicense();
  await again;
  expect(answers(session)[0].text).toBe("Hello there");
});

test("stop keeps what has arrived and leaves the engine usable", async () => {
  const { session } = sessionOf({ hang: true });
  const asked = session.ask("Hi");
  await untilText(session);
  expect(session.busy).toBe(true);
  session.stop();
  await asked;
  expect(answers(session)).toMatchObject([{ text: "Hello there", status: "stopped" }]);
  expect(session.state.name).toBe("ready");
  expect(seen.unloaded).toBe(0);
});

test("a cut answer is gone on with: its words are asked with, and what comes is put behind them", async () => {
  const script: Script = { words: ["Once", " upon"], hang: true };
  const { session } = sessionOf(script);
  const asked = session.ask("tell");
  await eventually(() => expect(session.turns[1]).toMatchObject({ text: "Once upon" }));
  session.stop();
  await asked;
  expect(isCut(session.turns[1] as AnswerTurn)).toBe(true);
  script.words = [" a", " time"];
  script.hang = false;
  await session.goOn(session.turns[1] as AnswerTurn);
  expect(seen.messages.at(-1)?.slice(-2)).toEqual([
    { role: "user", content: "tell" },
    { role: "assistant", content: "Once upon" },
  ]);
  expect(session.turns).toMatchObject([{ text: "tell" }, { text: "Once upon a time", status: "done" }]);
  expect(isCut(session.turns[1] as AnswerTurn)).toBe(false);
});

test("regenerate asks with the same messages; an edit stands beside the last question", async () => {
  const { session } = sessionOf({});
  await session.ask("one");
  await session.ask("two");
  await session.regenerate();
  expect(seen.messages[2]).toEqual(seen.messages[1]);
  await session.resend("three");
  expect(seen.messages[3].map(({ content }) => content)).toEqual(["one", "Hello there", "three"]);
  expect(session.turns.length).toBe(4);
});

test("a lost device keeps the conversation, frees the engine, and retry loads again", async () => {
  const script: Script = { failure: new PronkError("device-lost", "gone") };
  const { session, host } = sessionOf(script);
  await session.ask("Hi");
  expect(session.state.name).toBe("failed");
  expect(seen.unloaded).toBe(1);
  expect(host.failed).toHaveBeenCalledOnce();
  script.failure = undefined;
  await session.retry();
  expect(seen.created).toBe(2);
  expect(answers(session)).toMatchObject([{ status: "done", text: "Hello there" }]);
});

test("an engine that recovers says so, in the middle of its answer, and to the page's own listener; a new model forgets it", async () => {
  const script: Script = { hang: true };
  const { session, host } = sessionOf(script);
  const told = vi.fn();
  session.engineOptions = { onRecovery: told };
  const asking = session.ask("Hi");
  await vi.waitFor(() => expect(answers(session)[0]?.text).toBe("Hello there"));
  script.tell!({ state: "recovering", code: "device-lost", message: "gone" });
  expect([session.recovering, session.state.name, answers(session)[0].text]).toEqual([
    true,
    "answering",
    "Hello there",
  ]);
  expect(host.changed).toHaveBeenCalled();
  script.tell!({ state: "recovered", attempts: 1, waitedMs: 5 });
  expect(session.recovering).toBe(false);
  script.tell!({ state: "recovering", code: "device-lost", message: "gone" });
  const { tell } = script;
  session.setModel("other");
  expect(session.recovering).toBe(false);
  tell!({ state: "recovering", code: "device-lost", message: "gone" });
  expect(session.recovering).toBe(false);
  expect(told).toHaveBeenCalledTimes(4);
  await asking;
});

test.each([
  ["leader-closed", {}],
  ["device-lost", { reason: "leader-closed" }], // as earlier builds say it
] as const)("an engine whose leader closed (%s) stays, and so does what had arrived", async (code, facts) => {
  const script: Script = { failure: new PronkError(code, "closed", facts) };
  const { session, host } = sessionOf(script);
  await session.ask("Hi");
  expect([session.state.name, seen.unloaded]).toEqual(["ready", 0]);
  expect(answers(session)).toMatchObject([{ text: "Hello there", status: "failed", error: { code } }]);
  expect(host.failed).toHaveBeenCalledOnce();
  script.failure = undefined;
  await session.regenerate();
  expect([seen.created, answers(session).length]).toEqual([1, 1]);
  expect(answers(session)[0]).toMatchObject({ text: "Hello there", status: "done" });
});

test.each(["device-lost", "worker-lost"] as const)(
  "%s: what had arrived stays until a load has worked",
  async (code) => {
    const script: Script = { words: ["Half"], failure: new PronkError(code, "gone") };
    const { session } = sessionOf(script);
    await session.ask("Hi");
    expect(session.state).toMatchObject({ name: "failed", error: { code } });
    expect(answers(session)).toMatchObject([{ text: "Half", status: "failed" }]);
    expect(answers(session)[0].error).toBeUndefined(); // the panel says it
    script.loadFailure = new PronkError("network", "HTTP 500");
    await session.retry();
    expect(session.state).toMatchObject({ name: "failed", error: { code: "network" } });
    expect(answers(session)).toMatchObject([{ text: "Half" }]);
    Object.assign(script, { loadFailure: undefined, failure: undefined, words: ["Whole"] });
    await session.retry();
    expect(answers(session)).toMatchObject([{ text: "Whole", status: "done" }]);
  },
);

test("an engine that ends while nobody asks is told at once, and tried again", async () => {
  const end = new AbortController();
  const script: Script = { ended: end.signal };
  const { session, host } = sessionOf(script);
  await session.ask("Hi");
  end.abort(new PronkError("worker-lost", "uncaught"));
  expect(session.state).toMatchObject({ name: "failed", error: { code: "worker-lost" } });
  expect(host.failed).toHaveBeenCalledOnce();
  script.ended = undefined;
  await session.retry();
  expect([session.state.name, seen.created, answers(session)[0].text]).toEqual(["ready", 2, "Hello there"]);
});

test("an engine that ends under an answer, whatever of, keeps the words and is loaded anew", async () => {
  const end = new AbortController();
  const memory = new PronkError("out-of-memory", "GPU");
  const { session, host } = sessionOf({ words: ["Half"], failure: memory, ended: end.signal });
  host.changed.mockImplementation(() => session.busy && end.abort(memory));
  await session.ask("Hi");
  expect(session.state).toMatchObject({ name: "failed", error: { code: "out-of-memory" } });
  expect(answers(session)).toMatchObject([{ text: "Half", status: "failed" }]);
  expect(host.failed).toHaveBeenCalledOnce();
});

test("an engine's own unload is no failure", async () => {
  const end = new AbortController();
  const { session, host } = sessionOf({ ended: end.signal });
  await session.load();
  session.setModel("another/one");
  end.abort(new PronkError("bad-request", "unloaded", { field: "engine" }));
  expect(session.state.name).toBe("idle");
  expect(host.failed).not.toHaveBeenCalled();
});

test("an answer that is to be replaced stays when nothing comes of the new one", async () => {
  const script: Script = {};
  const { session } = sessionOf(script);
  await session.ask("Hi");
  Object.assign(script, { words: [], failure: new PronkError("driver-fault", "logits") });
  await session.regenerate();
  expect(answers(session)).toMatchObject([{ text: "Hello there", status: "done", error: { code: "driver-fault" } }]);
});

test("while nothing of a new answer has come, the earlier one is what is kept", async () => {
  const script: Script = {};
  const { session } = sessionOf(script);
  await session.ask("Hi");
  Object.assign(script, { words: [], hang: true });
  const asked = session.regenerate();
  await eventually(() => expect(session.state.name).toBe("answering"));
  const conversation = { ...emptyConversation(), turns: session.turns, branches: session.tree.all };
  const place = { id: "1", place: "p", title: "", pinned: false, createdAt: 1, updatedAt: 1 };
  const kept = toRecord(conversation, place);
  expect(answers(session)).toMatchObject([{ text: "", status: "waiting" }]);
  expect(kept.turns[1]).toMatchObject({ text: "Hello there", status: "done" });
  session.stop();
  await asked;
  expect(answers(session)).toMatchObject([{ text: "Hello there", status: "done" }]);
  expect(session.tree.all.length).toBe(2);
});

test("a conversation is put in another's place; ids are its own", async () => {
  const { session } = sessionOf({});
  await session.ask("one");
  const before = { turns: session.turns, continuation: session.continuation };
  session.open(emptyConversation());
  await session.ask("two");
  expect(session.turns.map(({ text }) => text)).toEqual(["two", "Hello there"]);
  session.open(before);
  await session.ask("three");
  expect(session.turns.map(({ text }) => text)).toEqual(["one", "Hello there", "three", "Hello there"]);
  expect(new Set(session.turns.map(({ id }) => id)).size).toBe(4);
});

test("the first model finds the conversation that was brought back before it", () => {
  const session = new ChatSession({ changed() {}, progressed() {}, answered() {}, failed() {} });
  session.open({ turns: [{ role: "user", id: "7", text: "Hi" }], continuation: { text: "Once", contextFull: false } });
  session.setModel("owner/name");
  expect([session.turns.length, session.continuation.text]).toEqual([1, "Once"]);
  session.setModel("another/one");
  expect([session.turns.length, session.continuation.text]).toEqual([0, ""]);
});

test("an error of one answer lands on that answer and the chat goes on", async () => {
  const script: Script = { words: [], failure: new PronkError("bad-request", "tags in the message") };
  const { session, host } = sessionOf(script);
  await session.ask("[INST]");
  expect(session.state.name).toBe("ready");
  expect(answers(session)[0]).toMatchObject({ status: "failed", error: { code: "bad-request" } });
  expect(host.failed).toHaveBeenCalledOnce();
});

test("a failed load says so and can be retried", async () => {
  const script: Script = { loadFailure: new PronkError("network", "HTTP 500") };
  const { session } = sessionOf(script);
  await session.ask("Hi");
  expect(session.state).toMatchObject({ name: "failed", error: { code: "network" } });
  expect(answers(session)).toEqual([]);
  script.loadFailure = undefined;
  await session.retry();
  expect(answers(session).length).toBe(1);
});

test("cancelling the load is no failure", async () => {
  const { session, host } = sessionOf({ hangLoad: true });
  const loaded = session.load();
  await until(session, "loading");
  expect(session.state.name).toBe("loading");
  session.cancelLoad();
  expect(await loaded).toBe(false);
  expect(session.state.name).toBe("idle");
  expect(host.failed).not.toHaveBeenCalled();
});

test("a question whose load was cancelled is answered by the next load that is asked for", async () => {
  const script: Script = { hangLoad: true };
  const { session } = sessionOf(script);
  const asked = session.ask("Hi");
  await until(session, "loading");
  session.cancelLoad();
  await asked;
  expect([session.state.name, session.turns.length]).toEqual(["idle", 1]);
  script.hangLoad = false;
  await session.retry();
  expect(answers(session)).toMatchObject([{ text: "Hello there", status: "done" }]);
});

test("what a model has continued stays in view without an engine, too", async () => {
  const end = new AbortController();
  const { session } = sessionOf({ dialog: undefined, ended: end.signal });
  await session.load();
  await session.continueText("Once");
  end.abort(new PronkError("device-lost", "gone"));
  expect([session.state.name, session.mode, session.continuation.text]).toEqual([
    "failed",
    "continue",
    "Once upon a time",
  ]);
});

test("another model ends the running answer and forgets the conversation", async () => {
  const { session } = sessionOf({ hang: true });
  const asked = session.ask("Hi");
  await untilText(session);
  session.setModel("another/one");
  await asked;
  expect([session.state.name, session.turns.length, seen.unloaded]).toEqual(["idle", 0, 1]);
});

test("a model without dialogue continues a text", async () => {
  const { session } = sessionOf({ dialog: undefined });
  await session.load();
  expect(session.mode).toBe("continue");
  await session.continueText("Once");
  expect(session.continuation).toMatchObject({ text: "Once upon a time", addedFrom: 4, contextFull: true });
});

test("a server that is silent for some seconds of a download is told of, until it is paused, heard or done with", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const { session } = sessionOf({ hangLoad: true });
    const loading = session.load();
    await vi.advanceTimersByTimeAsync(5000);
    expect(session.state).toMatchObject({ name: "loading", progress: { latest: { loadedBytes: 1 } } });
    const silent = () => (session.state.name === "loading" ? session.state.progress.silent === true : undefined);
    expect(silent()).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(silent()).toBe(true);
    session.pauseLoad(true);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(silent()).toBe(false);
    session.pauseLoad(false);
    await vi.advanceTimersByTimeAsync(7000);
    expect(silent()).toBe(true);
    session.pauseLoad(true);
    session.pauseLoad(false);
    session.cancelLoad();
    await loading;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(session.state.name).toBe("idle");
  } finally {
    vi.useRealTimers();
  }
});

test("so is one that does not say what the model is", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const { session } = sessionOf({});
    const { factory } = session;
    let answer = () => {};
    const inspectModel: EngineFactory["inspectModel"] = async (...given) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return factory.inspectModel(...given);
    };
    session.factory = { ...factory, inspectModel };
    const loading = session.load();
    await vi.advanceTimersByTimeAsync(7000);
    expect(session.state).toEqual({ name: "inspecting", silent: true });
    answer();
    expect(await loading).toBe(true);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(session.state.name).toBe("ready");
  } finally {
    vi.useRealTimers();
  }
});

test("a question that waits for the model is answered, whatever another tab says meanwhile", async () => {
  const { session } = sessionOf({});
  const asked = session.ask("Hi");
  const { turns, tree, continuation } = session;
  const others = structuredClone({ ...emptyConversation(), turns, branches: tree.all, continuation });
  session.takeOver({ ...others, attribution: "Licensed so." });
  expect(session.attribution).toBe("Licensed so.");
  await asked;
  expect(session.turns).toMatchObject([{ text: "Hi" }, { text: "Hello there", status: "done" }]);
});

test("of two questions that wait for the model the later one is answered, and both stay", async () => {
  const { session } = sessionOf({});
  await Promise.all([session.ask("one"), session.ask("two")]);
  expect(session.turns.map(({ text }) => text)).toEqual(["one", "two", "Hello there"]);
});

test("a question in other words whose first words were deleted meanwhile is asked all the same", async () => {
  const { session } = sessionOf({});
  await session.ask("one");
  const { id } = session.turns[0];
  session.deleteTurn(session.turns[0]);
  await session.resend("in other words", id);
  expect(session.turns.map(({ text }) => text)).toEqual(["in other words", "Hello there"]);
});

test("what another model's licence asked for is not said of a new conversation", async () => {
  const { session } = sessionOf({});
  session.attribution = "Licensed so.";
  session.setModel("owner/other");
  expect(session.attribution).toBeUndefined();
});

test("a text that is written or opened while the model loads does not give way to the one that waited for it", async () => {
  const { session } = sessionOf({ dialog: undefined });
  session.continueFrom({ text: "Once", contextFull: false });
  const going = session.continueText("Once");
  session.continueFrom({ text: "Once more", contextFull: false });
  await going;
  expect(session.continuation.text).toBe("Once more");
});

test("where nothing comes of another answer, what was put back meanwhile stays", async () => {
  const script: Script = {};
  const { session } = sessionOf(script);
  await session.ask("one");
  Object.assign(script, { words: [], hang: true });
  const again = session.regenerate();
  await until(session, "answering");
  const { turns, tree, continuation } = session;
  session.open({ turns, branches: [{ role: "user", id: "back", text: "put back" }, ...tree.all], continuation });
  session.stop();
  await again;
  expect(session.tree.all.map(({ text }) => text)).toEqual(["put back", "one", "Hello there"]);
  expect(session.turns.map(({ text }) => text)).toEqual(["one", "Hello there"]);
});
