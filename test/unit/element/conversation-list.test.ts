// The list of what is kept: order, search, names, deletion and its undo; and conversations as files, there and back.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test, vi } from "vitest";
import { models } from "../../../src/index.ts";
import { ConversationList } from "../../../src/element/conversation-list.ts";
import { emptyConversation } from "../../../src/element/session/conversation.ts";
import { fromRecord, toRecord } from "../../../src/element/session/conversation-record.ts";
import { ConversationStore } from "../../../src/element/session/conversation-store.ts";
import { answerTurn, type Turn } from "../../../src/element/session/turn.ts";

let list: ConversationList;
let store: ConversationStore;
beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  store = (await ConversationStore.open())!;
  list = (await ConversationList.open("page"))!;
  return () => (store.close(), list.close(), vi.unstubAllGlobals());
});

const turnsOf = (asked: string, answered: string): Turn[] => [
  { role: "user", id: `q-${asked}`, text: asked },
  { ...answerTurn(`a-${asked}`), text: answered, status: "done" },
];

function keep(id: string, [asked, answered]: [string, string], updatedAt: number, place = "page") {
  const conversation = { ...emptyConversation("Be brief."), turns: turnsOf(asked, answered), model: "owner/name" };
  const record = toRecord(conversation, { id, place, title: "", pinned: false, createdAt: 1, updatedAt });
  return store.write({ ...record, attribution: "Licensed so." });
}
const titles = async (search?: string) => (await list.heads(search)).map(({ title }) => title);

test("the newest come first, pinned ones before them; another element's are not listed", async () => {
  await keep("1", ["one", "first"], 10);
  await keep("2", ["two", "second"], 20);
  await keep("3", ["three", "third"], 30, "elsewhere");
  expect(await titles()).toEqual(["two", "one"]);
  await list.pin("1", true);
  expect(await titles()).toEqual(["one", "two"]);
  await list.rename("1", " Leaps ");
  expect(await titles()).toEqual(["Leaps", "two"]);
  await list.rename("1", "");
  expect(await titles()).toEqual(["one", "two"]);
});

test("search finds all words in any turn or name, in any case", async () => {
  await keep("1", ["Why do springboks leap?", "They PRONK."], 10);
  await keep("2", ["Tell a story", "Once upon a time"], 20);
  expect(await titles("pronk SPRINGBOKS")).toEqual(["Why do springboks leap?"]);
  expect(await titles("springboks time")).toEqual([]);
  await list.rename("2", "Bedtime");
  expect(await titles("bedtime")).toEqual(["Bedtime"]);
});

test("what the KV cache held of a conversation goes when it is deleted, erased, or emptied", async () => {
  const deleteCache = vi.spyOn(models, "deleteCache");
  const gone = () => deleteCache.mock.calls.splice(0).flat();
  await keep("1", ["one", "first"], 10);
  await keep("2", ["two", "second"], 20);
  await list.rename("1", "Other");
  expect(gone()).toEqual([]);
  await list.delete("1");
  expect(gone()).toEqual(["conversation 1"]);
  await list.restore("1");
  expect(gone()).toEqual([]);
  await list.eraseAll();
  expect(gone().sort()).toEqual(["conversation 1", "conversation 2"]);
  const record = await keep("3", ["three", "third"], 30);
  await store.write({ ...record, turns: [] }, () => record);
  expect(gone()).toEqual(["conversation 3"]);
});

test("a deletion can be taken back; erased is erased, in this place only", async () => {
  await keep("1", ["one", "first"], 10);
  await keep("3", ["three", "third"], 30, "elsewhere");
  await list.delete("1");
  expect([await titles(), await titles("one")]).toEqual([[], []]);
  await list.restore("1");
  expect(await titles()).toEqual(["one"]);
  await list.delete("1");
  const later = (await ConversationStore.open(Date.now() + 2 * 3600_000))!;
  expect(await later.read("1")).toBeUndefined();
  later.close();
  await keep("2", ["two", "second"], 20);
  await list.eraseAll();
  expect(await titles()).toEqual([]);
  expect(await store.read("2")).toBeUndefined();
  expect(await store.read("3")).toBeDefined();
});

test("a file has OpenAI's messages and the licence's line, and comes back whole beside what is there", async () => {
  await keep("1", ["one", "first"], 10);
  const json = await list.json();
  expect(JSON.parse(json)).toMatchObject({
    conversations: [
      {
        title: "one",
        attribution: "Licensed so.",
        messages: [
          { role: "system", content: "Be brief." },
          { role: "user", content: "one" },
          { role: "assistant", content: "first" },
        ],
      },
    ],
  });
  const [id] = await list.import(json);
  expect(id).not.toBe("1");
  expect(await titles()).toEqual(["one", "one"]);
  const [before, after] = [fromRecord((await store.read("1"))!), fromRecord((await store.read(id))!)];
  expect({ ...after, id: "1" }).toEqual(before);
  const markdown = await list.markdown("1");
  expect(markdown).toContain("## You\n\none\n\n## Answer\n\nfirst");
  expect(markdown).toContain("Licensed so.");
});

test("a plain list of messages is a conversation, too; anything else is refused by name", async () => {
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Hello" },
  ];
  const [id] = await list.import(JSON.stringify(messages));
  expect(fromRecord((await store.read(id))!)).toMatchObject({
    system: "Be brief.",
    turns: [{ text: "Hi" }, { text: "Hello", status: "done" }],
  });
  const refused = (text: string) => expect(list.import(text)).rejects;
  await refused("not json").toMatchObject({ code: "format" });
  await refused("{}").toMatchObject({ code: "format", message: expect.stringContaining("messages") });
  await refused('[{"role":"tool","content":"x"}]').toMatchObject({ message: expect.stringContaining('"tool"') });
  await refused('[{"role":"user","content":[]}]').toMatchObject({
    message: expect.stringContaining("messages[0].content"),
  });
  expect(await titles()).toEqual(["Hi"]);
});
