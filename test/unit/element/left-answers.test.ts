// Answers that continue while another conversation is open: finished in their own, joined again, one after another; and what
// a change of the model, of its context length, or a deletion means for them.

import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LeftAnswers } from "../../../src/element/left-answers.ts";
import { ChatSession } from "../../../src/element/session/chat-session.ts";
import { type Conversation, emptyConversation } from "../../../src/element/session/conversation.ts";
import { ConversationKeeper } from "../../../src/element/session/conversation-keeper.ts";
import type { ChatEngine, EngineFactory } from "../../../src/element/session/engine-factory.ts";
import type { AnswerTurn } from "../../../src/element/session/turn.ts";
import type { ChatCompletionChunk, EngineOptions } from "../../../src/index.ts";
import { eventually } from "../../support/eventually.ts";
import { pageStorage } from "../../support/page-storage.ts";

/** One answer at a time, as from an engine: each word when the test says so. */
class SlowEngine {
  created: EngineOptions[] = [];
  /** Undefined if its model only continues text. */
  dialog: string | undefined = "llama-2";
  unloaded = 0;
  asked = 0;
  #lock: Promise<unknown> = Promise.resolve();
  #say: (word: string | undefined) => void = () => {};

  /** A word of the current answer; undefined ends it. */
  async say(word: string | undefined): Promise<void> {
    this.#say(word);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve));
  }

  async *#answer(signal: AbortSignal): AsyncGenerator<ChatCompletionChunk> {
    const before = this.#lock;
    let free = () => {};
    this.#lock = new Promise<void>((resolve) => (free = resolve));
    await before;
    try {
      for (;;) {
        const word = await new Promise<string | undefined>((resolve, reject) => {
          signal.throwIfAborted();
          signal.addEventListener("abort", () => reject(signal.reason as Error));
          this.#say = resolve;
        });
        if (word === undefined) return;
        const chunk = { id: "", object: "chat.completion.chunk", created: 0, model: "" } as const;
        yield {
          ...chunk,
          choices: [{ index: 0, delta: { content: word }, finish_reason: null }],
        } as ChatCompletionChunk;
      }
    } finally {
      free();
    }
  }

  async *#text(signal: AbortSignal) {
    for await (const { choices } of this.#answer(signal))
      yield { choices: [{ text: choices[0]!.delta.content }], pronk: { context_full: false } };
  }

  get factory(): EngineFactory {
    const create = async (_: unknown, { signal }: { signal: AbortSignal }) => (this.asked++, this.#answer(signal));
    const goOn = async (_: unknown, { signal }: { signal: AbortSignal }) => (this.asked++, this.#text(signal));
    return {
      inspectModel: async () => ({ id: "m", label: "m", llama2: false, licenseEvidence: [], stored: true, downloadBytes: 0, needs: [], weightsOffered: ["safetensors"] }), // prettier-ignore
      createEngine: async (_, options) => {
        this.created.push(options);
        return {
          info: { dialog: this.dialog, contextLength: options.contextLength ?? 4096 },
          chat: { completions: { create } },
          completions: { create: goOn },
          unload: async () => void this.unloaded++,
        } as unknown as ChatEngine;
      },
    };
  }
}

let engine: SlowEngine;
let session: ChatSession;
const host = { changed: vi.fn(), progressed: vi.fn(), answered: vi.fn(), failed: vi.fn() };

beforeEach(async () => {
  vi.stubGlobal("localStorage", pageStorage());
  engine = new SlowEngine();
  session = new ChatSession(host);
  session.factory = engine.factory;
  session.setModel("owner/name");
  await session.load();
});
afterEach(() => void vi.unstubAllGlobals());

const said = (from: Pick<ChatSession | Conversation, "turns"> = session) =>
  from.turns.map((turn) => [turn.text, (turn as AnswerTurn).status]);
const data = (): Conversation => ({ ...emptyConversation(), turns: session.turns, branches: session.tree.all });

/** Asks, lets the first word come, and turns to another conversation. */
async function leaveWith(word: string) {
  void session.ask("first");
  await eventually(() => expect(engine.asked).toBe(1));
  await engine.say(word);
  const before = data();
  const left = session.leave()!;
  session.open(emptyConversation());
  return { before, left };
}

test("it is finished in its own conversation", async () => {
  const { before, left } = await leaveWith("One");
  expect([said(), session.state.name]).toEqual([[], "ready"]);
  await engine.say(" two");
  await engine.say(undefined);
  await left.ended;
  expect(said(before)).toEqual([["first", undefined], ["One two", "done"]]); // prettier-ignore
  expect(said()).toEqual([]);
});

test("a question in another conversation comes after it, and says so until then", async () => {
  const { before } = await leaveWith("One");
  void session.ask("second");
  await eventually(() => expect(session.state.name).toBe("answering"));
  expect([session.queued, said().at(-1)]).toEqual([true, ["", "waiting"]]);
  await engine.say(undefined);
  expect(session.queued).toBe(false);
  await engine.say("Two");
  session.stop();
  await eventually(() => expect(session.state.name).toBe("ready"));
  expect([said(before).at(-1), said().at(-1)]).toEqual([["One", "done"], ["Two", "stopped"]]); // prettier-ignore
});

test("its conversation joins it again, also as it was stored meanwhile, and Stop ends it there", async () => {
  const { before } = await leaveWith("One");
  const copies = before.turns.map((turn) => ({ ...turn, ...(turn.role === "assistant" ? { status: "stopped" } : {}) }));
  session.open({ ...before, turns: copies as Conversation["turns"], branches: [] });
  expect(session.state.name).toBe("answering");
  await engine.say(" two");
  expect(said().at(-1)).toEqual(["One two", "streaming"]);
  session.stop();
  await eventually(() => expect(session.state.name).toBe("ready"));
  expect(said().at(-1)).toEqual(["One two", "stopped"]);
});

test("a text that a model continues goes on in its own conversation, and is joined again there", async () => {
  engine.dialog = undefined;
  session.setModel("owner/base");
  await session.load();
  void session.continueText("Once");
  await eventually(() => expect(engine.asked).toBe(1));
  await engine.say(" upon");
  const before = { ...emptyConversation(), continuation: session.continuation };
  const left = session.leave()!;
  session.open(emptyConversation());
  expect([session.state.name, session.continuation.text]).toEqual(["ready", ""]);
  void session.continueText("Other");
  await eventually(() => expect(session.queued).toBe(true));
  await engine.say(" a");
  session.leave();
  session.open(before);
  expect([session.state.name, session.continuation.text, session.queued]).toEqual(["answering", "Once upon a", false]);
  await engine.say(" time");
  expect(session.continuation.text).toBe("Once upon a time");
  session.leave();
  session.open(emptyConversation());
  await engine.say(" there");
  await engine.say(undefined);
  await left.ended;
  expect(before.continuation).toMatchObject({ text: "Once upon a time there", addedFrom: 4 });
  session.open(before);
  expect([session.state.name, session.continuation.text]).toEqual(["ready", "Once upon a time there"]);
});

test("another model is loaded when it is finished, or stopped", async () => {
  for (const end of [() => engine.say(undefined), () => Promise.resolve(session.stopAll())]) {
    const { before, left } = await leaveWith("One");
    session.setModel("owner/other");
    const loading = session.load();
    expect(session.state).toMatchObject({ name: "inspecting", behind: true });
    expect(engine.created).toHaveLength(1);
    await engine.say(" two");
    expect(said(before).at(-1)).toEqual(["One two", "streaming"]);
    await end();
    await left.ended;
    expect(await loading).toBe(true);
    expect([engine.created.length, engine.unloaded, session.state.name]).toEqual([2, 1, "ready"]);
    session.unload();
    engine = new SlowEngine();
    session.factory = engine.factory;
    session.setModel("owner/name");
    await session.load();
  }
});

test("without a model any more, or closed, it ends", async () => {
  const { before, left } = await leaveWith("One");
  session.setModel(undefined);
  await left.ended;
  expect(said(before).at(-1)).toEqual(["One", "stopped"]);
});

test("a conversation with another context length has the model loaded with it, by its next question", async () => {
  session.engineOptions = { contextLength: 8192 };
  expect(session.loadsAnew).toBe(true);
  void session.ask("first");
  await eventually(() => expect(engine.asked).toBe(1));
  expect(engine.created.map(({ contextLength }) => contextLength)).toEqual([undefined, 8192]);
  expect([session.loadsAnew, engine.unloaded]).toEqual([false, 1]);
  session.engineOptions = { contextLength: 8192, kv: "q8" };
  expect(session.loadsAnew).toBe(true); // and the running answer is not disturbed
  await engine.say("One");
  await engine.say(undefined);
  expect(said().at(-1)).toEqual(["One", "done"]);
  expect(engine.created).toHaveLength(2);
});

test("what was taken on a card is not undone by it", async () => {
  await session.takeSetup({ quantize: "q4", kv: "q8", contextLength: 1024, gpuBytes: 0 });
  session.engineOptions = { contextLength: 8192 };
  expect(session.loadsAnew).toBe(false);
});

test("it is kept while it comes and when it ends, with what another tab has said; a deletion ends it", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  vi.stubGlobal("sessionStorage", pageStorage());
  const keeper = new ConversationKeeper("here", { read: () => data(), update: () => true, erased() {} }, { all: true });
  await keeper.restore();
  const id = keeper.id!;
  void session.ask("first");
  await eventually(() => expect(engine.asked).toBe(1));
  await engine.say("One");
  const before = data();
  const answers = new LeftAnswers(host.changed);
  const write = keeper.leave(() => before);
  answers.add(id, before, session.leave()!, write);
  keeper.turnTo();
  session.open(emptyConversation());
  expect([answers.ids, answers.find(id)]).toEqual([[id], before]);
  await engine.say(" two");
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  const kept = async () => said((await keeper.find(id))!).at(-1);
  await eventually(async () => expect(await kept()).toEqual(["One two", "stopped"])); // as a reload would show it
  await engine.say(undefined);
  await eventually(async () => expect(await kept()).toEqual(["One two", "done"]));
  await eventually(() => expect(answers.ids).toEqual([]));
  const { ConversationList } = await import("../../../src/element/conversation-list.ts");
  const list = (await ConversationList.open("here"))!;
  const again = await leaveAgain();
  await list.delete(again.id);
  expect(await again.write()).toBe(false);
  list.close();
  await keeper.close();

  async function leaveAgain() {
    void session.ask("third");
    await eventually(() => expect(engine.asked).toBe(2));
    const other = data();
    const next = { id: keeper.id!, write: keeper.leave(() => other) };
    await next.write();
    return next;
  }
});
