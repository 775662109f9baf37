// What a release keeps of a conversation opens in later ones: a record exactly as it was written on 2026-11-28. And a tab that
// is open while a newer page changes the database loses nothing of what is said in it.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, expect, test, vi } from "vitest";
import { emptyConversation, type OpenConversation } from "../../../src/element/session/conversation.ts";
import { ConversationKeeper } from "../../../src/element/session/conversation-keeper.ts";
import { PronkError } from "../../../src/errors.ts";

const keepers: ConversationKeeper[] = [];
afterEach(async () => {
  await Promise.all(keepers.splice(0).map((keeper) => keeper.close()));
  vi.unstubAllGlobals();
});

const version1 = {
  version: 1,
  id: "of-version-1",
  place: "page",
  updatedAt: 1000,
  model: "owner/name",
  system: "Be brief.",
  turns: [
    { role: "user", id: 1, text: "one" },
    {
      role: "assistant", id: 2, text: "1", status: "done", droppedMessages: 0, droppedTokens: 0,
      usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
    },
    { role: "user", id: 3, text: "two" },
    {
      role: "assistant", id: 4, text: "", status: "failed", droppedMessages: 1,
      error: { name: "PronkError", message: "gone", code: "device-lost", facts: { reason: "unknown" } },
    },
  ],
  continuation: { text: "Once upon", addedFrom: 4 },
  draft: { text: "half-writ", aside: "kept aside" },
  restorable: { text: "Dropped.", waits: true, conversation: { draft: { text: "before" } } },
}; // prettier-ignore

/** A database of a version, with these records. */
const database = (name: string, version: number, ...records: object[]) =>
  new Promise<void>((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onblocked = () => reject(new Error("another page holds it"));
    request.onerror = () => reject(request.error);
    request.onupgradeneeded = () =>
      request.transaction!.db.objectStoreNames.contains("conversations") ||
      request.result.createObjectStore("conversations", { keyPath: "id" });
    request.onsuccess = () => {
      const writing = request.result.transaction("conversations", "readwrite");
      for (const record of records) writing.objectStore("conversations").put(record);
      writing.oncomplete = () => (request.result.close(), resolve());
    };
  });

function open(tab: Map<string, string>, read: () => OpenConversation) {
  const sessionStorage = {
    getItem: (key: string) => tab.get(key) ?? null,
    setItem: (key: string, value: string) => void tab.set(key, value),
  };
  vi.stubGlobal("sessionStorage", sessionStorage);
  const keeper = new ConversationKeeper("page", { read, update: () => true, erased() {} }, { now: () => 2000 });
  keepers.push(keeper);
  return keeper;
}

test("a conversation of version 1 comes back whole", async () => {
  await database("pronk-conversations", 1, version1);
  const tab = new Map([["pronk.conversation.page", '{"id":"of-version-1"}']]);
  const restored = (await open(tab, emptyConversation).restore())!;
  const { turns, restorable } = restored;
  expect(restored).toMatchObject({
    model: "owner/name",
    system: "Be brief.",
    draft: { text: "half-writ", aside: "kept aside" },
    continuation: { text: "Once upon", addedFrom: 4 },
  });
  expect(turns.map(({ role, text }) => [role, text])).toEqual([
    ["user", "one"],
    ["assistant", "1"],
    ["user", "two"],
    ["assistant", ""],
  ]);
  expect(turns[1]).toMatchObject({ status: "done", usage: { completion_tokens: 1 } });
  expect(turns[3]).toMatchObject({ status: "failed", droppedMessages: 1, error: expect.any(PronkError) });
  expect(restorable).toMatchObject({ text: "Dropped.", waits: true, conversation: { draft: { text: "before" } } });
});

test("a tab that is open while a newer page upgrades the database lets it, and keeps what is said since", async () => {
  const tab = new Map<string, string>();
  let conversation = emptyConversation();
  const keeper = open(tab, () => conversation);
  await keeper.restore();
  await database("pronk-chats", 2); // the newer page's: this tab doesn't block it
  conversation = { ...conversation, draft: { text: "written after the update" } };
  keeper.changed();
  keeper.flush(); // the page reloads
  await keeper.close();
  // What the newer page finds, in the form that it knows.
  expect(JSON.parse(tab.get("pronk.conversation.page")!)).toMatchObject({
    unwritten: { record: { version: 2, draft: { text: "written after the update" } } },
  });
});

test("what a tab of the earlier release writes after the update is taken at the next start, as often as it comes", async () => {
  const held = {
    id: "still-open",
    place: "page",
    version: 1,
    system: "",
    continuation: { text: "" },
    draft: { text: "" },
  };
  const locks = {
    request: async (_: string, __: object, own: () => Promise<void>) => own(),
    query: async () => ({ held: [{ name: "pronk:conversation:still-open" }] }),
  };
  vi.stubGlobal("navigator", { locks });
  vi.stubGlobal("indexedDB", new IDBFactory());
  const turns = [{ role: "user", id: 1, text: "one" }];
  await database("pronk-conversations", 1, { ...held, updatedAt: 1000, turns });
  const first = open(new Map(), emptyConversation);
  await first.restore();
  expect((await first.find("still-open"))?.turns[0].text).toBe("one");
  await database("pronk-conversations", 1, {
    ...held,
    updatedAt: 1500,
    turns: [...turns, { role: "assistant", id: 2, text: "1", status: "done", droppedMessages: 0 }],
  });
  await first.close();
  const second = open(new Map(), emptyConversation);
  await second.restore();
  expect((await second.find("still-open"))?.turns.map(({ text }) => text)).toEqual(["one", "1"]);
});
