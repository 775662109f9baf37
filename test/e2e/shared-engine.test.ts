// Two tabs of the chat page that share one engine. Its GPU goes away: both say so in a quiet line, and the answer continues; the
// same when its worker breaks, and, where one tab runs it for the others, when that tab is closed.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../cli/built.ts";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import type { PronkChat } from "../../src/element/index.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { startSite } from "./chat-site.ts";

const { parent, folder } = writeByteModel();
let server: FileServer;
let browser: BrowserPage;
let tabs: Page[];

beforeAll(async () => {
  server = await startSite({ tiny: folder, answer: frailWorkers });
  browser = await launch("chromium");
  const context = browser.playwright!.context();
  await context.addInitScript(() => {
    const ports: MessagePort[] = [];
    const { SharedWorker: Plain } = globalThis;
    globalThis.SharedWorker = class extends Plain {
      constructor(...given: ConstructorParameters<typeof Plain>) {
        super(...given);
        ports.push(this.port);
      }
    };
    Object.assign(globalThis, {
      breakWorkers: (how: string) =>
        (how === "device" ? ports : ports.splice(0)).forEach((port) => port.postMessage({ break: how })),
    });
  });
  tabs = [await context.newPage(), await context.newPage()];
  for (const tab of tabs) await tab.goto(`${server.origin}/`);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(parent, { recursive: true });
});

/** Makes the engine's shared worker one that a message can break. */
const frailWorkers: NonNullable<Parameters<typeof startSite>[0]>["answer"] = (request, response) => {
  const [, name] = /^\/assets\/(frail\.js|shared-host-[^?]*)$/.exec(request.url ?? "") ?? [];
  if (!name) return false;
  const script =
    name === "frail.js"
      ? readFileSync(join(root, "test/fixtures/store-page/frail.js"), "utf8")
      : `import "./frail.js"; import "./${name}?whole";`;
  response.writeHead(200, { "content-type": "text/javascript" }).end(script);
  return true;
};

const chatOf = <T>(tab: Page, read: (chat: PronkChat) => T) =>
  tab.evaluate(`(${read})(document.querySelector("pronk-chat"))`) as Promise<T>;
const state = (tab: Page) => chatOf(tab, (chat) => chat.state);
const until = (tab: Page, wanted: string) => expect.poll(() => state(tab), { timeout: 30_000 }).toBe(wanted);
const said = (tab: Page) => chatOf(tab, (chat) => chat.turns.map(({ text }) => text));
const ask = async (tab: Page, text: string) => {
  const before = (await said(tab)).length;
  await tab.fill("pronk-chat #draft", text);
  await tab.press("pronk-chat #draft", "Enter");
  await expect.poll(async () => (await said(tab)).length).toBe(before + 2);
  await until(tab, "ready");
};

/** Whether the quiet line was seen; watched for from the first call on. */
const sawLine = (tab: Page, anew = false) =>
  tab.evaluate((anew) => {
    const seen = globalThis as { sawLine?: boolean };
    const inside = document.querySelector("pronk-chat")!.shadowRoot!;
    const look = () =>
      (seen.sawLine ||= Boolean(inside.querySelector(".recovering")?.textContent?.includes("recovering")));
    if (seen.sawLine === undefined) new MutationObserver(look).observe(inside, { childList: true, subtree: true });
    if (anew) seen.sawLine = false;
    return (seen.sawLine ??= false);
  }, anew);

test.each(["device", "throw"])(
  "an engine that is lost (%s) goes on in both tabs, in the middle of its answer",
  async (how) => {
    for (const tab of tabs) await until(tab, "ready");
    await ask(tabs[0], "one");
    for (const tab of tabs) await sawLine(tab, true);
    // By the asking tab itself, at once: a short answer would be over before another had seen it begin.
    await tabs[1].evaluate(`
      const chat = document.querySelector("pronk-chat");
      let broken = false;
      chat.addEventListener("pronk-state", ({ detail }) => {
        if (detail.state === "answering" && !broken) broken = !breakWorkers("${how}");
      })`);
    await ask(tabs[1], "in flight");
    const turns = await chatOf(tabs[1], (chat) =>
      chat.turns.map((turn) => "status" in turn && [turn.status, turn.text]),
    );
    expect(turns.slice(-2)).toEqual([false, ["done", expect.stringMatching(/./s)]]);
    await ask(tabs[0], "and now?");
    for (const tab of tabs) {
      expect(await sawLine(tab)).toBe(true);
      expect(await tab.locator("pronk-chat .recovering").count()).toBe(0);
    }
  },
);

test("where one tab runs the engine for the others and is closed, the next one says that it takes over, and answers", async () => {
  for (const tab of tabs) await tab.close();
  const context = browser.playwright!.context();
  tabs = [await context.newPage(), await context.newPage()];
  for (const tab of tabs) {
    await tab.addInitScript(() => Reflect.deleteProperty(globalThis, "SharedWorker"));
    await tab.goto(`${server.origin}/`);
    await until(tab, "ready");
  }
  const [leader, other] = tabs;
  await ask(other, "one");
  const before = await said(other);
  await sawLine(other, true);
  await leader.close();
  await expect.poll(() => sawLine(other)).toBe(true);
  expect(await said(other)).toEqual(before);
  await ask(other, "and now?");
  expect(await said(other)).toHaveLength(before.length + 2);
  expect(await other.locator("pronk-chat .recovering").count()).toBe(0);
});
