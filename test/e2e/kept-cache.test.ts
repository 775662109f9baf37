// What the KV cache holds of the open conversation, in both browsers: saved after an answer, taken back after a reload, so that
// the next question computes only what is new; and gone with the conversation.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { browserKinds } from "../support/harness.ts";
import { ask, listenForTrouble, press, startSite, turnsOf, untilState } from "./chat-site.ts";

describe.each(browserKinds)("the KV cache of the open conversation in %s", (kind) => {
  let server: FileServer;
  let page: BrowserPage;
  let trouble: string[];

  beforeAll(async () => {
    server = await startSite();
    page = await launch(kind);
    trouble = listenForTrouble(page);
    await page.goto(`${server.origin}/`);
  });
  afterAll(async () => {
    await page?.close();
    await server?.close();
  });

  /** Under which names the store has any. */
  const saved = () =>
    page.evaluate<string[]>(async () => {
      const database = await new Promise<IDBDatabase>((done, failed) => {
        const request = indexedDB.open("pronk");
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error!);
      });
      const keys = await new Promise<[string, string, number][]>((done) => {
        const request = database.transaction("rows").objectStore("rows").getAllKeys();
        request.onsuccess = () => done(request.result as [string, string, number][]);
      });
      database.close();
      return keys
        .filter(([, path, index]) => path.startsWith("//cache/") && index === 0)
        .map(([, path]) => path.slice(8));
    });
  const untilSaved = (count: number) =>
    expect.poll(async () => (await saved()).length, { timeout: 30_000 }).toBe(count);
  const openId = () =>
    page.evaluate<string>(() => {
      const chat = document.querySelector("pronk-chat") as unknown as { conversation: { id: string } };
      return chat.conversation.id;
    });
  const reload = async () => {
    await page.goto(`${server.origin}/embed.html`);
    await page.goto(`${server.origin}/`);
    await expect.poll(async () => (await turnsOf(page)).length, { timeout: 20_000 }).toBeGreaterThan(0);
    await untilState(page, "ready");
  };

  test("an answer's is there after a reload: the next question computes only what is new", async () => {
    const { usage } = await ask(page, "Hello!");
    await untilSaved(1);
    expect(await saved()).toEqual([`conversation ${await openId()}`]);
    await reload();
    const next = await ask(page, "What is WebGPU?");
    expect(usage!.prompt_tokens_details.cached_tokens).toBe(0);
    expect(next.usage!.prompt_tokens_details.cached_tokens).toBeGreaterThan(usage!.completion_tokens);
  });

  test("it is of one conversation: another's takes its place", async () => {
    const before = await openId();
    await untilSaved(1);
    await press(page, "[data-action=new-chat]");
    await ask(page, "Is it private?");
    await expect.poll(saved, { timeout: 30_000 }).not.toContain(`conversation ${before}`);
    await untilSaved(1);
    expect(await saved()).toEqual([`conversation ${await openId()}`]);
  });

  test("it goes with what was said", async () => {
    await page.evaluate(() => {
      const chat = document.querySelector("pronk-chat") as unknown as { open(conversation: object): Promise<void> };
      return chat.open({ ...(chat as unknown as { conversation: object }).conversation, turns: [], branches: [] });
    });
    await untilSaved(0);
    expect(trouble).toEqual([]);
  });
});
