// Markdown in the real page, in both browsers, under its policy and with trusted types required: every example of
// test/unit/element/markdown-examples.test.ts arrives in pieces, and the nodes at the end are those that are right there.

import specification from "commonmark-spec";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { english } from "../../src/element/languages/en.ts";
import { markdownSample } from "../../tools/screenshots/markdown-sample.ts";
import { stageEngine } from "../../tools/screenshots/staged-engine.ts";
import { gfmExamples } from "../support/gfm-examples.ts";
import { browserKinds } from "../support/harness.ts";
import { allDrawers, rendered } from "../support/markdown-page.ts";
import { listenForTrouble, startSite } from "./chat-site.ts";

// One answer for each section: what an example leaves open may reach into the next, there as here.
const sections: Record<string, string[]> = {};
for (const { section, markdown } of specification.tests)
  (sections[section] ??= []).push(markdown.replaceAll("→", "\t"));
sections.gfm = gfmExamples.map(({ markdown }) => markdown);
sections.sample = [markdownSample];
/** Makes the page fetch what is fetched on demand. */
const first = "```js\nlet a;\n```\n$x$";
const answers = [first, ...Object.values(sections).map((parts) => parts.join("\n\n").trimEnd())]; // staged in words

let server: FileServer;
beforeAll(async () => void (server = await startSite()));
afterAll(() => server?.close());

describe.each(browserKinds)("in %s", (kind) => {
  let page: BrowserPage;
  let trouble: string[];
  beforeAll(async () => {
    page = await launch(kind);
    trouble = listenForTrouble(page);
    await page.goto(`${server.origin}/`);
  });
  afterAll(() => page?.close());

  test("every example ends as it should, and nothing is loaded on the way", async () => {
    await page.evaluate(stageEngine, { label: "m", dialog: "llama-2", autoload: true, answers });
    await page.evaluate(asksForTrustedTypes);
    await page.evaluate(askAll, 1);
    await page.evaluate(allHasArrived);
    await page.evaluate(() => performance.clearResourceTimings());
    await page.evaluate(askAll, answers.length);
    const seen = await page.evaluate<string[]>(outlines, null);
    expect(seen).toHaveLength(answers.length);
    const wanted = outlines(answers.map((answer) => rendered(answer, allDrawers())));
    for (const index of answers.keys()) expect(seen[index]).toBe(wanted[index]);
    const loaded = await page.evaluate<string[]>(() =>
      performance.getEntriesByType("resource").map(({ name }) => name),
    );
    expect(loaded).toEqual([]);
    expect(trouble).toEqual([]);
  });

  test("what came of copying code is told on its button and to a screen reader", async () => {
    const copyWith = (granted: boolean) =>
      page.evaluate<string[]>(async (isGranted: boolean) => {
        const writeText = async () => {
          if (!isGranted) throw new DOMException("refused", "NotAllowedError");
        };
        Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
        const root = document.querySelector("pronk-chat")!.shadowRoot!;
        const button = [...root.querySelectorAll<HTMLElement>(".copy-code")].at(-1)!;
        button.click();
        await new Promise((resolve) => setTimeout(resolve, 100));
        return [button.textContent, root.querySelector("[data-live]")!.textContent];
      }, granted);
    expect(await copyWith(true)).toEqual(["Copied", "Copied"]);
    expect(await copyWith(false)).toEqual([english.refused, english.refused]);
  });

  test("a footnote's mark leads to the note and back", async () => {
    const focused = await page.evaluate<string[]>(() => {
      const root = document.querySelector("pronk-chat")!.shadowRoot!;
      const answer = [...root.querySelectorAll(".markdown")].at(-1)!;
      const press = (selector: string) => {
        answer.querySelector<HTMLElement>(selector)!.click();
        return root.activeElement?.textContent ?? "";
      };
      return [press('[data-note="2"]'), press('[data-back="2"]')];
    });
    expect(focused).toEqual([expect.stringContaining("A company that never was."), "2"]);
  });

  test("words of a table keep together on a phone, and the page does not grow wider", async () => {
    const seen = await page.evaluate<{ wider: boolean; lines: number }>(() => {
      const root = document.querySelector("pronk-chat")!.shadowRoot!;
      const answer = [...root.querySelectorAll<HTMLElement>(".markdown")].at(-1)!;
      answer.style.width = "320px";
      const cell = [...answer.querySelectorAll("td")].find((td) => td.textContent === "needs_a_large_adapter")!;
      const range = document.createRange();
      range.selectNodeContents(cell);
      return { wider: answer.scrollWidth > 320, lines: range.getClientRects().length };
    });
    expect(seen).toEqual({ wider: false, lines: 1 });
  });
});

/** Waits for the parser, and for what colours code and shows formulas. */
async function allHasArrived(): Promise<void> {
  const root = document.querySelector("pronk-chat")!.shadowRoot!;
  while (!root.querySelector(".keyword") || !root.querySelector("math")) await new Promise(requestAnimationFrame);
}

/** From here on, turning a string into HTML throws, if the browser knows the rule. */
function asksForTrustedTypes(): void {
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = "require-trusted-types-for 'script'";
  document.head.append(meta);
}

async function askAll(answers: number): Promise<void> {
  const chat = document.querySelector<HTMLElement & { ask(text: string): Promise<void> }>("pronk-chat")!;
  const finished = () => chat.shadowRoot!.querySelectorAll(".answer:not(.running) .markdown").length;
  for (let count = finished() + 1; count <= answers; count++) {
    await chat.ask("go on");
    while (finished() < count) await new Promise((done) => setTimeout(done, 10));
  }
}

/** All nodes of rendered answers with their attributes, a line for each answer; null: of all answers in the page. */
function outlines(roots: Element[] | null): string[] {
  const outline = (parent: Element): string =>
    [...parent.childNodes]
      .map((node) => {
        if (node.nodeType === 3) return JSON.stringify(node.textContent);
        const element = node as Element;
        const names = element.getAttributeNames().sort();
        const attributes = names.map((name) => ` ${name}=${JSON.stringify(element.getAttribute(name))}`).join("");
        return `<${element.localName}${attributes}>${outline(element)}</>`;
      })
      .join("");
  return (roots ?? [...document.querySelector("pronk-chat")!.shadowRoot!.querySelectorAll(".markdown")]).map(outline);
}
