// What a newcomer meets: the page as built, the model that ships with it, its starter questions, trained answers.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { browserKinds } from "../support/harness.ts";
import { ask, press, startSite, turnsOf, untilState } from "./chat-site.ts";

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
  });
});
