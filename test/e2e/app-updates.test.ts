// A new build while two tabs are open: it takes both at once when one of them lets it in, and "Reload" works in either.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { outputFolder } from "../../cli/built.ts";
import { startSite } from "./chat-site.ts";

let server: FileServer;
let page: BrowserPage;
let build = 1;

beforeAll(async () => {
  server = await startSite({
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
