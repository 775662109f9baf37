// The licence gate before a model that says it is Llama 2: the request log shows no weight before the acceptance, the
// acceptance is remembered with its date, and a folder from this device meets the same gate.

import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { ask, press, showModel, startSite, untilState, weightRequests } from "./chat-site.ts";

const { parent, folder } = writeByteModel();
const licensed = join(parent, "licensed");
mkdirSync(licensed);
for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(licensed, name));
writeFileSync(
  join(licensed, "README.md"),
  "---\nlicense: llama2\nbase_model: meta-llama/Llama-2-7b-hf\n---\n# A model\n",
);

let server: FileServer;
let page: BrowserPage;

beforeAll(async () => {
  server = await startSite({ tiny: folder, folders: { "/licensed/": licensed } });
  page = await launch("chromium");
  await page.goto(`${server.origin}/`);
  await untilState(page, "ready");
});
afterAll(async () => {
  await page?.close();
  await server?.close();
  rmSync(parent, { recursive: true });
});

/** Requests for weights, without those for safetensors headers (which begin at byte 0 and hold no weight). */
const bodies = () =>
  weightRequests(server).filter((line) => line.startsWith("/licensed/") && !/bytes=[0-8]-/.test(line));

test("nothing of the weights is fetched until the licence is accepted", async () => {
  await showModel(page, `${server.origin}/licensed/`, true);
  await untilState(page, "license");
  const text = await page.evaluate<string>(async () => {
    const root = document.querySelector("pronk-chat")!.shadowRoot!;
    while (!root.querySelector(".license-text h3")) await new Promise((done) => setTimeout(done, 20));
    return root.querySelector(".license")!.textContent!.replace(/\s+/g, " ");
  });
  expect(text).toContain("LLAMA 2 COMMUNITY LICENSE AGREEMENT");
  expect(text).toContain("Llama 2 Acceptable Use Policy");
  expect(text).toContain("license: llama2");
  expect(bodies()).toEqual([]);

  await press(page, "[data-action=decline-license]");
  await untilState(page, "idle");
  expect(bodies()).toEqual([]);
});

test("after the acceptance the model loads, and is not asked about again", async () => {
  await press(page, "[data-action=load]");
  await untilState(page, "license");
  await press(page, "[data-action=accept-license]");
  await untilState(page, "ready");
  expect((await ask(page, "hi")).status).toBe("done");
  expect(weightRequests(server).some((line) => line.startsWith("/licensed/"))).toBe(true);
  const record = await page.evaluate<string>(() => {
    const key = Object.keys(localStorage).find((name) => name.startsWith("pronk.license."));
    return localStorage.getItem(key ?? "") ?? "";
  });
  expect(JSON.parse(record)).toMatchObject({ acceptedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
  await page.goto(`${server.origin}/`);
  await untilState(page, "ready");
  await showModel(page, `${server.origin}/licensed/`, true);
  await untilState(page, "ready");
});

test("a folder from this device meets the gate, and answers after it", async () => {
  await page.evaluate(() => localStorage.clear());
  await page.goto(`${server.origin}/`);
  await untilState(page, "ready");
  const asked = server.requests.length;
  await press(page, "#open-picker");
  await page.playwright!.locator("model-picker input.folder").setInputFiles(licensed);
  await untilState(page, "license");
  await press(page, "[data-action=accept-license]");
  await untilState(page, "ready");
  expect((await ask(page, "hi")).status).toBe("done");
  expect(server.requests.slice(asked).filter(({ path }) => path.endsWith(".safetensors"))).toEqual([]);
});
