// The chat page opens each of the eight repositories of the model card's author from a hub, as a visitor would, and
// answers; of what is no weight, nothing but headers is fetched.

import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../tools/browser-page.ts";
import type { FileServer } from "../../tools/file-server.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";
import { type HubServer, startHub } from "../support/hub-server.ts";
import { decoysOf, furthestBytes, published, publisher } from "../support/published.ts";
import { ask, listenForTrouble, press, showModel, startSite, untilState } from "./chat-site.ts";
import { throughHub } from "./hub-proxy.ts";

const { parent, folder } = writeByteModel();
afterAll(() => rmSync(parent, { recursive: true }));

/** A short context: what these models say has no end. */
async function open(page: BrowserPage, origin: string, name: string, weights?: string): Promise<string> {
  const options = { hubUrl: `${origin}/hub`, contextLength: 48, ...(weights ? { weights } : {}) };
  await page.evaluate(
    (engineOptions: object) => void Object.assign(document.querySelector("pronk-chat")!, { engineOptions }),
    options,
  );
  await showModel(page, `${publisher}/${name}`, true);
  return untilState(page, "license", "ready");
}

describe.each(browserKinds)("the chat page in %s", (kind) => {
  let hub: HubServer;
  let server: FileServer;
  let page: BrowserPage;
  let trouble: string[];

  beforeAll(async () => {
    hub = await startHub(Object.entries(published).map(([name, make]) => [`${publisher}/${name}`, { files: make() }]));
    server = await startSite({ tiny: folder, answer: throughHub(hub) });
    page = await launch(kind);
    trouble = listenForTrouble(page);
    await page.goto(`${server.origin}/`);
    await untilState(page, "ready");
  });
  afterAll(async () => {
    await page?.close();
    await server?.close();
    await hub?.close();
  });

  test("shows the licence before the first, and fetches nothing but headers until it is accepted", async () => {
    const [name] = Object.keys(published);
    expect(await open(page, server.origin, name)).toBe("license");
    const { files } = hub.repositories.get(`${publisher}/${name}`)!;
    const furthest = furthestBytes(hub);
    expect(furthest.get("output.safetensors")).toBeLessThan(files.get("output.safetensors")!.length / 2);
    await press(page, "[data-action=accept-license]");
    await untilState(page, "ready");
  });

  const choices: [string, string?][] = Object.keys(published).map((name) => [name]);
  choices.push(["Llama-2-7b-chat-hf-GGUF", "Q5_K_M"]);
  test.each(choices)("opens %s %s and answers", async (name, weights) => {
    hub.requests.length = 0;
    await open(page, server.origin, name, weights);
    const answer = await ask(page, "hi");
    expect(answer).toMatchObject({ role: "assistant", status: "done" });
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
    const { files } = hub.repositories.get(`${publisher}/${name}`)!;
    const furthest = furthestBytes(hub);
    for (const [path, end] of decoysOf(files)) expect(furthest.get(path) ?? 0, path).toBeLessThan(end);
    const ggufs = [...furthest].filter(([path, end]) => path.endsWith(".gguf") && end > files.get(path)!.length / 2);
    if (name.endsWith("GGUF"))
      expect(ggufs.map(([path]) => path)).toEqual([expect.stringContaining(weights ?? "Q4_K_M")]);
  });

  test("nothing was refused and nothing complained", () => expect(trouble).toEqual([]));
});
