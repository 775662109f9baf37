// A new build while two tabs are open: it takes over both at once when one of them lets it in, and "Reload" works in either. What
// they keep (the conversation, the draft, the model and its weights, the settings) survives it, and until then they keep working,
// with the files that they were built with: even those that they fetch late and that the server no longer has.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { outputFolder } from "../../cli/built.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { pdfFile } from "../support/pdf-file.ts";
import { renamedRelease } from "../support/renamed-release.ts";
import { ask, press, send, startSite, turnsOf, untilState, weightRequests, write } from "./chat-site.ts";

const { parent, folder } = writeByteModel();
let server: FileServer;
let page: BrowserPage;
let build = 1;

beforeAll(async () => {
  server = await startSite({
    tiny: folder,
    answer: (request, response) => {
      if (request.url !== "/sw.js") return false;
      const script = readFileSync(join(outputFolder.demo, "sw.js"), "utf8");
      response.writeHead(200, { "content-type": "text/javascript" }).end(`${script}\n// build ${build}`);
      return true;
    },
  });
  page = await launch("chromium", { adapter: "none" }); // the shell only
});
afterAll(async () => {
  await page?.close();
  await server?.close();
  rmSync(parent, { recursive: true });
});

const visit = async (tab: Page) => {
  await tab.goto(`${server.origin}/`);
  await tab.evaluate(async () => void (await navigator.serviceWorker.ready));
};
const reload = "#toast button.primary";

test("the tab that did not take the update can reload too", async () => {
  const first = page.playwright!;
  const second = await first.context().newPage();
  for (const tab of [first, first, second]) await visit(tab); // the worker holds a page from its second visit on
  build++;
  await second.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  for (const tab of [first, second]) await tab.waitForSelector(reload, { state: "visible" });
  for (const tab of [first, second]) {
    await tab.evaluate(() => void (document.body.dataset.version = "old"));
    await tab.click(reload);
    await tab.waitForSelector("body:not([data-version])", { timeout: 20_000 });
  }
  expect(await second.isVisible(reload)).toBe(false);
});

test("the tab that is open meanwhile answers on, and after its reload has all that it had", async () => {
  const open = await launch("chromium");
  const first = open.playwright!;
  for (const _ of ["first", "second"]) await visit(first);
  await untilState(open, "ready");
  await press(open, "#theme");
  const scheme = () => first.evaluate(() => document.documentElement.dataset.theme);
  const before = await scheme();
  expect((await ask(open, "before the update")).status).toBe("done");
  build++;
  await first.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  await first.waitForSelector(reload, { state: "visible" });
  expect((await ask(open, "it waits")).status).toBe("done");
  const second = await first.context().newPage();
  await visit(second);
  await second.waitForSelector(reload, { state: "visible" });
  await second.click(reload);
  await second.close();
  expect((await ask(open, "another tab has let it in")).status).toBe("done");
  await write(open, "half a sent");
  const said = await turnsOf(open);
  expect(said).toHaveLength(6);
  const fetched = weightRequests(server).length;
  await first.click(reload);
  await untilState(open, "ready");
  expect((await turnsOf(open)).map(({ role, text, status }) => [role, text, status])).toEqual(
    said.map(({ role, text, status }) => [role, text, status]),
  );
  const draft = await first.evaluate<string>('document.querySelector("pronk-chat").draft.text');
  expect([draft, await scheme(), weightRequests(server).length]).toEqual(["half a sent", before, fetched]);
  expect((await ask(open, "and on it goes")).status).toBe("done");
  await open.close();
});

const types: Record<string, string> = {
  js: "text/javascript",
  html: "text/html",
  css: "text/css",
  svg: "image/svg+xml",
};
const typeOf = (path: string) => types[path.split(".").at(-1)!] ?? "application/octet-stream";

test("an old tab goes on with its worker and its late parts when the server has only the new release, whose cache then stays alone", async () => {
  const later = mkdtempSync(join(tmpdir(), "pronk-release-"));
  const names = renamedRelease(outputFolder.demo, later, "later");
  const now = { folder: outputFolder.demo };
  // No file of the other release is there, as on a host that replaces one by the other.
  const site = await startSite({
    tiny: folder,
    answer: (request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
      if (now.folder === outputFolder.demo || pathname.startsWith("/models/")) return false;
      const path = join(now.folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
      if (existsSync(path)) response.writeHead(200, { "content-type": typeOf(path) }).end(readFileSync(path));
      else response.writeHead(404).end();
      return true;
    },
  });
  const open = await launch("chromium");
  try {
    const old = open.playwright!;
    old.context().setDefaultTimeout(20_000);
    const goTo = async (tab: Page) => {
      await tab.goto(`${site.origin}/`);
      await tab.evaluate(async () => void (await navigator.serviceWorker.ready));
    };
    for (const _ of ["first", "second"]) await goTo(old);
    await untilState(open, "ready");
    const panelPart = [...names.keys()].find((name) => name.startsWith("side-panels-"))!;
    const fetched = () =>
      old.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name.replace(/^.*\//, "")));
    expect(await fetched()).not.toContain(panelPart);

    // Nothing is offered while an answer is being written.
    await old.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      const toast = document.querySelector<HTMLElement>("#toast")!;
      const look = () => !toast.hidden && seen.push(document.querySelector("pronk-chat")!.state);
      new MutationObserver(look).observe(toast, { attributes: true, childList: true });
    });
    now.folder = later;
    await send(open, "a question");
    await old.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
    await old.waitForSelector(reload, { state: "visible" });
    expect(await old.evaluate("seen[0]")).toBe("ready");
    expect((await turnsOf(open)).at(-1)?.status).toBe("done");

    const other = await old.context().newPage();
    await goTo(other);
    await other.click(reload); // lets it in, for all tabs
    await other.waitForFunction(
      (name) => performance.getEntriesByType("resource").some((one) => one.name.endsWith(name)),
      [...names.values()].find((name) => /^index-.*\.js$/.test(name))!,
    );
    expect((await ask(open, "still there?")).status).toBe("done");
    await old.click("pronk-chat [data-action=settings]");
    await old.waitForSelector("pronk-chat .side-panel [data-action=load-again]", { state: "attached" });
    expect(await fetched()).toContain(panelPart);
    await old.keyboard.press("Escape");
    await old.evaluate(async () => {
      const chat = document.querySelector("pronk-chat")!;
      const { model } = chat;
      chat.model = undefined; // its engine goes
      await chat.updateComplete;
      Object.assign(chat, { model, autoload: true });
    });
    await untilState(open, "ready");
    expect((await ask(open, "and by a new engine?")).status).toBe("done");

    // It lacks what comes with the first PDF, and so does the server now: the page says so, and the rest works.
    const attach = async (name: string, bytes: number[]) => {
      const give = ([name, bytes]: [string, number[]]) =>
        document.querySelector("pronk-chat")!.attach([new File([new Uint8Array(bytes)], name)]);
      await old.evaluate(give, [name, bytes] as [string, number[]]);
    };
    const paper = [...pdfFile([["On paper"]])];
    const attached = () => old.locator("pronk-chat .composer .attachment-name").allTextContents();
    await attach("paper.pdf", paper);
    const told = old.getByText("paper.pdf could not be read: a part of the page is missing.");
    expect(await told.first().textContent()).toContain("if the page was updated meanwhile, reload it.");
    await attach("note.md", [...new TextEncoder().encode("a note")]);
    await expect.poll(attached).toEqual(["note.md"]);
    await write(open, "what do they say?");

    const shells = () =>
      other.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("pronk-shell:")).length);
    await other.reload();
    expect(await shells()).toBe(2);
    await old.click(reload);
    await old.waitForFunction(() => document.querySelector<HTMLElement>("#toast")?.hidden);
    await untilState(open, "ready");
    await expect.poll(attached).toEqual(["note.md"]);
    await attach("paper.pdf", paper);
    await expect.poll(attached, { timeout: 20_000 }).toEqual(["note.md", "paper.pdf"]);
    expect(await old.inputValue("pronk-chat #draft")).toBe("what do they say?");

    // No tab that began with the old release is left: its cache and note go when a page is next opened.
    await other.reload();
    await expect.poll(shells).toBe(1);
    const noted = () =>
      other.evaluate(async (origin) => (await (await caches.open(`pronk-tabs:${origin}/`)).keys()).length, site.origin);
    expect(await noted()).toBe(0);
  } finally {
    await open.close();
    await site.close();
    rmSync(later, { recursive: true });
  }
});
