// What a newcomer meets: the page as built, the model that ships with it, its starter questions, trained answers.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { browserKinds } from "../support/harness.ts";
import { ask, press, startSite, turnsOf, untilState } from "./chat-site.ts";

/** The line below an answer that offers a larger model; "" if it is not shown. */
const larger = (page: BrowserPage) =>
  page.evaluate<string>(() => {
    const place = document.querySelector<HTMLElement>("#larger-model")!;
    return place.checkVisibility() ? place.textContent : "";
  });
/** Whether an element in the conversation lies within the part of it that is shown. */
const isInView = (page: BrowserPage, selector: string) =>
  page.evaluate<boolean>((wanted: string) => {
    const scroller = document.querySelector("pronk-chat")!.shadowRoot!.querySelector(".scroller")!;
    const [inner, outer] = [document.querySelector(wanted)!, scroller].map((one) => one.getBoundingClientRect());
    return inner.top >= outer.top && inner.bottom <= outer.bottom;
  }, selector);
const useLanguage = (page: BrowserPage, language: string) =>
  page.evaluate((wanted: string) => {
    const menu = document.querySelector<HTMLSelectElement>("#language")!;
    menu.value = wanted;
    menu.dispatchEvent(new Event("change"));
  }, language);

describe.each(browserKinds)("the shipped model in %s", (kind) => {
  let server: FileServer;
  let page: BrowserPage;

  beforeAll(async () => {
    server = await startSite();
    page = await launch(kind);
    await page.goto(`${server.origin}/`);
  });
  afterAll(async () => {
    await page?.close();
    await server?.close();
  });

  test("a press on the first starter question gets the trained answer", async () => {
    await untilState(page, "ready");
    await press(page, ".starter");
    await untilState(page, "answering");
    await untilState(page, "ready");
    const [question, answer] = await turnsOf(page);
    expect(question.text).toBe("What is pronk?");
    expect(answer.status).toBe("done");
    expect(answer.text).toMatch(/pronk/i);
    expect(answer.text).toMatch(/browser|model|GPU|tab/i);
  });

  test("a second question is answered in the same conversation", async () => {
    const answer = await ask(page, "Is this private?");
    expect(answer.text).toMatch(/private|machine|device|tab/i);
    expect(answer.usage?.prompt_tokens_details.cached_tokens).toBeGreaterThan(0);
    expect(await larger(page)).toBe("");
  });

  test("below what it cannot know stands the next larger model, and a press takes the question there", async () => {
    const question = "Who was Napoleon?";
    expect((await ask(page, question)).text).toContain("I do not know that");
    await expect
      .poll(() => larger(page))
      .toMatch(/^A larger model may know this\. Ask SmolLM2 135M \(145 MB download\)$/);
    await expect.poll(() => isInView(page, "#larger-model")).toBe(true);
    await useLanguage(page, "de");
    await expect.poll(() => larger(page)).toMatch(/^Ein größeres Modell .+ SmolLM2 135M fragen/);
    await useLanguage(page, "en");
    await ask(page, "thanks");
    expect(await larger(page)).toBe("");

    await ask(page, question);
    await expect.poll(() => larger(page)).toContain("Ask SmolLM2");
    await press(page, "[data-action=ask-larger]");
    await untilState(page, "idle"); // nothing is fetched before it is asked
    const there = () =>
      page.evaluate(() => [
        document.querySelector("#model-name")!.textContent,
        document.querySelector("pronk-chat")!.shadowRoot!.querySelector("textarea")!.value,
      ]);
    await expect.poll(there).toEqual(["SmolLM2 135M", question]);
    expect(await larger(page)).toBe("");
  });
});
