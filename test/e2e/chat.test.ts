// A visitor's first minute, in both browsers: the page opens, the small model loads by itself, answers, remembers the
// conversation, stops when told, and continues. Everything under the strict policy and without a word in the console.

import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";
import { ask, listenForTrouble, press, send, startSite, turnsOf, untilState } from "./chat-site.ts";

const { parent, folder } = writeByteModel();
afterAll(() => rmSync(parent, { recursive: true }));

describe.each(browserKinds)("the chat page in %s", (kind) => {
  let server: FileServer;
  let page: BrowserPage;
  let trouble: string[];

  beforeAll(async () => {
    server = await startSite({ tiny: folder, base: "/sub/path/" });
    page = await launch(kind);
    trouble = listenForTrouble(page);
    await page.goto(`${server.origin}/sub/path/`);
  });
  afterAll(async () => {
    await page?.close();
    await server?.close();
  });

  test("loads the model beside it from a sub-path and answers", async () => {
    const answer = await ask(page, "hi");
    expect(answer).toMatchObject({ role: "assistant", status: "done" });
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
  });

  test("the second turn prefills only what is new", async () => {
    const answer = await ask(page, "and?");
    expect(answer.usage?.prompt_tokens_details.cached_tokens).toBeGreaterThan(0);
  });

  test("answers carry the AI label, figures, and the policy's places to report", async () => {
    const seen = await page.evaluate<{ label: string; figures: string; links: string[] }>(() => {
      const root = document.querySelector("pronk-chat")!.shadowRoot!;
      const links = [...root.querySelectorAll<HTMLAnchorElement>(".report a")].map(({ href }) => href);
      const text = (selector: string) => root.querySelector(selector)?.textContent ?? "";
      return { label: text(".ai-label"), figures: text(".figures"), links };
    });
    expect(seen.label).toContain("AI-generated");
    expect(seen.figures).toMatch(/\d+ tokens/);
    expect(seen.links).toContain("mailto:LlamaUseReport@meta.com");
    expect(seen.links.length).toBe(4);
  });

  test("Escape stops the answer and the next question is answered", async () => {
    await press(page, "[data-action=new-chat]");
    await send(page, "a long one");
    await untilState(page, "answering");
    await page.evaluate(() => {
      const field = document.querySelector("pronk-chat")!.shadowRoot!.querySelector("#draft")!;
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, composed: true }));
    });
    await untilState(page, "ready");
    expect((await turnsOf(page)).at(-1)?.status).toBe("stopped");
    expect((await ask(page, "again")).status).toBe("done");
  });

  test("Safari's Enter that confirms a candidate sends nothing", async () => {
    const before = (await turnsOf(page)).length;
    const draft = await page.evaluate<string>(async () => {
      const field = document.querySelector("pronk-chat")!.shadowRoot!.querySelector<HTMLTextAreaElement>("#draft")!;
      const fire = (event: Event) => field.dispatchEvent(event);
      const way = { bubbles: true, composed: true, cancelable: true };
      fire(new CompositionEvent("compositionstart", way));
      field.value = "日本";
      fire(new InputEvent("input", { ...way, isComposing: true }));
      fire(new CompositionEvent("compositionend", { ...way, data: "日本" }));
      fire(new KeyboardEvent("keydown", { ...way, key: "Enter", keyCode: 229, isComposing: false }));
      await new Promise((done) => setTimeout(done, 50));
      const { value } = field;
      field.value = "";
      fire(new InputEvent("input", way));
      return value;
    });
    expect(draft).toBe("日本");
    expect((await turnsOf(page)).length).toBe(before);
  });

  test("focus is in the field again after an answer", async () => {
    const focused = await page.evaluate<string>(
      () => document.querySelector("pronk-chat")!.shadowRoot!.activeElement?.id ?? "",
    );
    expect(focused).toBe("draft");
  });

  test("what no longer fits the context is said where it was left out", async () => {
    await press(page, "[data-action=new-chat]");
    const notices = () =>
      page.evaluate<{ before: string; after: string; last: boolean; text: string }[]>(() => {
        const root = document.querySelector("pronk-chat")!.shadowRoot!;
        return [...root.querySelectorAll(".transcript > .notice")].map((notice) => ({
          before: notice.previousElementSibling?.className ?? "",
          after: notice.nextElementSibling?.className ?? "",
          last: notice.nextElementSibling?.matches(":last-of-type") ?? false,
          text: notice.textContent,
        }));
      });
    for (let n = 1; n <= 8 && (await notices()).length === 0; n++) await ask(page, "a question of some length");
    expect(await notices()).toEqual([
      { before: "question", after: "answer ", last: true, text: expect.stringContaining("left out") },
    ]);
  });

  test("what another app shares waits in the text field, and is no more in the address", async () => {
    await page.goto(`${server.origin}/sub/path/?title=A+page&text=worth+a+question&url=https%3A%2F%2Fexample.org%2F`);
    const draft = () =>
      page.evaluate<string>(
        () =>
          document.querySelector("pronk-chat")?.shadowRoot?.querySelector<HTMLTextAreaElement>("#draft")?.value ?? "",
      );
    await expect.poll(draft).toBe("A page\nworth a question\nhttps://example.org/");
    expect(await page.evaluate(() => location.search)).toBe("");
  });

  test("nothing was refused and nothing complained", () => expect(trouble).toEqual([]));
});
