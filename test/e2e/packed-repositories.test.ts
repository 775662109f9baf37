// The chat page opens a hub's repository of each way of packing by a pasted name, and answers. What published.test.ts opens is
// left out here; the golden tests know what the answers must be.

import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";
import { type HubServer, startHub } from "../support/hub-server.ts";
import { packedRepositories } from "../support/packed-repositories.ts";
import { ask, listenForTrouble, press, startSite, untilState } from "./chat-site.ts";
import { throughHub } from "./hub-proxy.ts";

const { parent, folder } = writeByteModel();
afterAll(() => rmSync(parent, { recursive: true }));

/** One for each kind of file; the others differ from these only in what is the same in both browsers. */
const inFirefox = ["Llama-2-7b-FP8-dynamic", "Llama-2-7b-mlx-4bit", "Llama-2-13b"];

describe.each(browserKinds)("the chat page in %s", (kind) => {
  let hub: HubServer;
  let server: FileServer;
  let page: BrowserPage;
  let trouble: string[];

  beforeAll(async () => {
    hub = await startHub(
      Object.entries(packedRepositories).map(([name, make]) => [`packers/${name}`, { files: make() }]),
    );
    server = await startSite({ tiny: folder, answer: throughHub(hub) });
    page = await launch(kind);
    trouble = listenForTrouble(page);
    await page.goto(`${server.origin}/`);
    await untilState(page, "ready");
    const engineOptions = { hubUrl: `${server.origin}/hub`, contextLength: 48 }; // their answers have no end
    await page.evaluate(
      (options: object) => void Object.assign(document.querySelector("pronk-chat")!, { engineOptions: options }),
      engineOptions,
    );
  });
  afterAll(async () => {
    await page?.close();
    await server?.close();
    await hub?.close();
  });

  const names = Object.keys(packedRepositories).filter((name) => kind === "chromium" || inFirefox.includes(name));
  test.each(names)("opens packers/%s by its name and answers", async (name) => {
    await press(page, "#open-picker");
    await page.evaluate(
      (pasted: string) => void (document.querySelector<HTMLInputElement>("#repository")!.value = pasted),
      `packers/${name}`,
    );
    await press(page, "[data-action=open-repository]");
    await untilState(page, "idle");
    await press(page, "[data-action=load]");
    // For a model named after Llama 2 the licence is asked about, once.
    if ((await untilState(page, "license", "ready")) === "license") await press(page, "[data-action=accept-license]");
    await untilState(page, "ready");
    const answer = await ask(page, "hi");
    expect(answer).toMatchObject({ role: "assistant", status: "done" });
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
    expect(await page.evaluate(() => document.querySelector("#model-name")!.textContent)).toContain(name);
  });

  test("nothing was refused and nothing complained", () => expect(trouble).toEqual([]));
});
