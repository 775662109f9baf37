// What a card offers: the same model in less memory, room in the store, or no store; and that every word of it can be translated.

import { expect, test, vi } from "vitest";
import { adviceFor, setupsIn, setupWords } from "../../../src/element/error-advice.ts";
import { ChatSession } from "../../../src/element/session/chat-session.ts";
import type { ChatEngine, EngineFactory } from "../../../src/element/session/engine-factory.ts";
import { english } from "../../../src/element/languages/en.ts";
import { PronkError, type SmallerSetup } from "../../../src/errors.ts";
import type { EngineOptions, StoredModel } from "../../../src/index.ts";

const setups: SmallerSetup[] = [
  { quantize: "q8", kv: "q8", contextLength: 2048, gpuBytes: 7.7e9 },
  { quantize: "q8", kv: "f16", contextLength: 1024, gpuBytes: 7.6e9 },
  { quantize: "q4", kv: "f16", contextLength: 4096, gpuBytes: 6.1e9 },
];
const memory = new PronkError("out-of-memory", "The GPU has no room.", { plans: setups });
const full = new PronkError("storage-full", "no room", { neededBytes: 3.9e9, availableBytes: null });

test("each setup says what it is, and what it costs", () => {
  expect(setupsIn(memory).map((setup) => setupWords(setup, setups, english))).toEqual([
    "Weights in 8 bits, context 2,048, cache in 8 bits: 7.7 GB",
    "Weights in 8 bits, context 1,024, cache in 16 bits: 7.6 GB",
    "Weights in 4 bits, context 4,096, cache in 16 bits: 6.1 GB",
  ]);
  const cacheOnly = setups.slice(0, 2);
  expect(setupWords(cacheOnly[0], cacheOnly, english)).toBe("Context 2,048, cache in 8 bits: 7.7 GB");
  expect(setupWords(setups[2], [setups[2]], english)).toBe(
    "Weights in 4 bits, context 4,096, cache in 16 bits: 6.1 GB",
  );
});

test("where there are setups, they are the next step; where there are none, another try is", () => {
  expect(adviceFor(memory)).toMatchObject({ retry: false });
  expect(adviceFor(new PronkError("out-of-memory", "x"))).toMatchObject({ retry: true });
});

test("the card of a full store says how much is needed", () => {
  expect(adviceFor(full).text).toContain("needs 3.9 GB.");
  const some = new PronkError("storage-full", "x", { neededBytes: 3.9e9, availableBytes: 1.2e9 });
  expect(adviceFor(some).text).toContain("needs 3.9 GB, and 1.2 GB are free.");
});

test("a translated page has its own words on every card", () => {
  const own = (value: unknown): unknown => {
    if (typeof value === "string") return "~";
    if (typeof value === "function") return () => own((value as (...given: unknown[]) => unknown)("a", "b"));
    return Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, own(one)]));
  };
  const strings = { locale: "de", failures: own(english.failures) as typeof english.failures };
  const facts = [{}, { status: 404, repository: "a/b", page: "https://hub/a/b" }, { position: 1 }, { started: false }];
  const failures = [new Error("x"), memory, full];
  for (const code of ["network", "driver-fault", "worker-lost", "bad-request", "format", "context-full"] as const)
    failures.push(...facts.map((some) => new PronkError(code, "x", some)));
  for (const failure of failures) {
    const { title, text, link } = adviceFor(failure, { strings });
    expect([title, text, link?.text ?? "~"]).toEqual(["~", "~", "~"]);
  }
});

/** A session whose loads fail as told, one after the other, then succeed. */
function sessionOf(failures: Error[], answers: Error[] = []) {
  const loads: EngineOptions[] = [];
  const deleted: string[] = [];
  async function* chunks() {
    const failure = answers.shift();
    if (failure) throw failure;
    yield { choices: [{ index: 0, delta: { content: "Hello" }, finish_reason: "stop" }] };
  }
  const engine = {
    info: { model: "m", dialog: "llama-2" },
    chat: { completions: { create: async () => chunks() } },
    unload: async () => {},
  };
  const stored = [{ id: "hub:a/b@1", label: "a/b", quantize: "q4", sizeBytes: 3e9, createdAt: 0, usedAt: 0 }] as const;
  const factory: EngineFactory = {
    inspectModel: async () => ({ label: "m", llama2: false, weightsOffered: [] }) as never,
    createEngine: async (_, options) => {
      loads.push(options);
      const failure = failures.shift();
      if (failure) throw failure;
      return engine as unknown as ChatEngine;
    },
    models: { list: async () => [...stored] as StoredModel[], delete: async (id) => void deleted.push(id) },
  };
  const host = { changed: vi.fn(), progressed: vi.fn(), answered: vi.fn(), failed: vi.fn() };
  const session = new ChatSession(host);
  session.factory = factory;
  session.engineOptions = { share: true };
  session.setModel("owner/name");
  const answered = () => session.turns.map((turn) => `${turn.role}: ${turn.text}`);
  return { session, loads, deleted, stored, answered };
}

test("a load that had no memory goes on with the setup that is pressed, and the question gets its answer", async () => {
  const { session, loads, answered } = sessionOf([memory]);
  await session.ask("Hi");
  expect(session.state).toMatchObject({ name: "failed", error: memory });
  await session.takeSetup(setups[0]);
  expect(session.state.name).toBe("ready");
  expect(loads[1]).toMatchObject({ share: true, quantize: "q8", kv: "q8", contextLength: 2048 });
  expect(answered()).toEqual(["user: Hi", "assistant: Hello"]);
});

test("so does an answer that had none, and what stood before it stays", async () => {
  const { session, loads, answered } = sessionOf([], [undefined as never, memory]);
  await session.ask("Hi");
  await session.ask("And?");
  expect(session.turns.at(-1)).toMatchObject({ role: "assistant", status: "failed", error: memory });
  await session.takeSetup(setups[2]);
  expect(loads[1]).toMatchObject({ quantize: "q4", contextLength: 4096 });
  expect(answered()).toEqual(["user: Hi", "assistant: Hello", "user: And?", "assistant: Hello"]);
});

test("a full store offers what it holds; a press deletes it and tries again, or runs without a store", async () => {
  const { session, loads, deleted, stored } = sessionOf([full, full]);
  await session.load();
  await vi.waitFor(() => expect(session.state).toMatchObject({ name: "failed", stored }));
  await session.makeRoom(stored[0]);
  expect(deleted).toEqual(["hub:a/b@1"]);
  await vi.waitFor(() => expect(session.state).toMatchObject({ name: "failed", stored }));
  await session.runWithoutStore();
  expect(session.state.name).toBe("ready");
  expect(loads.map(({ store }) => store)).toEqual([undefined, undefined, false]);
});

test("another model begins without what was chosen for the one before", async () => {
  const { session, loads } = sessionOf([memory]);
  await session.load();
  await session.takeSetup(setups[0]);
  session.setModel("owner/other");
  await session.load();
  expect(loads[2]).not.toHaveProperty("kv");
});
