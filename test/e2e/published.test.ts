// The chat page opens each of the eight repositories of the model card's author from a hub, as a visitor would, and answers;
// of files without weights only headers are fetched.

import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";
import { type HubServer, startHub } from "../support/hub-server.ts";
import { decoysOf, furthestBytes, published, publisher } from "../support/published.ts";
import { ask, listenForTrouble, press, showModel, startSite, untilState } from "./chat-site.ts";
import { throughHub } from "./hub-proxy.ts";

const { parent, folder } = writeByteModel();
afterAll(() => rmSync(parent, { recursive: true }));

/** A short context, since these models' answers have no end. Without a model in between, the same one would not load again. */
async function open(page: BrowserPage, origin: string, name: string, weights?: string): Promise<string> {
  const engineOptions = { hubUrl: `${origin}/hub`, contextLength: 48, weights };
  await page.evaluate(async (options: object) => {
    const chat = document.querySelector<HTMLElement & { updateComplete: Promise<unknown> }>("pronk-chat")!;
    Object.assign(chat, { engineOptions: options, model: undefined });
    await chat.updateComplete;
  }, engineOptions);
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

  const choices = Object.keys(published).map((name) => [name, ""]);
  choices.push(["Llama-2-7b-chat-hf-GGUF", "Q5_K_M"]);
  // What a repository's files are does not depend on the browser: a few show that the page opens them there, too.
  const tried = kind === "chromium" ? choices : choices.filter((_, i) => i % 4 === 0);
  test.each(tried)("opens %s %s and answers", async (name, weights) => {
    await open(page, server.origin, name, weights || undefined);
    const answer = await ask(page, "hi");
    expect(answer).toMatchObject({ role: "assistant", status: "done" });
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
    const { files } = hub.repositories.get(`${publisher}/${name}`)!;
    const furthest = furthestBytes(hub);
    for (const [path, end] of decoysOf(files)) expect(furthest.get(path), path).toBeLessThan(end);
    const ggufs = [...furthest].filter(([path, end]) => path.endsWith(".gguf") && end > files.get(path)!.length / 2);
    if (name.endsWith("GGUF"))
      expect(ggufs.map(([path]) => path)).toEqual([expect.stringContaining(weights || "Q4_K_M")]);
    hub.requests.length = 0;
  });

  test("nothing was refused and nothing complained", () => expect(trouble).toEqual([]));
});
