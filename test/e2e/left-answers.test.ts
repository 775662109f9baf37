// An answer goes on when another conversation is opened, in Chromium: the list shows it, a question in the other conversation
// waits its turn and says so, and each is kept in its own, also over a reload. And the next question of a conversation with a
// context length of its own loads the model with it. The engine is staged: a word every 20 ms, one answer at a time.

import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { ask, listenForTrouble, press, send, showModel, startSite, turnsOf, untilState } from "./chat-site.ts";

const { parent, folder } = writeByteModel({ contextLength: 2048 });
let server: FileServer;
let page: BrowserPage;
let trouble: string[];

beforeAll(async () => {
  server = await startSite({ tiny: folder });
  page = await launch("chromium");
  page.playwright!.setDefaultTimeout(20_000);
  trouble = listenForTrouble(page);
  await visit();
});
afterAll(async () => {
  await page?.close();
  await server?.close();
  rmSync(parent, { recursive: true });
});

async function visit(): Promise<void> {
  await page.goto(`${server.origin}/`);
  await page.evaluate(async () => {
    const chat = document.querySelector("pronk-chat")!;
    while (!chat.model) await new Promise((done) => setTimeout(done, 10)); // the page's own choice comes first
    let last: Promise<unknown> = Promise.resolve();
    async function* words(count: number, signal: AbortSignal) {
      const before = last;
      let free = () => {};
      last = new Promise<void>((resolve) => (free = resolve));
      try {
        await before;
        for (let at = 1; at <= count; at++) {
          signal.throwIfAborted();
          await new Promise((done) => setTimeout(done, 20));
          yield { choices: [{ index: 0, delta: { content: `word ${at} ` }, finish_reason: null }] };
        }
      } finally {
        free();
      }
    }
    const summary = { id: "m", label: "m", llama2: false, licenseEvidence: [], stored: true, downloadBytes: 0, needs: [], weightsOffered: ["safetensors"] }; // prettier-ignore
    const create = async (request: { max_tokens: number }, { signal }: { signal: AbortSignal }) =>
      words(request.max_tokens, signal);
    async function* goOn(request: { max_tokens: number }, { signal }: { signal: AbortSignal }) {
      for await (const { choices } of words(request.max_tokens, signal))
        yield { choices: [{ text: choices[0].delta.content }], pronk: { context_full: false } };
    }
    const engineFactory = {
      inspectModel: async () => summary,
      createEngine: async (model: unknown, { contextLength = 2048 }: { contextLength?: number }) => ({
        info: { model: "m", dialog: model === "staged/base" ? undefined : "llama-2", contextLength, warnings: [] },
        chat: { completions: { create } },
        completions: { create: goOn },
        unload: async () => {},
      }),
    };
    Object.assign(chat, { engineFactory, model: "staged/model", autoload: true });
  });
  await untilState(page, "ready");
}
const settle = (settings: object) =>
  page.evaluate(
    (wanted: object) => void Object.assign(document.querySelector("pronk-chat")!, { settings: wanted }),
    settings,
  );
const answering = () => page.evaluate<number>(() => document.querySelector("pronk-chat")!.answering.length);
const openList = async () => {
  if (!(await page.playwright!.locator(".conversations").count())) await press(page, "#open-list");
};
const item = (title: string) => page.playwright!.locator(".conversation-item", { hasText: title });

test("it is finished in its own conversation, while a question in another one waits its turn", async () => {
  await settle({ temperature: 0, max_tokens: 150 });
  await send(page, "the first question");
  await untilState(page, "answering");
  await openList();
  await press(page, "[data-action=begin]");
  expect(await turnsOf(page)).toEqual([]);
  await expect.poll(() => item("the first question").locator(".being-answered").count()).toBe(1);
  await settle({ temperature: 0, max_tokens: 8 });
  await send(page, "the second question");
  await expect
    .poll(() => page.playwright!.locator("pronk-chat .queued").textContent())
    .toContain("Another conversation is being answered");
  await expect.poll(async () => (await turnsOf(page)).at(-1)?.status, { timeout: 60_000 }).toBe("done");
  await expect.poll(answering, { timeout: 20_000 }).toBe(0);
  await expect.poll(() => page.playwright!.locator(".being-answered").count()).toBe(0);
  await page.playwright!.waitForTimeout(1000); // both are written, so that the list stands still beneath the pointer
  await item("the first question").locator("[data-action=open-conversation]").click();
  await expect.poll(async () => (await turnsOf(page)).map(({ text }) => text)[0]).toBe("the first question");
  expect((await turnsOf(page)).at(-1)?.status).toBe("done");
  const said = await turnsOf(page);
  expect(said.at(-1)!.text).toMatch(/word 150 $/);
  await page.playwright!.reload();
  await expect.poll(async () => (await turnsOf(page)).at(-1)?.text, { timeout: 20_000 }).toBe(said.at(-1)!.text);
});

test("it is joined again, and stopped, where it is", async () => {
  await visit();
  await openList();
  await press(page, "[data-action=begin]");
  await settle({ temperature: 0, max_tokens: 1000 });
  await send(page, "the third question");
  await expect.poll(async () => (await turnsOf(page)).at(-1)?.status).toBe("streaming");
  await press(page, "[data-action=begin]"); // another one is opened
  await untilState(page, "ready");
  expect(await answering()).toBe(1);
  await item("the third question").locator("[data-action=open-conversation]").click();
  await untilState(page, "answering");
  await press(page, "[data-action=stop]");
  await untilState(page, "ready");
  expect((await turnsOf(page)).at(-1)).toMatchObject({ status: "stopped" });
  expect(await answering()).toBe(0);
});

test("a text that a model without dialogue continues goes on likewise", async () => {
  await press(page, "[data-action=begin]");
  await showModel(page, "staged/base", true);
  await untilState(page, "ready");
  await settle({ temperature: 0, max_tokens: 120 });
  const { playwright } = page;
  const text = () => playwright!.inputValue("pronk-chat .continue textarea");
  await playwright!.fill("pronk-chat .continue textarea", "Once there was ");
  await press(page, "[data-action=continue]");
  await expect.poll(text).toContain("word 2 ");
  await press(page, "[data-action=begin]");
  expect([await text(), await answering()]).toEqual(["", 1]);
  await expect.poll(() => item("Once there was").locator(".being-answered").count()).toBe(1);
  await expect.poll(answering, { timeout: 20_000 }).toBe(0);
  await item("Once there was").locator("[data-action=open-conversation]").click();
  await expect.poll(text).toMatch(/^Once there was word 1 .*word 120 $/);
  await showModel(page, "staged/model", true);
  await untilState(page, "ready");
});

test("a conversation's context length is the model's from its next question on", async () => {
  await press(page, "[data-action=begin]");
  await settle({ context_length: 512, max_tokens: 4 });
  await expect
    .poll(() => page.playwright!.locator("pronk-chat .loads-anew").textContent())
    .toContain("Your next question reloads the model");
  expect((await ask(page, "the fourth question")).status).toBe("done");
  expect(await page.playwright!.locator("pronk-chat .loads-anew").count()).toBe(0);
  await press(page, "[data-action=begin]"); // one with the usual length
  await settle({});
  await page.playwright!.locator("pronk-chat [data-action=load-anew]").click();
  await untilState(page, "ready");
  await expect.poll(() => page.playwright!.locator("pronk-chat .loads-anew").count()).toBe(0);
  expect(trouble).toEqual([]);
});
