// Settings and meters as a person finds them: a setting reaches the next request, one that only a load obeys says so first and
// loads again with the conversation kept, and each meter is explained one press away.

import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { askStaged, press, stageEngine } from "../../tools/screenshots/staged-engine.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { ask, listenForTrouble, press as pressAndGoOn, startSite, turnsOf, untilState } from "./chat-site.ts";

const { parent, folder } = writeByteModel();
let server: FileServer;
let page: BrowserPage;
let trouble: string[];

beforeAll(async () => {
  server = await startSite({ tiny: folder });
  page = await launch("chromium");
  trouble = listenForTrouble(page);
  await page.goto(`${server.origin}/`);
  await page.evaluate(stageEngine, { label: "m", dialog: "llama-2" as const, autoload: true });
});
beforeEach(() => void (trouble.length = 0));
afterEach(() => expect(trouble).toEqual([]));
afterAll(async () => {
  await page?.close();
  await server?.close();
  rmSync(parent, { recursive: true });
});

type Staged = { stagedEngine: { requests: Record<string, unknown>[]; loads: object[] } };
const lastRequest = () =>
  page.evaluate<Record<string, unknown>>(() => (globalThis as unknown as Staged).stagedEngine.requests.at(-1)!);
const loads = () => page.evaluate<object[]>(() => (globalThis as unknown as Staged).stagedEngine.loads);

/** Writes into a field of the open panel and leaves it, as a person does. */
const fill = (name: string, value: string) =>
  page.evaluate(
    async ([field, words]: string[]) => {
      const root = document.querySelector("pronk-chat")!.shadowRoot!;
      const input = root.querySelector<HTMLInputElement>(`dialog [name=${field}]`)!;
      input.value = words;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      await document.querySelector("pronk-chat")!.updateComplete;
    },
    [name, value],
  );
const inPanel = <Result>(selector: string, property: string) =>
  page.evaluate<Result[]>(
    ([wanted, name]: string[]) =>
      [...document.querySelector("pronk-chat")!.shadowRoot!.querySelectorAll(`dialog ${wanted}`)].map(
        (node) => (node as unknown as Record<string, unknown>)[name] as never,
      ),
    [selector, property],
  );

test("the model's own values stand in empty fields, and what is set reaches the next request", async () => {
  await page.evaluate(press, "[data-action=settings]");
  expect(await inPanel("[name=temperature]", "placeholder")).toEqual(["0.7 (the model's)"]);
  expect(await inPanel("[name=context_length]", "placeholder")).toEqual(["4,096"]);
  await fill("system", "Be brief.");
  await fill("temperature", "0.3");
  await fill("top_k", "20");
  await fill("seed", "7");
  await fill("stop", "###\nEND");
  await fill("max_tokens", "-5"); // refused, and the rest stands
  await page.evaluate(press, "[data-action=close-panel]");
  expect(await inPanel("h2", "textContent")).toEqual([]);
  await page.evaluate(askStaged, "Hello");
  const { messages, ...fields } = await lastRequest();
  expect(fields).toEqual({
    temperature: 0.3,
    top_k: 20,
    seed: 7,
    stop: ["###", "END"],
    stream: true,
    stream_options: { include_usage: true },
  });
  expect((messages as object[])[0]).toEqual({ role: "system", content: "Be brief." });
});

test("a preset is chosen in one press, and all is the model's own again in one", async () => {
  await page.evaluate(press, "[data-action=settings]");
  await page.evaluate(press, "[data-preset=inventive]");
  await page.evaluate(askStaged, "Hello");
  expect(await lastRequest()).toMatchObject({ temperature: 1.2, min_p: 0.05, seed: 7 });
  expect(await lastRequest()).not.toHaveProperty("top_k");
  await page.evaluate(press, "[data-action=reset-settings]");
  expect(await inPanel("[name=temperature]", "value")).toEqual([""]);
  await page.evaluate(askStaged, "Hello");
  expect(Object.keys(await lastRequest()).sort()).toEqual(["messages", "stream", "stream_options"]);
});

test("context and its precision load the model again, which is said before, and the conversation stays", async () => {
  const before = await loads();
  const turns = await page.evaluate<number>(() => document.querySelector("pronk-chat")!.turns.length);
  expect((await inPanel<string>(".again", "textContent"))[0]).toContain("Changing these reloads the model");
  expect(await inPanel("[data-action=load-again]", "disabled")).toEqual([true]);
  await fill("context_length", "1024");
  await fill("kv", "q8");
  expect(await loads()).toEqual(before); // nothing happens by itself
  expect(await inPanel("[data-action=load-again]", "disabled")).toEqual([false]);
  await page.evaluate(press, "[data-action=load-again]");
  expect((await loads()).at(-1)).toEqual({ contextLength: 1024, kv: "q8" });
  expect(await page.evaluate<number>(() => document.querySelector("pronk-chat")!.turns.length)).toBe(turns);
  await page.evaluate(askStaged, "Hello");
  expect(await lastRequest()).not.toHaveProperty("context_length");
});

test("meters show what was used, how fast and how much, explain it, and lead to the benchmark", async () => {
  const button = await page.evaluate<string>(
    () => document.querySelector("pronk-chat")!.shadowRoot!.querySelector("[data-action=meters]")!.textContent,
  );
  expect(button.replaceAll(/\s+/g, " ").trim()).toBe("Context used, speed and memory 32 of 1,024");
  await page.evaluate(() =>
    document.querySelector("pronk-chat")!.shadowRoot!.querySelector<HTMLElement>("[data-action=meters]")!.focus(),
  );
  await page.playwright!.keyboard.press("Enter");
  await expect.poll(() => inPanel("h2", "textContent")).toEqual(["What the model is doing"]);
  const values = await inPanel<string>(".value", "textContent");
  expect(values).toEqual([
    "32 of 1,024 tokens",
    "900 tokens/s",
    "87 tokens/s",
    expect.stringMatching(/^[\d.]+ sec$/),
    "212 MB",
  ]);
  const hints = (await inPanel<string>("dd:not(.value)", "textContent")).filter(Boolean);
  expect(hints.filter((words) => words.length > 40)).toHaveLength(5);
  const link = await page.evaluate<string>(() => document.querySelector<HTMLAnchorElement>("[slot=meters] a")!.href);
  expect((await fetch(link)).status).toBe(200);
  await page.playwright!.keyboard.press("Escape");
  await expect.poll(() => inPanel("h2", "textContent")).toEqual([]);
  const focused = await page.evaluate<string>(
    () => (document.querySelector("pronk-chat")!.shadowRoot!.activeElement as HTMLElement).dataset.action!,
  );
  expect(focused).toBe("meters");
});

test("that it is AI-generated, each answer says itself, and nothing else", async () => {
  const notes = () =>
    page.evaluate<number>(
      () => document.querySelector("pronk-chat")!.shadowRoot!.textContent.split("AI-generated").length - 1,
    );
  const answers = await page.evaluate<number>(() => document.querySelector("pronk-chat")!.turns.length / 2);
  expect(await notes()).toBe(answers);
  await page.evaluate(press, "[data-action=new-chat]");
  expect(await notes()).toBe(0);
});

test("a real engine obeys them: an answer is as long as it may be, and the context as large", async () => {
  await page.goto(`${server.origin}/`);
  await untilState(page, "ready");
  await pressAndGoOn(page, "[data-action=settings]");
  await expect.poll(() => inPanel("h2", "textContent")).toEqual(["This conversation"]);
  await fill("max_tokens", "3");
  await fill("context_length", "64");
  await pressAndGoOn(page, "[data-action=load-again]");
  await expect.poll(() => inPanel("h2", "textContent")).toEqual([]);
  await untilState(page, "ready");
  const cut = await ask(page, "hi");
  expect(cut.usage!.completion_tokens).toBe(3);
  // It ended at its length, and continues from there when asked to.
  await pressAndGoOn(page, "[data-action=go-on]");
  const last = async () => (await turnsOf(page)).at(-1)!;
  await expect.poll(async () => (await last()).text.length).toBeGreaterThan(cut.text.length);
  await untilState(page, "ready");
  expect((await last()).text.startsWith(cut.text)).toBe(true);
  const words = () =>
    page.evaluate<string>(
      () =>
        document.querySelector("pronk-chat")!.shadowRoot!.querySelector("[data-action=meters] > span:last-child")!
          .textContent,
    );
  expect(await words()).toMatch(/^\d+ of 64$/);
  await page.goto(`${server.origin}/embed.html`);
  await page.goto(`${server.origin}/`);
  await untilState(page, "ready");
  expect(await page.evaluate(() => document.querySelector("pronk-chat")!.settings)).toEqual({
    max_tokens: 3,
    context_length: 64,
  });
  expect(await words()).toMatch(/^\d+ of 64$/); // it was loaded so
});
