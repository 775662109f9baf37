// Answers in the real page, under its policy: colours, formulas and thoughts come on demand, wide content scrolls, harmful
// content becomes plain words, and the page stays responsive while a long answer streams.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { askStaged, stageEngine } from "../../tools/screenshots/staged-engine.ts";
import { hostileAnswers } from "../support/hostile-answers.ts";
import { longAnswer } from "../support/long-answer.ts";
import { allowedInAnswers, harmfulUnless } from "../support/markdown-page.ts";
import { listenForTrouble, reportViolations, startSite } from "./chat-site.ts";

let server: FileServer;
let page: BrowserPage;
let trouble: string[];

beforeAll(async () => {
  server = await startSite();
  page = await launch("chromium");
  trouble = listenForTrouble(page);
  await reportViolations(page);
});
beforeEach(() => void (trouble.length = 0));
afterEach(() => expect(trouble).toEqual([]));
afterAll(async () => {
  await page?.close();
  await server?.close();
});

const stage = async (answers: string[], script: object = {}) => {
  await page.goto(`${server.origin}/`);
  await page.evaluate(stageEngine, { label: "m", dialog: "llama-2" as const, autoload: true, answers, ...script });
};
/** The last answer's elements that match, once there are `count` of them. */
const seen = (selector: string, count: number) =>
  page.evaluate<string[]>(
    async ([wanted, least]: [string, number]) => {
      const root = document.querySelector("pronk-chat")!.shadowRoot!;
      const found = () => [
        ...(root
          .querySelectorAll(".answer")
          .item(root.querySelectorAll(".answer").length - 1)
          ?.querySelectorAll(wanted) ?? []),
      ];
      for (let tries = 0; tries < 500 && found().length < least; tries++)
        await new Promise((done) => setTimeout(done, 20));
      return found().map((node) => node.textContent);
    },
    [selector, count] as [string, number],
  );

test("what is selected of an answer is quoted into the text field, behind what stands there", async () => {
  await stage(["First words.\n\nSecond **words** here.\n\n- and a list"]);
  await page.evaluate(askStaged, "go");
  const quoted = (select: string) =>
    page.evaluate<string>(async (wanted: string) => {
      const chat = document.querySelector("pronk-chat")!;
      const root = chat.shadowRoot!;
      const part = root.querySelector(`.answer ${wanted}`);
      getSelection()!.removeAllRanges();
      if (part) getSelection()!.selectAllChildren(part);
      root.querySelector<HTMLElement>("[data-action=quote]")!.click();
      await chat.updateComplete;
      return root.querySelector<HTMLTextAreaElement>("#draft")!.value;
    }, select);
  expect(await quoted("p:nth-of-type(2)")).toBe("> Second words here.\n\n");
  expect(await quoted("nothing")).toBe(
    "> Second words here.\n\n> First words.\n>\n> Second **words** here.\n>\n> - and a list\n\n",
  );
});

const rich = `So $x^2$:

\`\`\`js
const wide = "${"very ".repeat(60)}";
\`\`\`

| a |${" wide |".repeat(30)}
|---|${"---|".repeat(30)}
| b |${" cell_with_a_name |".repeat(30)}

$$
${"x_1 + ".repeat(80)} y
$$
`;

test("colours and formulas are fetched when the first code and formula come, and not before", async () => {
  await stage(["Plain words.", rich]);
  const parts = () =>
    page.evaluate<string[]>(() =>
      performance
        .getEntriesByType("resource")
        .flatMap(({ name }) => /(code-colours|formula)-[^/]*\.js$/.exec(name)?.[1] ?? []),
    );
  await page.evaluate(askStaged, "plain");
  expect(await parts()).toEqual([]);
  await page.evaluate(askStaged, "rich");
  expect(await seen("code .keyword", 1)).toEqual(["const"]);
  expect(await seen("math", 2)).toHaveLength(2);
  expect((await parts()).sort()).toEqual(["code-colours", "formula"]);
  const first = await page.evaluate<[string, number]>(() => {
    const math = document.querySelector("pronk-chat")!.shadowRoot!.querySelector("math msup")!;
    return [math.namespaceURI!, math.lastElementChild!.getBoundingClientRect().height];
  });
  expect(first[0]).toBe("http://www.w3.org/1998/Math/MathML");
  expect(first[1]).toBeGreaterThan(4); // it is laid out
});

test.each([320, 1280])(
  "what is wide scrolls in its own frame, by the keyboard too, and says so at its edge (%i px)",
  async (width) => {
    await page.playwright!.setViewportSize({ width, height: 640 });
    const frames = await page.evaluate<{ scrolls: boolean; focus: boolean; shade: string; name: string | null }[]>(
      () => {
        const root = document.querySelector("pronk-chat")!.shadowRoot!;
        return [...root.querySelectorAll<HTMLElement>(".code-block pre, .table-scroll, div.formula-scroll")].map(
          (frame) => {
            frame.focus();
            const scrolls = frame.scrollWidth > frame.clientWidth && getComputedStyle(frame).overflowX === "auto";
            const shade = getComputedStyle(frame).backgroundAttachment;
            return { scrolls, focus: root.activeElement === frame, shade, name: frame.getAttribute("aria-label") };
          },
        );
      },
    );
    const shade = "local, local, scroll, scroll";
    expect(frames).toEqual(
      ["Code in JavaScript", "Table", "Formula"].map((name) => ({ scrolls: true, focus: true, shade, name })),
    );
    const page_ = await page.evaluate<[number, boolean]>(() => {
      const root = document.querySelector("pronk-chat")!.shadowRoot!;
      const [button, code] = [".copy-code", ".code-block code"].map((one) =>
        root.querySelector(one)!.getBoundingClientRect(),
      );
      return [document.documentElement.scrollWidth, button.bottom <= code.top + 1];
    });
    expect(page_).toEqual([width, true]); // nothing widens the page, and the button covers nothing
    await page.playwright!.setViewportSize({ width: 1280, height: 720 });
  },
);

test("a thought is folded, with its time, and is no part of what is copied, announced or sent", async () => {
  await stage(["<think>\nI *wonder*.\n</think>\n\nYes, **so**."]);
  await page.evaluate(askStaged, "Is it?");
  const [summary] = await seen(".thought > summary", 1);
  expect(summary).toBe("Thought for 1 sec");
  expect(await seen(".thought[open]", 0)).toEqual([]);
  expect(await seen(":scope > .markdown", 1)).toEqual(["Yes, so."]);
  const [live, copied, html] = await page.evaluate<string[]>(async () => {
    const root = document.querySelector("pronk-chat")!.shadowRoot!;
    const announced = root.querySelector("[data-live]")!.textContent;
    let text = "";
    Object.defineProperty(navigator, "clipboard", {
      value: { writeText: async (words: string) => void (text = words) },
      configurable: true,
    });
    root.querySelector<HTMLElement>("[data-action=copy]")!.click();
    await new Promise((done) => setTimeout(done, 50));
    return [announced, text, root.querySelector(".thought .markdown em")!.textContent];
  });
  expect([live, copied, html]).toEqual(["Yes, **so**.", "Yes, **so**.", "wonder"]);
});

test("a caret stands where words arrive, and nowhere once they have", async () => {
  const caret = () =>
    page.evaluate<string>(() => {
      const last = document
        .querySelector("pronk-chat")!
        .shadowRoot!.querySelector(".answer > .markdown > :last-child")!;
      return getComputedStyle(last, "::after").content;
    });
  await stage(["Some words and"], { holdAnswer: true });
  await page.evaluate(askStaged, "go");
  expect(await caret()).toBe('""');
  await stage(["<think>\nHm, a"], { holdAnswer: true });
  await page.evaluate(askStaged, "go");
  expect(await seen(".thought.thinking > summary", 1)).toEqual(["Thinking"]);
  expect(await seen(".waiting", 0)).toEqual([]); // no dots beside it
  await stage(["Some words and"]);
  await page.evaluate(askStaged, "go");
  await expect.poll(caret).toBe("none");
});

test("500 answers that mean harm do nothing", async () => {
  const answers = hostileAnswers(500, 15);
  await stage([]);
  await page.evaluate(askStaged, "first"); // the parser has arrived
  server.requests.length = 0;
  const requests: string[] = [];
  const listen = (request: { url(): string }) => void requests.push(request.url());
  page.playwright!.on("request", listen);
  const before = page.playwright!.url();
  const found = await page.evaluate<string[]>(async (texts: string[]) => {
    // Before anything is drawn, everything that could reveal a script is watched: dialogs and globals.
    const watched: string[] = [];
    for (const name of ["alert", "prompt", "confirm", "open", "print", "fetch"] as const)
      Object.defineProperty(globalThis, name, { value: () => void watched.push(name), configurable: true });
    const chat = document.querySelector("pronk-chat")!;
    const turns = texts.flatMap((text, index) => [
      { role: "user" as const, id: `q${index}`, text: "go" },
      {
        role: "assistant" as const,
        id: `a${index}`,
        text,
        status: "done" as const,
        droppedMessages: 0,
        contextFull: false,
        lengthReached: false,
      },
    ]);
    await chat.open({
      turns,
      continuation: { text: "", contextFull: false },
      draft: { text: "" },
      system: "",
      settings: {},
    });
    const root = chat.shadowRoot!;
    const earlier = () => root.querySelector<HTMLElement>("[data-action=earlier-turns]");
    for (; earlier(); await chat.updateComplete) earlier()!.click(); // all of them are drawn
    const drawn = () => root.querySelectorAll("math").length > 20 && root.querySelectorAll("code span").length > 100;
    for (let tries = 0; tries < 500 && !drawn(); tries++) await new Promise((done) => setTimeout(done, 20));
    if (!drawn()) watched.push("formulas or colours never came");
    for (const details of root.querySelectorAll("details")) details.open = true;
    for (const button of root.querySelectorAll<HTMLElement>(".markdown button")) button.click();
    await new Promise((done) => setTimeout(done, 300));
    return [...watched, ...("pwned" in globalThis ? ["pwned"] : [])];
  }, answers);
  page.playwright!.off("request", listen);
  expect(found).toEqual([]);
  expect(await page.evaluate(harmfulUnless, allowedInAnswers)).toEqual([]);
  const ours = /\/assets\/(code-colours|formula)-[\w-]+\.js$/;
  expect(requests.filter((url) => !ours.test(url))).toEqual([]);
  expect(page.playwright!.url()).toBe(before);
});

test("while 4,000 tokens with tables, code and formulas stream, no task of the page takes more than 50 ms", async () => {
  expect(longAnswer.length).toBeGreaterThan(16_000);
  await stage(["```js\nlet a;\n```\n$x$", longAnswer, longAnswer, longAnswer], { piecesAtATime: 12 });
  await page.evaluate(askStaged, "warm up");
  await seen("math", 1);
  // If the page itself exceeds the limit, it does so every time; a busy machine's share varies.
  let longest = Infinity;
  for (let tries = 0; tries < 3 && longest >= 50; tries++) longest = Math.min(longest, await longestTask());
  expect(longest).toBeLessThan(50);
  expect(await seen(".code-block", 8)).toHaveLength(8);
});

/** Processor time of the longest task while the long answer arrives, ms. */
async function longestTask(): Promise<number> {
  const browser = page.playwright!.context().browser()!;
  await browser.startTracing(page.playwright!, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] });
  await page.evaluate(async () => {
    const chat = document.querySelector("pronk-chat")!;
    await chat.ask("All of it.");
    await new Promise((done) => setTimeout(done, 300));
  });
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const tasks = mainThreadTasks(trace.traceEvents);
  expect(tasks.length).toBeGreaterThan(200);
  return Math.max(...tasks);
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** of processor time, microseconds */
  tdur?: number;
  args?: { name?: string };
}

/** Processor time of each task of the page's own thread, ms: the busiest thread of its kind. */
function mainThreadTasks(events: TraceEvent[]): number[] {
  const place = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const threads = new Set(
    events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain").map(place),
  );
  const byThread = new Map<string, number[]>();
  for (const event of events) {
    if (!event.name.endsWith("RunTask") || event.ph !== "X" || event.tdur === undefined || !threads.has(place(event)))
      continue;
    byThread.set(place(event), [...(byThread.get(place(event)) ?? []), event.tdur / 1000]);
  }
  const sum = (tasks: number[]) => tasks.reduce((total, ms) => total + ms, 0);
  return [...byThread.values()].sort((a, b) => sum(b) - sum(a))[0] ?? [];
}
