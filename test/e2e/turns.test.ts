// What is done with existing turns: an earlier question reworded, a turn deleted, a message, code or a conversation copied;
// and one conversation in which two tabs answer at the same time.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Page } from "playwright";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import type { PronkChat } from "../../src/element/index.ts";
import { askStaged, importStaged, stageEngine } from "../../tools/screenshots/staged-engine.ts";
import { browserKinds } from "../support/harness.ts";
import { draftOf, listenForTrouble, press, startSite, turnsOf, untilState, write } from "./chat-site.ts";

let server: FileServer;
beforeAll(async () => void (server = await startSite()));
afterAll(async () => server?.close());

const code = "let leap = 204;\n";
const answers = ["First answer.", `Here:\n\n\`\`\`js\n${code}\`\`\``, "Third answer."];
const script = { label: "m", dialog: "llama-2" as const, autoload: true, answers };

describe.each(browserKinds)("turns in %s", (kind) => {
  let page: BrowserPage;
  let trouble: string[];
  beforeAll(async () => {
    page = await launch(kind, { adapter: "none" });
    trouble = listenForTrouble(page);
    await page.goto(`${server.origin}/`);
  });
  beforeEach(async () => {
    trouble.length = 0;
    await page.evaluate(stageEngine, script);
    await page.evaluate(askStaged, "one");
    await page.evaluate(askStaged, "two");
    await untilTexts(["one", answers[0], "two", answers[1]]);
    await untilState(page, "ready");
  });
  afterEach(() => expect(trouble).toEqual([]));
  afterAll(async () => page?.close());

  const texts = async () => (await turnsOf(page)).map(({ text }) => text);
  const untilTexts = (wanted: string[]) => expect.poll(texts).toEqual(wanted);
  const first = ".question:first-of-type";

  test("an earlier question is asked in other words, and what came of the first ones stays beside it", async () => {
    await press(page, `${first} [data-action=edit]`);
    await expect.poll(() => draftOf(page)).toBe("one");
    await write(page, "one, better");
    await press(page, "[data-action=send]");
    await untilTexts(["one, better", answers[2]]);
    await untilState(page, "ready");
    await press(page, `${first} [data-action=earlier-branch]`);
    await untilTexts(["one", answers[0], "two", answers[1]]);
    await press(page, `${first} [data-action=later-branch]`);
    await untilTexts(["one, better", answers[2]]);
  });

  test("a deleted question takes its answer along, and both come back", async () => {
    await press(page, `${first} [data-action=delete-turn]`);
    await untilTexts(["two", answers[1]]);
    await press(page, "[data-action=undo-last]");
    await untilTexts(["one", answers[0], "two", answers[1]]);
    await press(page, ".answer:last-of-type [data-action=delete-turn]"); // the only one: its question goes, too
    await untilTexts(["one", answers[0]]);
    await press(page, "[data-action=undo-last]");
    await untilTexts(["one", answers[0], "two", answers[1]]);
  });

  test("a question, an answer and its code are copied as they were written, a conversation as Markdown", async () => {
    await page.evaluate(() => {
      const copied: string[] = [];
      Object.assign(globalThis, { copied });
      const clipboard = { writeText: async (text: string) => void copied.push(text) };
      Object.defineProperty(navigator, "clipboard", { value: clipboard, configurable: true });
    });
    const copied = () => page.evaluate<string[]>(() => (globalThis as unknown as { copied: string[] }).copied);
    await press(page, `${first} [data-action=copy-question]`);
    await press(page, ".answer:last-of-type [data-action=copy]");
    await press(page, ".copy-code");
    await expect.poll(copied).toEqual(["one", answers[1], code]);
    const button = () =>
      page.evaluate<string>(
        () => document.querySelector("pronk-chat")!.shadowRoot!.querySelector(".copy-code")!.textContent,
      );
    expect(await button()).toBe("Copied");
    await page.evaluate(importStaged, ["Why do they leap?"]);
    await press(page, "#open-list");
    await press(page, "[data-action=copy-conversation]");
    await expect.poll(async () => (await copied()).at(-1)).toContain("## You\n\nWhy do they leap?");
    await press(page, "#open-list[aria-expanded=true]");
  });
});

test("two tabs that answer in one conversation at the same time lose neither question nor answer", async () => {
  const page = await launch("chromium", { adapter: "none" });
  const context = page.playwright!.context();
  const tabs: Page[] = [page.playwright!, await context.newPage()];
  const keep = async (tab: Page, label: string, id?: string) => {
    await tab.goto(`${server.origin}/`);
    await tab.evaluate(stageEngine, { ...script, answers: [`${label} says so. `.repeat(40)], piecesAtATime: 1 });
    return tab.evaluate(async (known) => {
      const chat = document.querySelector<PronkChat>("pronk-chat")!;
      if (known !== undefined) chat.firstConversation = known;
      chat.persist = "page";
      await chat.updateComplete;
      while (chat.conversation.id === undefined) await new Promise((done) => setTimeout(done, 20));
      return chat.conversation.id;
    }, id);
  };
  const all = (tab: Page) =>
    tab.evaluate(() => {
      const { branches, turns } = document.querySelector<PronkChat>("pronk-chat")!.conversation;
      return [...new Set([...(branches ?? []), ...turns].map(({ text }) => text.trim()))].sort();
    });
  const ask = (tab: Page, words: string) =>
    tab.evaluate((text) => void document.querySelector<PronkChat>("pronk-chat")!.ask(text), words);
  try {
    const id = await keep(tabs[0], "The first tab");
    await ask(tabs[0], "before");
    await expect.poll(() => tabs[0].evaluate(() => document.querySelector("pronk-chat")!.state)).toBe("ready");
    await expect.poll(async () => (await all(tabs[0])).length).toBe(2);
    await tabs[0].waitForTimeout(800); // it is written
    expect(await keep(tabs[1], "The second tab", id)).toBe(id);
    await expect.poll(async () => (await all(tabs[1])).length).toBe(2);
    await Promise.all([ask(tabs[0], "of the first"), ask(tabs[1], "of the second")]);
    const wanted = [
      "The second tab says so. ".repeat(40).trim(),
      "Yes.",
      "The first tab says so. ".repeat(40).trim(),
      "before",
      "of the first",
      "of the second",
    ].sort();
    for (const tab of tabs) await expect.poll(() => all(tab), { timeout: 30_000 }).toEqual(wanted);
    await tabs[0].reload();
    await expect.poll(() => all(tabs[0]), { timeout: 30_000 }).toEqual(wanted);
  } finally {
    await page.close();
  }
});
