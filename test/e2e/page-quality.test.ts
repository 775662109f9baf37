// What every view owes its visitors: no policy violation on another site's page, no accessibility finding, nothing cut off in
// large letters or on paper, hostile Markdown that stays harmless, and a page that stays responsive while an answer runs.

import { AxeBuilder } from "@axe-core/playwright";
import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import type { Turn } from "../../src/element/session/turn.ts";
import { scenes } from "../../tools/screenshots/scenes.ts";
import { askStaged, stageEngine } from "../../tools/screenshots/staged-engine.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { answered, question } from "../support/said.ts";
import { ask, listenForTrouble, press, reportViolations, send, startSite, untilState } from "./chat-site.ts";

const { parent, folder } = writeByteModel();
let server: FileServer;
let page: BrowserPage;
let trouble: string[];

beforeAll(async () => {
  server = await startSite({ tiny: folder });
  page = await launch("chromium");
  trouble = listenForTrouble(page);
  await reportViolations(page);
});
beforeEach(() => void (trouble.length = 0));
afterEach(() => expect(trouble).toEqual([]));
afterAll(async () => {
  await page?.close();
  await server?.close();
  rmSync(parent, { recursive: true });
});

test("the element answers on a foreign page under the strict policy", async () => {
  await page.goto(`${server.origin}/embed.html`);
  expect((await ask(page, "hi")).status).toBe("done");
});

test("the page keeps its frames while an answer runs", async () => {
  await page.goto(`${server.origin}/`);
  await untilState(page, "ready");
  await page.evaluate(() => {
    const state = globalThis as unknown as { longestMs: number };
    state.longestMs = 0;
    let last = performance.now();
    setInterval(() => {
      state.longestMs = Math.max(state.longestMs, performance.now() - last);
      last = performance.now();
    }, 10);
  });
  await send(page, "go on for a while");
  await untilState(page, "answering");
  await untilState(page, "ready");
  const longestMs = await page.evaluate<number>(() => (globalThis as unknown as { longestMs: number }).longestMs);
  // One token on a software adapter takes longer than this; on the page's thread it would show.
  expect(longestMs).toBeLessThan(1000);
});

test.each(["llama-2", undefined] as const)("what an engine warns of stands above its texts (%s)", async (dialog) => {
  await page.goto(`${server.origin}/`);
  const warnings = [{ code: "tokenizer-scores", message: '"m.gguf" gives <b>all</b> pieces one score.' }];
  await page.evaluate(stageEngine, { label: "m", dialog, autoload: true, warnings });
  const seen = () =>
    page.evaluate<string[]>(() => {
      const root = document.querySelector("pronk-chat")!.shadowRoot!;
      return [...root.querySelectorAll<HTMLElement>(".column > .notice")].map((notice) => notice.textContent.trim());
    });
  expect(await seen()).toEqual([warnings[0].message]);
  await page.evaluate(stageEngine, { label: "n", dialog, autoload: true });
  expect(await seen()).toEqual([]);
});

test("hostile Markdown loads nothing and runs nothing", async () => {
  await page.goto(`${server.origin}/`);
  const answer =
    "[a](javascript:alert(1)) [b](https://example.org/ok) ![pixel](https://evil.example/pixel.png) " +
    "<img src=https://evil.example/x onerror=alert(1)> <b>bold</b> [c](data:text/html,x) https://example.org/end.";
  await page.evaluate(stageEngine, { label: "m", dialog: "llama-2", autoload: true, answers: [answer] });
  await page.evaluate(askStaged, "go");
  const seen = await page.evaluate<{ links: (string | null)[]; elements: string[]; text: string }>(() => {
    const root = document.querySelector("pronk-chat")!.shadowRoot!.querySelector(".markdown")!;
    const links = [...root.querySelectorAll("a")].map((link) => link.getAttribute("href"));
    return { links, elements: [...root.querySelectorAll("*")].map((node) => node.localName), text: root.textContent };
  });
  expect(seen.elements).not.toContain("img");
  expect(seen.elements).not.toContain("b");
  expect(seen.text).toContain("<b>bold</b>");
  const links = ["https://example.org/ok", "https://evil.example/pixel.png", "https://example.org/end"];
  expect(seen.links.filter(Boolean)).toEqual(links);
  expect(seen.text).toMatch(/example\.org\/end\.$/);
});

test("a conversation is printed whole, its oldest turns too, and without what can only be pressed", async () => {
  await page.goto(`${server.origin}/`);
  await page.evaluate(stageEngine, { label: "m", dialog: "llama-2", autoload: true, answers: ["An answer."] });
  await page.evaluate(askStaged, "A question?"); // Markdown has arrived
  const answers = () =>
    page.evaluate<number>(() => document.querySelector("pronk-chat")!.shadowRoot!.querySelectorAll(".answer").length);
  const said = Array.from({ length: 30 }, (_, i) => [
    question("A question?", `q${i}`),
    answered("A long answer. ".repeat(60), `a${i}`, `q${i}`),
  ]).flat();
  await page.evaluate(async (turns: Turn[]) => {
    const chat = document.querySelector("pronk-chat")!;
    await chat.open({ ...chat.conversation, turns, branches: turns });
  }, said);
  expect(await answers()).toBe(10);
  const pdf = (await page.playwright!.pdf({ format: "A4" })).toString("latin1");
  expect(pdf.match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(5);
  expect(await answers()).toBe(30);
  await page.playwright!.emulateMedia({ media: "print" });
  for (const pressed of [".bar", "pronk-chat .dock", "pronk-chat .actions"])
    expect(await page.playwright!.locator(pressed).first().isVisible()).toBe(false);
  await page.playwright!.emulateMedia({ media: null });
});

test("the picker says what fits this adapter, with the memory that each model takes, and finds by name", async () => {
  await page.goto(`${server.origin}/`);
  await untilState(page, "ready");
  await press(page, "#open-picker");
  await page.playwright!.waitForSelector("model-picker .fit.no");
  const groups = await page.evaluate<[string, string[], string[]][]>(() =>
    [...document.querySelectorAll("model-picker .catalogue")].map((list) => [
      list.previousElementSibling!.textContent,
      [...list.querySelectorAll<HTMLElement>(".entry")].map((entry) => entry.dataset.model!),
      [...list.querySelectorAll(".fit")].map((fit) => fit.textContent),
    ]),
  );
  const [[fits, inside], [fitsNot, outside]] = groups;
  expect([fits, fitsNot]).toEqual(["Fit your GPU", "Need more than your GPU seems to have"]);
  expect(inside[0]).toBe("tiny");
  expect(outside.at(-1)).toBe("llama-2-70b-chat");
  for (const [, ids, memory] of groups)
    for (const [i] of ids.entries()) expect(memory[i]).toMatch(/^\d[\d.]* [MG]B on the GPU$/);
  await page.playwright!.fill("#catalogue-search", "smollm 135");
  await expect.poll(() => page.playwright!.locator("model-picker .catalogue .entry").count()).toBe(1);
});

test("axe looks into the element's shadow and would report a fault there", async () => {
  await page.goto(`${server.origin}/`);
  await untilState(page, "ready");
  await page.evaluate(() => {
    const root = document.querySelector("pronk-chat")!.shadowRoot!;
    root.querySelector(".composer")!.append(document.createElement("button")); // without a name
  });
  const { violations } = await new AxeBuilder({ page: page.playwright! }).analyze();
  expect(violations.map(({ id }) => id)).toEqual(["button-name"]);
});

describe.each(["light", "dark"] as const)("axe finds nothing, %s", (colorScheme) => {
  test.each(scenes.map(({ name, page: path, steps }) => ({ name, path, steps })))("$name", async ({ path, steps }) => {
    await page.playwright!.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto(`${server.origin}/${path}`);
    for (const step of steps) await page.evaluate(step.run, step.argument);
    const { violations } = await new AxeBuilder({ page: page.playwright! }).analyze();
    const findings = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
    expect(findings).toEqual([]);
  });
});

/** In the page: what lies beyond its edges, or in a box that scrolls sideways though it is neither code, a table nor a formula. */
function cutOff(): string[] {
  const found: string[] = [];
  const told = "button, a, input, textarea, select, p, h1, h2, h3, label, summary, li";
  const mayScroll = "pre, .table-scroll, .formula-scroll";
  const visit = (root: Document | ShadowRoot, scrolls: boolean) => {
    for (const node of root.querySelectorAll<HTMLElement>("*")) {
      const inside = scrolls || node.closest(mayScroll) !== null;
      if (node.shadowRoot) visit(node.shadowRoot, inside);
      const { left, right, width } = node.getBoundingClientRect();
      if (inside || width === 0 || node.closest(".visually-hidden") || !node.checkVisibility()) continue;
      const name = `${node.localName}.${node.className} ${(node.textContent ?? "").trim().slice(0, 40)}`;
      if (node.matches(told) && (left < -1 || right > innerWidth + 1)) found.push(`${left} to ${right}: ${name}`);
      const slides = ["auto", "scroll"].includes(getComputedStyle(node).overflowX);
      if (slides && !node.matches("textarea") && node.scrollWidth > node.clientWidth + 1) found.push(`slides: ${name}`);
    }
  };
  visit(document, false);
  const { scrollWidth } = document.documentElement;
  return scrollWidth > innerWidth ? [`the page is ${scrollWidth} wide`, ...found] : found;
}

describe("letters of twice the size on a phone: nothing is cut off", () => {
  let large: BrowserPage;
  beforeAll(async () => {
    large = await launch("chromium", { chromiumFlags: ["--blink-settings=defaultFontSize=32"] });
    await large.playwright!.setViewportSize({ width: 390, height: 844 });
    await large.playwright!.emulateMedia({ reducedMotion: "reduce" });
  });
  afterAll(() => large?.close());

  test.each(scenes.map(({ name, page: path, steps }) => ({ name, path, steps })))("$name", async ({ path, steps }) => {
    await large.goto(`${server.origin}/${path}`);
    for (const step of steps) await large.evaluate(step.run, step.argument);
    expect(await large.evaluate(cutOff)).toEqual([]);
  });
});
