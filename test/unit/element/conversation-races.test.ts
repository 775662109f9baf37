// What nothing may take away of a conversation: a write that fails, one that ends late, another tab that says or deletes
// something meanwhile, a page that goes in between.

import "fake-indexeddb/auto";
import { forceCloseDatabase, IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  type Conversation,
  emptyConversation,
  type OpenConversation,
} from "../../../src/element/session/conversation.ts";
import { toRecord } from "../../../src/element/session/conversation-record.ts";
import { ConversationKeeper } from "../../../src/element/session/conversation-keeper.ts";
import { ConversationStore } from "../../../src/element/session/conversation-store.ts";
import { eventually } from "../../support/eventually.ts";
import { pageStorage } from "../../support/page-storage.ts";
import { answered as answer, chat, question } from "../../support/said.ts";

const texts = ({ turns, branches = [] }: Conversation) => [...new Set([...branches, ...turns])].map(({ text }) => text);
const failing = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
const refuse = () => {
  throw new DOMException("full", "QuotaExceededError");
};

let time: number;
let store: ConversationStore;
const keepers: ConversationKeeper[] = [];
beforeEach(async () => {
  time = 1000;
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("indexedDB", new IDBFactory());
  store = (await ConversationStore.open())!;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(keepers.splice(0).map((keeper) => keeper.close()));
  store.close();
  vi.unstubAllGlobals();
});

/** A visit to the page in a tab, whose sessionStorage it is. */
async function visit(tab = pageStorage(), wanted?: string) {
  vi.stubGlobal("sessionStorage", tab);
  let shown: OpenConversation = emptyConversation();
  const host = { read: () => shown, update: (other: Conversation) => Boolean((shown = other)), erased() {} };
  const keeper = new ConversationKeeper("page", host, { all: true, now: () => time });
  keepers.push(keeper);
  shown = (await keeper.restore(wanted)) ?? shown;
  return {
    keeper,
    tab,
    id: keeper.id!,
    read: host.read,
    set(conversation: OpenConversation) {
      shown = conversation;
      keeper.changed();
    },
  };
}
const stored = async (id: string) => (await store.read(id))?.turns.map(({ text }) => text);
/** Until what was begun is written. */
const written = (id: string, ...expected: string[]) =>
  eventually(async () => expect(await stored(id)).toEqual(expected));

test("what was written in time does not come again after a reload, over what came after it", async () => {
  const { keeper, tab, id, set } = await visit();
  set(chat(question("one", "1"), answer("Once", "2", "1")));
  keeper.turnTo();
  set(emptyConversation());
  await written(id, "one", "Once");
  time = 2000;
  const whole = { ...(await store.read(id))!, updatedAt: time };
  await store.write(
    { ...whole, turns: [whole.turns[0], { ...whole.turns[1], text: "Once upon a time" }] },
    () => whole,
  );
  const again = await visit(tab);
  expect(texts((await again.keeper.find(id))!)).toEqual(["one", "Once upon a time"]);
});

test("what is erased does not come again after a reload", async () => {
  const { keeper, tab, id, set } = await visit();
  set(chat(question("one", "1")));
  keeper.turnTo();
  set(emptyConversation());
  await written(id, "one");
  await store.delete([id]);
  expect(await (await visit(tab)).keeper.find(id)).toBeUndefined();
});

test("of an answer that two tabs went on with, the newer words stay when a tab comes back that has older ones", async () => {
  const { tab, id, keeper, set } = await visit();
  const cut = answer("Once", "2", "1");
  set({ ...chat(question("one", "1"), cut), draft: { text: "old" } });
  await keeper.close();
  const late = { ...(await store.read(id))!, system: "old" };
  time = 2000;
  const newer = { ...late, updatedAt: time, system: "new", draft: { text: "new" } };
  await store.write({ ...newer, turns: [late.turns[0], { ...late.turns[1], text: "Once upon a time" }] }, () => late);
  tab.setItem("pronk.conversation.page", JSON.stringify({ id, unwritten: { record: late, seenAt: 500 } }));
  const { read } = await visit(tab);
  expect(texts(read())).toEqual(["one", "Once upon a time"]);
  expect(read()).toMatchObject({ system: "new", draft: { text: "new" } });
});

test("a conversation is opened as it is shown: what another tab has said beside it stays", async () => {
  const { keeper, id, set } = await visit();
  const left = chat(question("one", "1"), answer("Once", "2", "1"));
  set(left);
  keeper.turnTo();
  set(emptyConversation());
  const other = await visit(pageStorage(), id);
  other.set(chat(...other.read().turns, question("of the other", "3", "2")));
  other.keeper.flush();
  await written(id, "one", "Once", "of the other");
  await keeper.find(id);
  keeper.turnTo(id, left); // as its answer goes on here
  set(left);
  await keeper.close();
  expect(await stored(id)).toEqual(["one", "Once", "of the other"]);
});

test("a write that fails takes nothing from one that has begun meanwhile", async () => {
  const { keeper, id, set, read } = await visit();
  set(chat(question("one", "1")));
  keeper.flush();
  await written(id, "one");
  const { write } = ConversationStore.prototype;
  vi.spyOn(ConversationStore.prototype, "write").mockImplementationOnce(failing);
  set(chat(...read().turns, answer("Once", "2", "1")));
  keeper.flush();
  set(chat(...read().turns, question("two", "3", "2")));
  keeper.flush();
  await written(id, "one", "Once", "two");
  expect(ConversationStore.prototype.write).not.toBe(write);
  expect(texts(read())).toEqual(["one", "Once", "two"]);
});

test("what a tab had no time to write is kept there until it is written", async () => {
  const { keeper, tab, id, set } = await visit();
  set(chat(question("one", "1")));
  await keeper.close();
  const late = { ...toRecord(chat(question("one", "1"), question("late", "2", "1")), (await store.read(id))!) };
  const record = { ...late, updatedAt: 1500 };
  tab.setItem("pronk.conversation.page", JSON.stringify({ id, unwritten: { record, seenAt: 1000 } }));
  vi.spyOn(ConversationStore.prototype, "write").mockImplementationOnce(failing);
  const first = await visit(tab);
  expect(texts(first.read())).toContain("late");
  await first.keeper.close();
  expect(texts((await visit(tab)).read())).toContain("late");
});

test("a conversation that is deleted for good elsewhere, and goes on here, is no deleted one", async () => {
  const { keeper, tab, id, set } = await visit();
  set(chat(question("one", "1")));
  keeper.flush();
  await written(id, "one");
  await store.change(id, { deletedAt: 1500 });
  set({ ...chat(question("one", "1")), draft: { text: "hm" } });
  keeper.flush();
  await eventually(async () => expect((await store.read(id))?.draft.text).toBe("hm"));
  await store.delete([id]); // after an hour
  set(chat(question("one", "1"), question("two", "2", "1")));
  await keeper.close();
  expect(texts((await visit(tab)).read())).toEqual(expect.arrayContaining(["one", "two"]));
});

test("what is shown once a conversation is let go of is not written in its place", async () => {
  const { keeper, tab, set } = await visit();
  set(chat(question("one", "1")));
  const closing = keeper.close();
  set(emptyConversation());
  keeper.flush(); // the page goes
  await closing;
  expect(texts((await visit(tab)).read())).toContain("one");
});

test("an answer that goes on in a conversation that was left is kept, though the write before failed", async () => {
  const { keeper, id, set, read } = await visit();
  set(chat(question("one", "1"), answer("Once", "2", "1")));
  vi.spyOn(ConversationStore.prototype, "write").mockImplementationOnce(failing);
  const left = read();
  const keep = keeper.leave(() => left);
  keeper.turnTo();
  expect(await keep()).toBe(true);
  expect(await stored(id)).toEqual(["one", "Once"]);
});

test("nor does it bring back a conversation that is deleted at that moment", async () => {
  const { keeper, id, set, read } = await visit();
  set(chat(question("one", "1"), answer("Once", "2", "1")));
  let left = read();
  const keep = keeper.leave(() => left);
  keeper.turnTo();
  await written(id, "one", "Once");
  left = chat(question("one", "1"), answer("Once upon", "2", "1"));
  const keeping = keep();
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  await store.change(id, { deletedAt: 1500 });
  await keeping;
  expect((await store.read(id))?.deletedAt).toBe(1500);
});

test("what was written before a deletion does not take it back, however late it comes", async () => {
  const { keeper, id, set } = await visit();
  set(chat(question("one", "1")));
  await keeper.close();
  const before = (await store.read(id))!;
  await store.change(id, { deletedAt: 1500 });
  await store.write(before); // as a tab of an earlier release still has it
  expect((await store.read(id))?.deletedAt).toBe(1500);
  await store.write({ ...before, updatedAt: 2000 });
  expect((await store.read(id))?.deletedAt).toBeUndefined();
});

test("where a tab has no room for what can be undone, it still keeps what is open and what is not written yet", async () => {
  const tab = pageStorage();
  const full = {
    ...tab,
    setItem: (key: string, value: string) => (value.length > 2000 ? refuse() : tab.setItem(key, value)),
  };
  const { keeper, set, id } = await visit(full);
  const long = { text: "Closed.", conversation: chat(question("long ".repeat(1000), "1")) };
  vi.spyOn(ConversationStore.prototype, "write").mockImplementation(failing);
  set({ ...chat(question("one", "2")), restorable: long });
  keeper.flush();
  const again = await visit(full);
  expect(again.id).toBe(id);
  expect(texts(again.read())).toContain("one");
});

test("a database that the browser has closed is opened again", async () => {
  const opened = vi.spyOn(indexedDB, "open");
  const { keeper, id, set, tab } = await visit();
  set(chat(question("one", "1")));
  keeper.flush();
  await written(id, "one");
  const databases = opened.mock.results.map(
    ({ value }) => (value as IDBOpenDBRequest).result as IDBDatabase | undefined,
  );
  const own = databases.findLast((database) => database?.name === "pronk-chats");
  forceCloseDatabase(own as unknown as Parameters<typeof forceCloseDatabase>[0]);
  await eventually(async () => expect(await keeper.find(id)).toBeDefined());
  set(chat(question("one", "1"), question("two", "2", "1")));
  await keeper.close();
  tab.setItem("pronk.conversation.page", JSON.stringify({ id })); // and nothing else
  expect(texts((await visit(tab)).read())).toContain("two");
});

test("a conversation that a later release has kept, and this one can't read, is not written over", async () => {
  const { keeper, id, set, tab } = await visit();
  set(chat(question("one", "1")));
  await keeper.close();
  const later = { ...(await store.read(id))!, version: 3 };
  const database = await openDB("pronk-chats");
  await database.put("conversations", later);
  const again = await visit(tab);
  again.set({ ...emptyConversation(), draft: { text: "hm" } });
  await again.keeper.close();
  expect(await database.get("conversations", id)).toEqual(later);
  expect((await visit(tab)).read().draft.text).toBe("hm");
  await expect(store.write({ ...later, version: 2 })).rejects.toThrow("later release");
  database.close();
});
