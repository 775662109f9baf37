// What is done with stored models on the page, in Chromium: a download beside the model that answers, a check and its repair, an
// update, an export and the same model from it without a network.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { type HubServer, startHub } from "../support/hub-server.ts";
import { ask, listenForTrouble, press, startSite, untilState } from "./chat-site.ts";
import { throughHub } from "./hub-proxy.ts";

const { parent, folder } = writeByteModel();
const weights = "model.safetensors";
const saved = mkdtempSync(join(tmpdir(), "pronk-archive-"));
const files = new Map(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
let hub: HubServer;
let server: FileServer;
let page: BrowserPage;
let trouble: string[];
/** Resolves when weights may come; their headers come at once. */
let held: Promise<void> | undefined;
let offline = false;

beforeAll(async () => {
  hub = await startHub([["owner/model", { files }]]);
  const throughTheHub = throughHub(hub);
  server = await startSite({
    tiny: folder,
    answer: (request, response) => {
      const ofHub = /^\/(hub|storage)\//.test(request.url ?? "");
      if (!ofHub) return false;
      if (offline) response.destroy();
      else if (held && request.url!.includes("/storage/") && !request.headers.range)
        void held.then(() => throughTheHub(request, response));
      else throughTheHub(request, response);
      return true;
    },
  });
  page = await launch("chromium");
  page.playwright!.setDefaultTimeout(20_000);
  trouble = listenForTrouble(page);
  await page.goto(`${server.origin}/`);
  await untilState(page, "ready");
  await page.evaluate((hubUrl: string) => {
    const chat = document.querySelector("pronk-chat")!;
    Object.assign(chat, { engineOptions: { hubUrl }, settings: { temperature: 0, max_tokens: 24 } });
  }, `${server.origin}/hub`);
});
afterAll(async () => {
  await page?.close();
  await server?.close();
  await hub?.close();
  for (const made of [parent, saved]) rmSync(made, { recursive: true });
});

const line = () => page.playwright!.locator("download-panel .download");
const news = () => page.playwright!.locator(".copy-news");
const untilNews = (words: string | RegExp) =>
  expect.poll(() => news().textContent(), { timeout: 20_000 }).toMatch(words);
async function choose(action: string): Promise<void> {
  const open = await page.evaluate<boolean>(() => document.querySelector<HTMLDialogElement>(".picker")!.open);
  if (!open) await press(page, "#open-picker");
  const entry = page.playwright!.locator(".stored li", { hasText: "owner/model" });
  await entry.locator(".copy-menu summary").click();
  await entry.locator(`[data-action=${action}]`).click();
}
/** Another device, as far as the store goes. */
const forget = () =>
  page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open("pronk");
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error!);
    });
    const names = [...database.objectStoreNames];
    const transaction = database.transaction(names, "readwrite");
    for (const name of names) transaction.objectStore(name).clear();
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    database.close();
  });

let said = "";

test("a model is downloaded while another one answers, with pause and resume, and is opened when it is here", async () => {
  let release = () => {};
  held = new Promise((resolve) => (release = resolve));
  await press(page, "#open-picker");
  await page.playwright!.fill("#repository", "owner/model");
  await page.playwright!.click("[data-action=download-repository]");
  await page.playwright!.waitForSelector(".picker [data-download] [data-action=pause-download]");
  await press(page, "[data-action=close-picker]");
  expect(await line().getAttribute("data-state")).toBe("running");
  expect((await ask(page, "still there?")).status).toBe("done");
  await line().locator("[data-action=pause-download]").click();
  await expect.poll(() => line().textContent()).toContain("Paused");
  release();
  held = undefined;
  expect((await ask(page, "and now?")).status).toBe("done");
  expect(await line().getAttribute("data-state")).toBe("running");
  await line().locator("[data-action=pause-download]").click();
  await expect.poll(() => line().textContent(), { timeout: 20_000 }).toContain("owner/model is on this device now.");
  hub.requests.length = 0;
  await line().locator("[data-action=open-download]").click();
  await untilState(page, "ready");
  expect(await line().count()).toBe(0);
  await page.evaluate(() => void (document.querySelector("pronk-chat")!.settings = { temperature: 0, max_tokens: 24 }));
  said = (await ask(page, "Hello")).text;
  expect(said).not.toBe("");
  expect(hub.requests).toEqual([]); // from the store, and nowhere else
});

test("damage is found, named and repaired", async () => {
  await choose("verify-model");
  await untilNews("owner/model is undamaged.");
  await page.evaluate(async () => {
    const opening = indexedDB.open("pronk");
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const rows = opening.result.transaction("rows", "readwrite").objectStore("rows");
    const keys = rows.getAllKeys();
    await new Promise((resolve) => (keys.onsuccess = resolve));
    const key = (keys.result as [string, string, number][]).find(([model]) => model.includes("owner/model"))!;
    const put = rows.put([new Blob(["damaged"])], key);
    await new Promise((resolve) => (put.onsuccess = resolve));
    opening.result.close();
  });
  await choose("verify-model");
  await untilNews(/1 damaged part was found.*model\.safetensors · 1/s);
  await press(page, "[data-action=next-copy]");
  await untilNews("owner/model was repaired.");
});

test("an update says what it fetches, and takes the place of what is stored", async () => {
  await choose("update-model");
  await untilNews("is up to date");
  hub.repositories.set("owner/model", { files: new Map([...files, ["README.md", new TextEncoder().encode("# New")]]) });
  hub.requests.length = 0;
  await choose("update-model");
  await untilNews(/There is a newer owner\/model: 0 (B|bytes?|kB)/i); // the weights are what they were
  await press(page, "[data-action=next-copy]");
  await untilNews("owner/model was updated.");
  const sent = hub.requests.flatMap(({ path, sent: of }) => (of && path.includes(weights) ? of.end - of.start : []));
  expect(Math.max(0, ...sent)).toBeLessThan(files.get(weights)!.length / 2); // its header
  await expect.poll(() => page.playwright!.locator(".stored li", { hasText: "owner/model" }).count()).toBe(1);
});

/** Opened from what was exported, it answers as it did, and is stored under its name. */
async function answersAgain(): Promise<void> {
  await untilState(page, "ready");
  await page.evaluate(() => void (document.querySelector("pronk-chat")!.settings = { temperature: 0, max_tokens: 24 }));
  expect((await ask(page, "Hello")).text).toBe(said);
  await press(page, "#open-picker");
  await expect.poll(() => page.playwright!.locator(".stored li", { hasText: "owner/model" }).count()).toBe(1);
}

test("a folder that it was exported to is the same model again, without a network", async () => {
  await page.evaluate(() => {
    const root = navigator.storage.getDirectory();
    Object.assign(window, { showDirectoryPicker: async () => root });
  });
  await choose("export-model");
  await untilNews("owner/model is now in the folder “owner_model”.");
  await forget();
  offline = true;
  await page.evaluate(() => {
    const root = navigator.storage.getDirectory();
    Object.assign(window, { showDirectoryPicker: async () => (await root).getDirectoryHandle("owner_model") });
  });
  await press(page, "[data-action=pick-folder]");
  await answersAgain();
});

test("likewise one file, where a page cannot write into folders", async () => {
  await page.evaluate(() => void Object.assign(window, { showDirectoryPicker: undefined }));
  await choose("export-model");
  await untilNews("owner/model is now a single file.");
  const [download] = await Promise.all([
    page.playwright!.waitForEvent("download"),
    page.playwright!.click("[data-action=save-archive]"),
  ]);
  const path = join(saved, download.suggestedFilename());
  await download.saveAs(path);
  await forget();
  await page.playwright!.setInputFiles("input.files", path);
  await answersAgain();
  expect(trouble).toEqual([]);
});
