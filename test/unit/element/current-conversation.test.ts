// The parts of the element around one conversation, as a page ties them together: two tabs that have the same one open, one
// that is opened while it is open, and what can still be undone once something has come after it.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConversationList } from "../../../src/element/conversation-list.ts";
import { CurrentConversation } from "../../../src/element/current-conversation.ts";
import { english } from "../../../src/element/languages/en.ts";
import { Rewriting } from "../../../src/element/rewriting.ts";
import { ChatSession } from "../../../src/element/session/chat-session.ts";
import { emptyConversation } from "../../../src/element/session/conversation.ts";
import { ConversationStore } from "../../../src/element/session/conversation-store.ts";
import { type Draft, emptyDraft } from "../../../src/element/session/draft.ts";
import type { ChatEngine } from "../../../src/element/session/engine-factory.ts";
import type { Turn, UserTurn } from "../../../src/element/session/turn.ts";
import { UndoOffer } from "../../../src/element/undo-offer.ts";
import { eventually } from "../../support/eventually.ts";
import { pageStorage } from "../../support/page-storage.ts";
import { answered as answer, chat, question } from "../../support/said.ts";

let store: ConversationStore;
const pages: { host: { isConnected: boolean; controllers: { hostDisconnected?(): void }[] } }[] = [];
beforeEach(async () => {
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("localStorage", pageStorage());
  vi.stubGlobal("indexedDB", new IDBFactory());
  store = (await ConversationStore.open())!;
});
afterEach(async () => {
  for (const { host } of pages.splice(0)) {
    host.isConnected = false;
    for (const controller of host.controllers) controller.hostDisconnected?.();
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  store.close();
  vi.unstubAllGlobals();
});

/** Says one word, and the rest when it is told to. */
function engineOf(ended: Promise<void>): ChatEngine {
  const chunk = (content: string) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
  async function* answer(signal: AbortSignal) {
    yield chunk("Once");
    await Promise.race([ended, new Promise((_, reject) => signal.addEventListener("abort", reject))]);
    yield chunk(" more");
  }
  const create = async (_: unknown, { signal }: { signal: AbortSignal }) => answer(signal);
  const info = { dialog: "llama-2", contextLength: 4096 };
  return { info, chat: { completions: { create } }, unload: async () => {} } as unknown as ChatEngine;
}

/** A page with these parts of the element, in a tab of its own. */
async function open(firstConversation?: string) {
  vi.stubGlobal("sessionStorage", pageStorage());
  let draft: Draft = emptyDraft;
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const host = {
    controllers: [] as { hostUpdate?(): void; hostUpdated?(): void; hostDisconnected?(): void }[],
    ...{ isConnected: true, persist: "page", keepAll: true, system: "", firstConversation },
    updateComplete: Promise.resolve(true),
    getAttribute: () => null,
    addController: (controller: object) => void host.controllers.push(controller),
    removeController() {},
    requestUpdate() {
      for (const controller of host.controllers) controller.hostUpdate?.();
      for (const controller of host.controllers) controller.hostUpdated?.();
    },
  };
  const write = (written: Draft) => {
    draft = written;
    host.requestUpdate();
  };
  const told = { progressed() {}, answered() {}, failed() {} };
  const session = new ChatSession({ changed: () => host.requestUpdate(), ...told });
  session.factory = {
    inspectModel: async () => ({ id: "m", label: "m", llama2: false, licenseEvidence: [], stored: true, downloadBytes: 0, needs: [], weightsOffered: ["safetensors"] }),
    createEngine: async () => engineOf(ended),
  }; // prettier-ignore
  const undo = new UndoOffer(host);
  const rewriting = new Rewriting(session, undo, {
    conversation: () => current.data,
    strings: () => english,
    write,
    ask: (text, attachments) => session.ask(text, attachments),
    giveWayTo: (conversation) => current.giveWayTo(conversation),
    follow() {},
    focusDraft() {},
    undoOnPage() {},
  });
  const current: CurrentConversation = new CurrentConversation(host, {
    ...{ session, undo, write, readDraft: () => draft, offer: (one) => rewriting.offer(one) },
    changed() {},
    answering() {},
  });
  const page = { host, session, undo, rewriting, current, write, end: () => end(), draft: () => draft };
  pages.push(page);
  host.requestUpdate();
  await current.restoring;
  session.setModel("owner/name");
  current.model = "owner/name";
  return page;
}

/** A page whose second question is being answered, with its conversation's id. */
async function answering() {
  const page = await open();
  page.session.open(chat(...one));
  const id = page.current.id!;
  await untilKept(id, "1");
  page.rewriting.append("two");
  page.rewriting.send();
  await eventually(() => expect(texts(page.session.turns)).toEqual(["one", "1", "two", "Once"]));
  return { ...page, id };
}

const texts = (turns: readonly Turn[]) => turns.map(({ text }) => text);
const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, 1000 * count));
const untilKept = (id: string, last: string) =>
  eventually(async () => expect((await store.read(id))?.turns.at(-1)?.text).toBe(last));

const file = { id: "f", name: "f.txt", sizeBytes: 1, text: "f" };
const one = [question("one", "1"), answer("1", "2", "1")];
const two = [question("two", "3", "2"), answer("2", "4", "3")];

test("what two tabs have open has one system prompt, one model and one notice of a licence, as either sets them", async () => {
  const first = await open();
  first.session.open(chat(...one));
  const id = first.current.id!;
  await untilKept(id, "1");
  const second = await open(id);
  expect(texts(second.session.turns)).toEqual(["one", "1"]);
  second.session.attribution = "Licensed so.";
  second.host.system = "Be brief.";
  second.current.model = "owner/other";
  second.host.requestUpdate();
  await eventually(() => expect(first.current.data).toMatchObject({ system: "Be brief.", model: "owner/other", attribution: "Licensed so." })); // prettier-ignore
  await seconds(1.5); // neither writes its own over it
  const { updatedAt, ...kept } = (await store.read(id))!;
  expect(kept).toMatchObject({ system: "Be brief.", attribution: "Licensed so.", model: "owner/other" });
  await seconds(1.2);
  expect((await store.read(id))!.updatedAt).toBe(updatedAt);
});

test("the open conversation, opened again while it is answered, goes on with the answer and what is written", async () => {
  const { session, current, id, write, draft, end } = await answering();
  write({ text: "half-writ" });
  current.show((await current.find(id))!);
  expect([session.busy, draft().text, texts(session.turns)]).toEqual([true, "half-writ", ["one", "1", "two", "Once"]]);
  end();
  await eventually(() => expect(session.busy).toBe(false));
  expect(session.turns.at(-1)).toMatchObject({ text: "Once more", status: "done" });
});

test("what is erased in one tab is gone from another, where it is just being answered", async () => {
  const { session, current, id, write, draft, end } = await answering();
  write({ text: "half-writ" });
  const list = (await ConversationList.open("page"))!;
  await list.eraseAll();
  await eventually(() => expect([texts(session.turns), draft().text]).toEqual([[], "half-writ"]));
  end();
  await seconds(1.5); // it is not written again
  expect(current.id).not.toBe(id);
  expect([await store.read(id), (await list.heads()).map(({ title }) => title)]).toEqual([undefined, ["half-writ"]]);
  list.close();
});

test("a turn that was deleted is put back beside what has been said since", async () => {
  const { session, rewriting, undo, end } = await open();
  session.open(chat(...one, ...two));
  rewriting.delete(session.turns[2]);
  rewriting.append("three");
  rewriting.send();
  await eventually(() => expect(texts(session.turns)).toEqual(["one", "1", "three", "Once"]));
  undo.undo();
  expect(texts(session.tree.all)).toEqual(["one", "1", "two", "2", "three", "Once"]);
  expect(texts(session.turns)).toEqual(["one", "1", "three", "Once"]);
  end();
  await eventually(() => expect(session.turns.at(-1)).toMatchObject({ text: "Once more", status: "done" }));
  undo.undo(); // what was taken back goes again
  expect(texts(session.tree.all)).toEqual(["one", "1", "three", "Once more"]);
  undo.undo();
  expect(texts(session.tree.all)).toEqual(["one", "1", "two", "2", "three", "Once more"]);
});

test("what comes before a question since then is put back before it", async () => {
  const { session, rewriting, undo, end } = await open();
  session.open(chat(...one, ...two));
  rewriting.delete(session.turns[0]);
  end();
  await session.ask("three");
  undo.undo();
  expect(texts(session.turns)).toEqual(["one", "1", "two", "2", "three", "Once more"]);
});

test("a deletion in one conversation is not undone in another", async () => {
  const { session, current, rewriting, undo, write, host } = await open();
  session.open(chat(...one, ...two));
  host.system = "Of the first.";
  write({ text: "draft of the first" });
  const id = current.id!;
  await untilKept(id, "2");
  current.show({ ...emptyConversation("Of the other."), id: "other", turns: [question("other", "7")] });
  write({ text: "draft of the other" });
  current.show((await current.find(id))!);
  rewriting.delete(session.turns[2]);
  current.show((await current.find("other"))!);
  undo.undo();
  await seconds(0.7);
  expect(await store.read(id)).toMatchObject({ system: "Of the first.", draft: { text: "draft of the first" } });
  expect(current.id).toBe("other");
});

test("what was taken out of a draft is not put into another conversation's, and an edit that was begun since goes on", async () => {
  const { session, current, rewriting, undo, write, draft } = await open();
  const taken = { text: "Taken out.", conversation: { draft: { text: "", attachments: [file] } } };
  rewriting.offer(taken); // of a conversation in which nothing has been said yet
  current.show({ ...emptyConversation(), id: "other", turns: [question("other", "7")] });
  undo.undo();
  expect(draft()).toEqual(emptyDraft);
  session.open(chat(...one));
  rewriting.edit(session.turns[0] as UserTurn);
  write({ ...draft(), text: "" });
  rewriting.offer(taken);
  undo.undo();
  expect(draft()).toMatchObject({ text: "", attachments: [file], question: "1", aside: "" });
});

test("a closed conversation that is opened again is not closed, and nothing is to be undone", async () => {
  const { session, current, rewriting, undo } = await open();
  session.open(chat(...one));
  const id = current.id!;
  await untilKept(id, "1");
  rewriting.replace(current.anew(), "Closed.");
  const second = await open(id);
  second.session.open(chat(...one, ...two));
  await untilKept(id, "2");
  current.show((await current.find(id))!);
  undo.undo();
  expect(texts(session.turns)).toEqual(["one", "1", "two", "2"]);
});

test("a draft stays with its conversation when one with another model is opened", async () => {
  const { session, current, write } = await open();
  session.open(chat(...one));
  const id = current.id!;
  await untilKept(id, "1");
  rewritten(current, session);
  session.open(chat(question("other", "7"), answer("3", "8", "7")));
  const other = current.id!;
  await untilKept(other, "3");
  write({ text: "half-writ" });
  const found = (await current.find(id))!;
  current.turnTo(); // as the element does for another model
  session.setModel("owner/other");
  current.show(found);
  await seconds(0.7);
  const ids = (await store.heads("page")).map((head) => head.id);
  expect(ids.sort()).toEqual([id, other].sort());
  expect((await store.read(other))?.draft.text).toBe("half-writ");

  function rewritten(open: CurrentConversation, said: ChatSession) {
    open.turnTo();
    said.open(emptyConversation());
  }
});
