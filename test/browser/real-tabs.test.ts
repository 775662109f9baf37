// Real tabs of Chromium, each a process of its own, on one engine: what frames (share-tabs.test.ts) cannot show is a tab
// that is closed from outside or crashes while it leads, with all that its process held.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright";
import type { BrowserPage } from "../../cli/browser/browser-page.ts";
import { byteModelSite } from "../support/byte-model-site.ts";
import { atRest, setUpPage } from "../support/store-page.ts";

type Pronk = typeof import("../../src/index.ts");
type Engine = Awaited<ReturnType<Pronk["createEngine"]>>;

// What runs in the page finds these as globals.
declare const pronk: Pronk;
declare const hubUrl: string;
declare const share: true | "leader";
declare let engine: Engine;
declare let seen: { text: string; chunks: number; ended: boolean; error?: { code: string; message: string } };

const now = byteModelSite();

const load = async () => {
  Object.assign(globalThis, { engine: await pronk.createEngine("owner/byte-model", { share, hubUrl }) });
};

/** A chat in the tab: two turns, of which the second is streamed and watched. */
const ask = () => {
  Object.assign(globalThis, { seen: { text: "", chunks: 0, ended: false } });
  const request = { prompt: "a", temperature: 0, ignore_eos: true, max_tokens: 230, stream: true } as const;
  void (async () => {
    try {
      for await (const chunk of await engine.completions.create(request)) {
        seen.text += chunk.choices[0].text;
        seen.chunks++;
      }
    } catch (error) {
      const { code, message } = error as InstanceType<Pronk["PronkError"]>;
      seen.error = { code, message };
    }
    seen.ended = true;
  })();
};

const whole = async () => {
  const request = { prompt: "a", temperature: 0, ignore_eos: true, max_tokens: 230 } as const;
  const answer = await engine.completions.create(request);
  return answer.choices[0].text;
};

describe.each([true, "leader"] as const)("share: %s", (way) => {
  let page: BrowserPage;
  let tabs: Page[];
  beforeAll(async () => {
    now.hub.requests.length = 0;
    page = await now.site.open("chromium", now.hub.url);
  });
  afterAll(() => page?.close());

  async function openTab(): Promise<Page> {
    const tab = await page.playwright!.context().newPage();
    tab.setDefaultTimeout(0);
    await tab.goto(`${now.site.server.origin}/`);
    await tab.evaluate(
      `((__name) => (${setUpPage})(${JSON.stringify({ hubUrl: now.hub.url, share: way })}))((f) => f)`,
    );
    return tab;
  }

  test.each(["closed", "crashed"] as const)(
    "two tabs, and the first is %s in the middle of the second's answer",
    async (end) => {
      tabs = [await openTab(), await openTab()];
      await tabs[0].evaluate(load);
      await tabs[1].evaluate(load);
      const text = await tabs[1].evaluate(whole);
      await tabs[1].evaluate(ask);
      await tabs[1].waitForFunction(() => seen.chunks >= 3, undefined, { polling: 5 });
      if (end === "closed") await tabs[0].close();
      else {
        const session = await tabs[0].context().newCDPSession(tabs[0]);
        void session.send("Page.crash").catch(() => {}); // it is never answered
      }
      await tabs[1].waitForFunction(() => seen.ended, undefined, { polling: 50 });
      const found = await tabs[1].evaluate(() => seen);
      expect([found.error, found.text]).toEqual([undefined, text]);
      // The conversation is the tab's: it stays, and the next answer is what it would have been.
      expect(await tabs[1].evaluate(whole)).toBe(text);
      const third = await openTab();
      await third.evaluate(load);
      expect(await third.evaluate(whole)).toBe(text);
      await Promise.all([tabs[1].evaluate(() => engine.unload()), third.evaluate(() => engine.unload())]);
      for (const tab of [...tabs, third]) await tab.close();
      const rows = Object.keys(await atRest(page)).filter((key) => key.startsWith("["));
      expect(rows.filter((row) => row.includes("safetensors"))).toHaveLength(1); // one copy
    },
  );

  test("its weights were fetched once", () => {
    const bodies = now.hub.requests.filter(
      ({ origin, sent }) => origin === "storage" && sent?.start === 0 && sent.end > 10_000,
    );
    expect(bodies.map(({ path }) => path)).toEqual(["/model.safetensors"]);
  });
});
