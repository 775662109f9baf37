// What is kept of a conversation, and which tab gets it back: records, reloads, two tabs, a page that goes too fast.

import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  type Conversation,
  emptyConversation,
  type OpenConversation,
} from "../../../src/element/session/conversation.ts";
import { fromRecord, toRecord } from "../../../src/element/session/conversation-record.ts";
import { ConversationKeeper } from "../../../src/element/session/conversation-keeper.ts";
import { ConversationStore } from "../../../src/element/session/conversation-store.ts";
import { type AnswerTurn, answerTurn } from "../../../src/element/session/turn.ts";
import { PronkError } from "../../../src/errors.ts";
import { eventually } from "../../support/eventually.ts";
import { chat, question } from "../../support/said.ts";

const answer = (fields: Partial<AnswerTurn>): AnswerTurn => ({ ...answerTurn("2", "1"), ...fields });
const place = { id: "1", place: "p", title: "", pinned: false, createdAt: 1, updatedAt: 1 };
const kept = (conversation: Conversation) => fromRecord(structuredClone(toRecord(conversation, place)));

/** sessionStorage of one tab. */
class TabStorage extends Map<string, string> {
  getItem = (key: string) => this.get(key) ?? null;
  setItem = (key: string, value: string) => void this.set(key, value);
}
let locks: Set<string>;
const navigator = {
  locks: {
    request: async (name: string, { signal }: { signal: AbortSignal }, held: () => Promise<void>) => {
      while (locks.has(name)) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      locks.add(name);
      await held();
      locks.delete(name);
    },
  },
};
let time: number;
const keepers: ConversationKeeper[] = [];

/** A visit to the page in a tab; what it brings back, and what changes it. */
async function visit(tab: TabStorage, { all = false, wanted }: { all?: boolean; wanted?: string } = {}) {
  vi.stubGlobal("sessionStorage", tab);
  const page: { conversation: OpenConversation } = { conversation: emptyConversation() };
  const read = () => page.conversation;
  const update = (conversation: Conversation) => Boolean((page.conversation = conversation));
  const keeper = new ConversationKeeper("page", { read, update, erased() {} }, { all, now: () => time });
  keepers.push(keeper);
  const restored = await keeper.restore(wanted);
  if (restored) page.conversation = restored;
  const set = (conversation: OpenConversation) => {
    page.conversation = conversation;
    keeper.changed();
  };
  return { keeper, restored, set, read };
}

beforeEach(() => {
  locks = new Set();
  time = 1000;
  vi.stubGlobal("navigator", navigator);
});
afterEach(async () => {
  await Promise.all(keepers.splice(0).map((keeper) => keeper.close()));
  vi.unstubAllGlobals();
  const store = await ConversationStore.open();
  await store!.deleteOlder("page", Infinity);
  store!.close();
});

test("a half-written answer comes back as one that was stopped", () => {
  const { turns } = kept(chat(question("Hi"), answer({ text: "Hel", status: "streaming" })));
  expect(turns).toMatchObject([{ text: "Hi" }, { text: "Hel", status: "stopped" }]);
});

test("a question without an answer comes back with one to ask for", () => {
  const { turns } = kept(chat(question("Hi", "4")));
  expect(turns).toMatchObject([{ text: "Hi" }, { role: "assistant", id: "4-", text: "", status: "stopped" }]);
});

test("an error of an answer comes back as the same kind of error", () => {
  const error = new PronkError("leader-closed", "closed", { reason: "x" });
  const [, turn] = kept(chat(question("Hi"), answer({ text: "Hel", status: "failed", error }))).turns;
  expect((turn as AnswerTurn).error).toBeInstanceOf(PronkError);
  expect((turn as AnswerTurn).error).toMatchObject({
    code: "leader-closed",
    message: "closed",
    facts: { reason: "x" },
  });
});

test("a draft, the edit that is open, the system prompt and a continued text come back", () => {
  const draft = { text: "edited", aside: "half-writ" };
  const continuation = { text: "Once upon", addedFrom: 4, contextFull: false };
  const conversation = { ...emptyConversation("Be brief."), draft, continuation, model: "a/b" };
  expect(kept(conversation)).toMatchObject({ draft, continuation, system: "Be brief.", model: "a/b" });
});

test("an answer of which nothing has come leaves its place to the earlier one; both are kept once it has", () => {
  const earlier = answer({ text: "Hello", status: "done" });
  const again = { ...chat(question("Hi"), answer({ id: "3" })), branches: [question("Hi"), earlier] };
  expect(kept(again)).toMatchObject({ turns: [{ id: "1" }, { id: "2", text: "Hello", status: "done" }] });
  expect(kept(again).branches).toHaveLength(2);
  const begun = {
    ...chat(question("Hi"), answer({ id: "3", text: "W", status: "streaming" })),
    branches: [question("Hi"), earlier],
  };
  expect(kept(begun)).toMatchObject({ turns: [{}, { id: "3", text: "W", status: "stopped" }] });
  expect(kept(begun).branches?.map(({ id }) => id)).toEqual(["1", "2", "3"]);
});

test("what can be put back stays so over a reload, for a day, and leaves no record once it is final", async () => {
  const tab = new TabStorage();
  const closed = chat(question("one"), answer({ text: "1", status: "failed", error: new PronkError("network", "no") }));
  const first = await visit(tab);
  first.set({ ...emptyConversation(), restorable: { text: "Closed.", waits: true, conversation: closed } });
  first.keeper.flush();
  await first.keeper.close();
  time += 3600_000;
  const second = await visit(tab);
  const { restorable } = second.restored!;
  expect(restorable).toMatchObject({ text: "Closed.", waits: true, conversation: { turns: [{ text: "one" }, {}] } });
  expect((restorable!.conversation.turns![1] as AnswerTurn).error).toBeInstanceOf(PronkError);
  second.set({ ...emptyConversation(), draft: { text: "hm" }, restorable });
  await second.keeper.close();
  time += 25 * 3600_000;
  const third = await visit(tab);
  expect(third.restored?.draft.text).toBe("hm");
  expect(third.restored?.restorable).toBeUndefined();
  third.set(emptyConversation());
  await third.keeper.close();
  expect((await visit(tab)).restored).toBeUndefined();
});

test("an edit or a piece of text that can be put back is kept without the rest", async () => {
  const tab = new TabStorage();
  const parts = { continuation: { text: "Once upon", addedFrom: 4, contextFull: false } };
  const { keeper, set } = await visit(tab);
  set({ ...chat(question("one")), restorable: { text: "Dropped.", conversation: parts } });
  await keeper.close();
  expect((await visit(tab)).restored?.restorable).toEqual({ text: "Dropped.", conversation: parts });
});

test("a reload brings back what was written; another tab begins with nothing", async () => {
  const [first, second] = [new TabStorage(), new TabStorage()];
  const before = await visit(first);
  expect(before.restored).toBeUndefined();
  before.set(chat(question("one"), answer({ text: "1", status: "done" })));
  await before.keeper.close();
  const other = await visit(second);
  expect(other.restored).toBeUndefined();
  other.set(chat(question("two"), answer({ text: "2", status: "done" })));
  await other.keeper.close();
  expect((await visit(first)).restored?.turns[0].text).toBe("one");
  expect((await visit(second)).restored?.turns[0].text).toBe("two");
});

test("a page that has no time to write leaves its last words in the tab", async () => {
  const tab = new TabStorage();
  const { keeper, set } = await visit(tab);
  set({ ...emptyConversation(), draft: { text: "half-writ" } });
  keeper.flush();
  const note = JSON.parse([...tab.values()][0]) as { unwritten?: { record: { draft: { text: string } } } };
  expect(note.unwritten?.record.draft.text).toBe("half-writ");
  await keeper.close();
  await eventually(() => expect([...tab.values()][0]).not.toContain("half-writ")); // the database has it
  expect((await visit(tab)).restored?.draft.text).toBe("half-writ");
});

test("a page that goes while it writes leaves in the tab what may not be written any more", async () => {
  const tab = new TabStorage();
  const { keeper, set, read } = await visit(tab, { all: true });
  set({ ...emptyConversation(), draft: { text: "half-writ" } });
  vi.spyOn(ConversationStore.prototype, "write").mockImplementationOnce(() => new Promise(() => {})); // cut off
  keeper.leave(read);
  keeper.flush();
  expect((await visit(tab, { all: true })).restored?.draft.text).toBe("half-writ");
});

test("of the database's record and the tab's own the newer one counts", async () => {
  const tab = new TabStorage();
  const { keeper, set } = await visit(tab);
  set({ ...emptyConversation(), draft: { text: "old" } });
  await keeper.close();
  const [[key, value]] = [...tab];
  const { id } = JSON.parse(value) as { id: string };
  const newer = { ...place, id, place: "page", updatedAt: 2000 };
  const record = toRecord({ ...emptyConversation(), draft: { text: "new" } }, newer);
  tab.setItem(key, JSON.stringify({ id, unwritten: { record, seenAt: 1000 } }));
  expect((await visit(tab)).restored?.draft.text).toBe("new");
});

test("a duplicated tab goes on with a copy, and neither writes over the other", async () => {
  const tab = new TabStorage();
  const first = await visit(tab);
  first.set(chat(question("one")));
  first.keeper.flush();
  const copy = new TabStorage(tab); // as browsers duplicate tabs, sessionStorage and all
  const second = await visit(copy);
  expect(second.restored?.turns[0].text).toBe("one");
  second.set(chat(question("two")));
  await second.keeper.close();
  vi.stubGlobal("sessionStorage", tab);
  await first.keeper.close();
  expect((await visit(tab)).restored?.turns[0].text).toBe("one");
  expect((await visit(copy)).restored?.turns[0].text).toBe("two");
});

test("an emptied conversation leaves no record", async () => {
  const tab = new TabStorage();
  const { keeper, set } = await visit(tab);
  set(chat(question("one")));
  keeper.flush();
  set(emptyConversation());
  await keeper.close();
  expect((await visit(tab)).restored).toBeUndefined();
});

test("what no tab came back for is deleted after thirty days", async () => {
  const [tab, later] = [new TabStorage(), new TabStorage()];
  const { keeper, set } = await visit(tab);
  set(chat(question("one")));
  await keeper.close();
  time += 31 * 24 * 3600 * 1000;
  await visit(later);
  const { id } = JSON.parse([...tab.values()][0]) as { id: string };
  const store = (await ConversationStore.open())!;
  await eventually(async () => expect(await store.read(id)).toBeUndefined());
  store.close();
});

const all = { all: true };
const said = (conversation: Conversation) => conversation.turns.map(({ text }) => text);
const noteOf = (tab: TabStorage) => JSON.parse([...tab.values()][0]) as { id: string };

test("where all are kept two tabs go on with one conversation, and neither loses what the other said", async () => {
  const [one, two] = [new TabStorage(), new TabStorage()];
  const first = await visit(one, all);
  const begun = [question("one"), answer({ text: "1", status: "done" })];
  first.set(chat(...begun));
  first.keeper.flush();
  const { id } = noteOf(one);
  await eventually(async () => expect(await first.keeper.find(id)).toBeDefined());
  const second = await visit(two, { ...all, wanted: id });
  expect(said(second.restored!)).toEqual(["one", "1"]);
  // Both continue from the same answer, at the same time.
  first.set({ ...first.read(), turns: [...begun, question("of the first", "3", "2")], draft: { text: "hm" } });
  second.set({ ...second.read(), turns: [...second.read().turns, question("of the second", "4", "2")] });
  first.keeper.flush();
  second.keeper.flush();
  const texts = async () => (await first.keeper.find(id))?.branches?.map(({ text }) => text).sort();
  await eventually(async () => expect(await texts()).toEqual(["1", "of the first", "of the second", "one"]));
  await eventually(() => expect(second.read().draft.text).toBe("hm"));
  await eventually(() => expect(first.read().branches?.length).toBeGreaterThan(3));
  expect(said(second.read())).toContain("of the second"); // its own branch stays in view
  // What one deletes and the other leaves alone is gone for both.
  const rest = { turns: second.read().turns.slice(0, 2), branches: second.read().turns.slice(0, 2) };
  second.set({ ...second.read(), ...rest });
  second.keeper.flush();
  await eventually(async () => expect(await texts()).toEqual(["1", "one"]));
});

test("what another tab has said, read just before an own write, takes nothing of what that writes", async () => {
  const tab = new TabStorage();
  const first = await visit(tab, all);
  first.set(chat(question("before")));
  first.keeper.flush();
  const { id } = noteOf(tab);
  await eventually(async () => expect(await first.keeper.find(id)).toBeDefined());
  const second = await visit(new TabStorage(), { ...all, wanted: id });
  const { read } = ConversationStore.prototype;
  const reading = vi.spyOn(ConversationStore.prototype, "read").mockImplementationOnce(async function (
    this: ConversationStore,
    of,
  ) {
    const stored = await read.call(this, of);
    first.set({ ...first.read(), turns: [question("before"), question("of the first", "3", "1")] });
    first.keeper.flush();
    return stored;
  });
  second.set({ ...second.read(), turns: [question("before"), question("of the second", "4", "1")] });
  second.keeper.flush();
  const texts = (one: Conversation) => [...new Set([...(one.branches ?? []), ...one.turns].map(({ text }) => text))];
  const everything = ["before", "of the first", "of the second"];
  for (const page of [first, second])
    await eventually(() => expect(texts(page.read())).toEqual(expect.arrayContaining(everything)));
  expect(reading).toHaveBeenCalled();
  first.keeper.changed();
  await first.keeper.close();
  expect(texts((await second.keeper.find(id))!)).toEqual(expect.arrayContaining(everything));
  reading.mockRestore();
});

test("where all are kept a new one leaves the one before, and that one is found again", async () => {
  const tab = new TabStorage();
  const { keeper, set } = await visit(tab, all);
  set(chat(question("one")));
  const { id } = noteOf(tab);
  keeper.turnTo();
  set(chat(question("two", "7")));
  expect(keeper.id).not.toBe(id);
  time += 400 * 24 * 3600_000; // for good
  await keeper.close();
  const back = await visit(tab, all);
  expect(said(back.restored!)[0]).toBe("two");
  expect(said((await back.keeper.find(id))!)[0]).toBe("one");
});

test("a conversation that is only looked at keeps its time and its place in the list", async () => {
  const { keeper, set, read } = await visit(new TabStorage(), all);
  const turns = [question("one"), answer({ text: "1", status: "done" }), question("two", "3", "2")];
  set(chat(...turns));
  const id = keeper.id!;
  time = 2000;
  keeper.turnTo();
  set(chat(question("other", "7")));
  keeper.flush();
  await eventually(async () => expect(await keeper.find(id)).toBeDefined());
  time = 3000;
  const found = (await keeper.find(id))!;
  keeper.turnTo(id, found);
  set(found);
  keeper.flush();
  const store = (await ConversationStore.open())!;
  await eventually(async () => expect(await store.read(keeper.id!)).toMatchObject({ updatedAt: 2000 }));
  // What is taken away at once stays away.
  set({ ...read(), turns: turns.slice(0, 2), branches: turns.slice(0, 2) });
  await keeper.close();
  expect(await store.read(id)).toMatchObject({ updatedAt: 3000, turns: [{ text: "one" }, { text: "1" }] });
  store.close();
});

test("what the list has said of a conversation outlives its being opened again and written in", async () => {
  const { keeper, set } = await visit(new TabStorage(), all);
  set(chat(question("one")));
  const id = keeper.id!;
  keeper.turnTo();
  const store = (await ConversationStore.open())!;
  await eventually(async () => expect(await store.read(id)).toBeDefined());
  await store.change(id, { title: "Leaps", pinned: true });
  keeper.turnTo(id);
  set(chat(question("one"), answer({ text: "1", status: "done" })));
  await keeper.close();
  expect(await store.read(id)).toMatchObject({ title: "Leaps", pinned: true, turns: [{}, { text: "1" }] });
  store.close();
});

test("a write that comes late is no loss to the tab that wrote meanwhile", async () => {
  const [one, two] = [new TabStorage(), new TabStorage()];
  const first = await visit(one, all);
  first.set(chat(question("one")));
  await first.keeper.close();
  const { id } = noteOf(one);
  const record = toRecord(chat(question("one"), answer({ text: "late", status: "stopped" })), {
    ...place,
    id,
    place: "page",
    updatedAt: 1500,
  });
  one.setItem([...one.keys()][0], JSON.stringify({ id, unwritten: { record, seenAt: 1000 } }));
  time = 2000;
  const second = await visit(two, { ...all, wanted: id });
  second.set({ ...second.read(), draft: { text: "of the second" } });
  await second.keeper.close();
  const { restored } = await visit(one, all);
  expect(said(restored!)).toEqual(["one", "late"]);
  expect(restored!.draft.text).toBe("of the second");
});

test("without a database, locks and storage the chat goes on, and keeps nothing", async () => {
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("indexedDB", {
    open: () => {
      throw new DOMException("refused", "SecurityError");
    },
  });
  const refused = new Proxy(
    {},
    {
      get: () => {
        throw new DOMException("refused", "SecurityError");
      },
    },
  );
  const { keeper, restored, set } = await visit(refused as TabStorage);
  expect(restored).toBeUndefined();
  set(chat(question("one")));
  keeper.flush();
  await keeper.close();
});
