// When the KV cache of the open conversation is saved, taken back and deleted, against an engine that only remembers.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { models } from "../../../src/index.ts";
import { KeptCache } from "../../../src/element/kept-cache.ts";
import type { ChatEngine } from "../../../src/element/session/engine-factory.ts";
import type { AnswerTurn, Turn } from "../../../src/element/session/turn.ts";
import { TurnTree } from "../../../src/element/session/turn-tree.ts";

const question = { role: "user", id: "q", text: "one" } as Turn;
const answer = (total_tokens: number) =>
  ({ role: "assistant", id: "a", parent: "q", text: "two", status: "done", usage: { total_tokens } }) as AnswerTurn;

/** `positions`: what the engine's cache holds whenever it is saved. */
function scene({ positions = 99, layers = 2, where = "device" } = {}) {
  const calls: string[] = [];
  const names = new Set<string>();
  const note = (what: string, name: string) => void calls.push(`${what} ${name}`);
  const cache = {
    save: async (name: string) => (note("save", name), names.add(name), { name, positions }),
    restore: async (name: string) => {
      note("restore", name);
      if (!names.has(name)) throw new Error(`no ${name}`);
    },
    list: async () => [...names].map((name) => ({ name })),
    delete: async (name: string) => (note("delete", name), void names.delete(name)),
  };
  const info = { where, kv: "f16", config: { layers, kvHeads: 8, headDim: 128 } };
  const engine = { cache, info } as unknown as ChatEngine;
  const open = { id: "x" as string | undefined, answering: false };
  const session = { engine, busy: false, tree: TurnTree.of([question, answer(100)], [question, answer(100)]) };
  const host = { addController() {}, removeController() {}, requestUpdate() {}, updateComplete: Promise.resolve(true) };
  const kept = new KeptCache(host, { session, id: () => open.id, isAnswering: () => open.answering });
  kept.hostConnected();
  kept.hostUpdated();
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  return { kept, session, open, engine, calls, names, pass };
}

let page: EventTarget & { visibilityState: string };

beforeEach(() => {
  vi.useFakeTimers();
  page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("document", page);
  vi.spyOn(models, "deleteCache").mockResolvedValue(undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("an answer's is saved some seconds after it has ended, and others' give way to it", async () => {
  const { kept, names, calls, pass } = scene();
  names.add("conversation y").add("notes");
  kept.answered(answer(100));
  await pass(1000);
  expect(calls).toEqual([]);
  await pass(5000);
  expect(calls).toEqual(["save conversation x", "delete conversation y"]);
  expect([...names]).toEqual(["notes", "conversation x"]); // an application's own stay
});

test("it is saved at once when the page is hidden, and only then", async () => {
  const { kept, calls, pass } = scene();
  kept.answered(answer(100));
  page.dispatchEvent(new Event("visibilitychange"));
  expect(calls).toEqual([]);
  page.visibilityState = "hidden";
  page.dispatchEvent(new Event("visibilitychange"));
  expect(calls).toEqual(["save conversation x"]);
  await pass(5000);
  expect(calls).toEqual(["save conversation x"]);
});

test.each([
  [
    "another question is asked",
    ({ session, kept }: ReturnType<typeof scene>) => ((session.busy = true), kept.hostUpdated()),
  ],
  ["an answer is written elsewhere", ({ open }: ReturnType<typeof scene>) => (open.answering = true)],
  [
    "another conversation is opened",
    ({ open, kept }: ReturnType<typeof scene>) => ((open.id = "y"), kept.hostUpdated()),
  ],
  ["the element is removed", ({ kept }: ReturnType<typeof scene>) => kept.hostDisconnected()],
])("nothing is saved where %s first", async (_, happens) => {
  const made = scene();
  made.kept.answered(answer(100));
  happens(made);
  await made.pass(5000);
  expect(made.calls).toEqual([]);
});

test.each([
  ["nothing is kept of the conversation", {}, undefined, 100],
  ["it would be more than 256 MiB", { layers: 32 }, "x", 2049],
  ["the answer came over an endpoint", { where: "endpoint" }, "x", 100],
])("nothing is saved where %s", async (_, change, id, tokens) => {
  const { kept, open, calls, pass } = scene(change);
  open.id = id;
  kept.hostUpdated();
  kept.answered(answer(tokens));
  await pass(5000);
  expect(calls).toEqual([]);
});

test("2,048 positions of 8 heads of 128 in 32 layers are saved", async () => {
  const { kept, calls, pass } = scene({ layers: 32, positions: 2047 });
  kept.answered(answer(2048));
  await pass(5000);
  expect(calls).toEqual(["save conversation x"]);
});

test("what another tab's answer left in a shared engine is not kept under this conversation's name", async () => {
  const { kept, names, pass } = scene({ positions: 40 });
  kept.answered(answer(100));
  await pass(5000);
  expect([...names]).toEqual([]);
});

test("a turn that is taken away takes what was saved along; another conversation doesn't", () => {
  const { kept, session, open } = scene();
  open.id = "y";
  session.tree = TurnTree.of([question], [question]);
  kept.hostUpdated();
  expect(models.deleteCache).not.toHaveBeenCalled();
  session.tree = new TurnTree();
  kept.hostUpdated();
  expect(vi.mocked(models.deleteCache).mock.calls).toEqual([["conversation y"]]);
});

test("an engine takes back what there is, and what it refuses is deleted", async () => {
  const { kept, engine, calls, names } = scene();
  names.add("conversation x");
  await kept.loaded(engine);
  names.delete("conversation x");
  await kept.loaded(engine);
  expect(calls).toEqual(["restore conversation x", "restore conversation x", "delete conversation x"]);
});

test("nothing is taken back before anything was answered, nor by an engine without a cache", async () => {
  const { kept, session, engine, calls } = scene();
  await kept.loaded({ ...engine, cache: undefined });
  session.tree = TurnTree.of([question], [question]);
  await kept.loaded(engine);
  expect(calls).toEqual([]);
});
