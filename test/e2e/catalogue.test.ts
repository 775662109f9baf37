// A first visit on which the list of models does not arrive: the page says so, asks again on a press, and runs a model of the
// hub or of this device without it.

import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { type HubServer, startHub } from "../support/hub-server.ts";
import { ask, press, startSite, untilState } from "./chat-site.ts";
import { throughHub } from "./hub-proxy.ts";

const { parent, folder } = writeByteModel();
let hub: HubServer;
let server: FileServer;
let page: BrowserPage;
/** How the list is answered; "ok" with the file that the page has. */
let listing: "missing" | "a page" | "cut" | "ok" = "missing";

beforeAll(async () => {
  const files = new Map(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
  hub = await startHub([["owner/model", { files }]]);
  const throughTheHub = throughHub(hub);
  server = await startSite({
    tiny: folder,
    answer: (request, response) => {
      if (request.url !== "/models.json" || listing === "ok") return throughTheHub(request, response);
      if (listing === "cut") response.destroy();
      else response.writeHead(listing === "missing" ? 404 : 200).end("<h1>Welcome</h1>");
      return true;
    },
  });
  page = await launch("chromium");
  await page.goto(`${server.origin}/`);
});
afterAll(async () => {
  await page?.close();
  await server?.close();
  await hub?.close();
  rmSync(parent, { recursive: true });
});

const notice = () =>
  page.evaluate<string>(() => {
    const place = document.querySelector<HTMLElement>("#catalogue-notice")!;
    return place.hidden ? "" : (place.querySelector("p")?.textContent ?? "");
  });
const retry = () => page.playwright!.click("#catalogue-notice [data-action=retry-catalogue]");

test("the page says what came instead of the list, each time it is asked for", async () => {
  await expect.poll(notice, { timeout: 20_000 }).toContain("the server answered 404");
  expect(await page.playwright!.textContent("#model-name")).toBe("Choose a model");
  listing = "a page";
  await retry();
  await expect.poll(notice).toContain("the server sent something else");
  listing = "cut";
  await retry();
  await expect.poll(notice).toContain("the server didn't answer");
});

test("a model of the hub runs all the same, and later the one that is stored here", async () => {
  await page.evaluate((hubUrl: string) => {
    Object.assign(document.querySelector("pronk-chat")!, { engineOptions: { hubUrl } });
  }, `${server.origin}/hub`);
  await page.playwright!.click("[data-action=choose-otherwise]");
  await expect.poll(() => page.playwright!.textContent(".picker .catalogue-problem")).toContain("didn't answer");
  await page.playwright!.fill("#repository", "owner/model");
  await page.playwright!.click("[data-action=open-repository]");
  await untilState(page, "idle");
  await press(page, "[data-action=load]");
  await untilState(page, "ready");
  expect((await ask(page, "hello")).status).toBe("done");

  await page.goto(`${server.origin}/?another-visit`);
  await page.evaluate(() => localStorage.removeItem("pronk.model"));
  await page.goto(`${server.origin}/?one-more`);
  await page.playwright!.click("[data-action=choose-otherwise]");
  await page.playwright!.click("[data-action=use-model]");
  await untilState(page, "ready"); // without a press, and nothing is fetched
  expect(await page.evaluate(() => location.hash)).toMatch(/^#model=hub:owner\/model(&chat=|$)/);
});

test("once the list comes the line goes, and what runs stays", async () => {
  listing = "ok";
  await retry();
  await expect.poll(notice).toBe("");
  expect(await page.playwright!.textContent("#model-name")).toBe("owner/model");
  await press(page, "#open-picker");
  await press(page, "[data-model=tiny]");
  await untilState(page, "ready");
  expect(await page.playwright!.textContent("#model-name")).toBe("Tiny");
});
