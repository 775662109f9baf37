// Keys, and what else a person without a mouse needs: the map, each key, a way by Tab to every button, answers that are
// announced once, and a page that keeps its parts at 200 % and 400 %, without motion and in forced colours.

import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { askStaged, stageEngine } from "../../tools/screenshots/staged-engine.ts";
import { browserKinds } from "../support/harness.ts";
import { draftOf, listenForTrouble, press, startSite, turnsOf, untilState, write } from "./chat-site.ts";

let server: FileServer;
beforeAll(async () => void (server = await startSite()));
afterAll(async () => server?.close());

const script = { label: "m", dialog: "llama-2" as const, autoload: true, answers: ["First.", "Second."] };

describe.each(browserKinds)("keys in %s", (kind) => {
  let page: BrowserPage;
  let trouble: string[];
  beforeAll(async () => {
    page = await launch(kind, { adapter: "none" });
    trouble = listenForTrouble(page);
    await page.goto(`${server.origin}/`);
  });
  beforeEach(async () => {
    trouble.length = 0;
    await page.evaluate(stageEngine, script);
  });
  afterEach(() => expect(trouble).toEqual([]));
  afterAll(async () => page?.close());

  /** Presses a key on the page outside the chat, or in the text field; whether it was taken. */
  const key = (init: KeyboardEventInit, where = "body") =>
    page.evaluate<boolean>(
      ([given, target]: [KeyboardEventInit, string]) => {
        const root = document.querySelector("pronk-chat")!.shadowRoot!;
        const event = new KeyboardEvent("keydown", { ...given, bubbles: true, composed: true, cancelable: true });
        return !(root.querySelector(target) ?? document.querySelector(target)!).dispatchEvent(event);
      },
      [init, where] as [KeyboardEventInit, string],
    );
  const letter = (name: string, where?: string) =>
    key({ key: name, code: `Key${name}`, altKey: true, shiftKey: true }, where);
  const title = () =>
    page.evaluate<string | undefined>(
      () => document.querySelector("pronk-chat")!.shadowRoot!.querySelector("dialog[open] h2")?.textContent,
    );
  const draft = () => draftOf(page);
  const focused = () =>
    page.evaluate<string | undefined>(() => {
      const { activeElement } = document;
      return (activeElement?.shadowRoot?.activeElement ?? activeElement)?.id;
    });

  test("? shows the map, with the page's own keys; in the text field it is typed", async () => {
    expect(await key({ key: "?", shiftKey: true }, "#draft")).toBe(false);
    expect(await key({ key: "?", shiftKey: true })).toBe(true);
    await expect.poll(title).toBe("Keyboard shortcuts");
    const rows = await page.evaluate<string[]>(() =>
      [...document.querySelector("pronk-chat")!.shadowRoot!.querySelectorAll(".keys > div")].map((row) =>
        row.textContent.replace(/\s+/g, " ").trim(),
      ),
    );
    expect(rows).toEqual([
      "Send Enter",
      "New line Shift + Enter",
      "Stop the answer Esc",
      "Edit your last message Alt + Shift + E",
      "Go to the text field Alt + Shift + C",
      "Remove an attachment Delete",
      "New chat Alt + Shift + N",
      "Search the conversations Alt + Shift + S",
      "Choose a model Alt + Shift + M",
      "Show these keys ? or Alt + Shift + ?",
    ]);
    expect(await letter("N", ".keys")).toBe(false); // a dialog is open
    await press(page, "[data-action=close-panel]");
    await expect.poll(title).toBeUndefined();
    expect(await key({ key: "?", code: "Slash", altKey: true, shiftKey: true }, "#draft")).toBe(true);
    await expect.poll(title).toBe("Keyboard shortcuts");
    await press(page, "[data-action=close-panel]");
    await press(page, "[data-action=keys]");
    await expect.poll(title).toBe("Keyboard shortcuts");
    await press(page, "[data-action=close-panel]");
  });

  test("new chat, edit the last message, to the text field, search, switch the model", async () => {
    await page.evaluate(askStaged, "one");
    await page.evaluate(askStaged, "two");
    await untilState(page, "ready");
    expect(await letter("E")).toBe(true);
    await expect.poll(draft).toBe("two");
    expect(await key({ key: "Escape" }, "#draft")).toBe(true); // and it stays as it was
    await expect.poll(draft).toBe("");
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    expect(await letter("C")).toBe(true);
    await expect.poll(focused).toBe("draft");
    expect(await letter("S", "#draft")).toBe(true);
    await expect.poll(focused).toBe("search-conversations");
    expect(await letter("N", "#search-conversations")).toBe(true);
    await expect.poll(async () => (await turnsOf(page)).length).toBe(0);
    expect(await letter("M")).toBe(true);
    const picker = () => page.evaluate<boolean>(() => document.querySelector<HTMLDialogElement>(".picker")!.open);
    await expect.poll(picker).toBe(true);
    await press(page, "[data-action=close-picker]");
    await expect.poll(picker).toBe(false);
    await press(page, "#open-list[aria-expanded=true]");
  });

  test("what others use is left alone: other modifiers, what is composed, letters alone", async () => {
    const n = { key: "n", code: "KeyN" };
    for (const init of [
      n,
      { ...n, ctrlKey: true },
      { ...n, metaKey: true },
      { ...n, altKey: true },
      { ...n, key: "N", altKey: true, shiftKey: true, ctrlKey: true },
      { ...n, key: "N", altKey: true, shiftKey: true, isComposing: true },
      { key: "?", shiftKey: true, ctrlKey: true },
    ])
      expect(await key(init), JSON.stringify(init)).toBe(false);
    // A keyboard without Latin letters: by the key's position.
    expect(await key({ key: "т", code: "KeyC", altKey: true, shiftKey: true })).toBe(true);
  });

  test("Escape stops the answer from anywhere, but not from a field that is somebody else's", async () => {
    await page.evaluate(stageEngine, { ...script, answers: ["Half an"], holdAnswer: true });
    await page.evaluate(askStaged, "go");
    await untilState(page, "answering");
    await page.evaluate(() => document.querySelector("header")!.append(document.createElement("input")));
    expect(await key({ key: "Escape" }, "header input")).toBe(false);
    expect(await key({ key: "Escape" })).toBe(true);
    await page.evaluate(() => document.querySelector("header input")!.remove());
  });
});

describe("without a mouse", () => {
  let page: BrowserPage;
  beforeAll(async () => {
    page = await launch("chromium", { adapter: "none" });
    await page.playwright!.addInitScript(`if (location.search === "?touch") {
      const real = matchMedia;
      globalThis.matchMedia = (query) => /coarse/.test(query) ? { matches: true, addEventListener() {} } : real(query);
    }`);
  });
  afterAll(async () => page?.close());

  const focusAtStart = async (search: string) => {
    await page.goto(`${server.origin}/${search}`);
    await page.playwright!.waitForSelector("pronk-chat #draft");
    await page.evaluate(() => document.querySelector("pronk-chat")!.updateComplete);
    await page.playwright!.waitForTimeout(100);
    return page.evaluate<string | undefined>(() => document.activeElement?.shadowRoot?.activeElement?.id);
  };
  const converse = async (answers: string[]) => {
    await page.goto(`${server.origin}/`);
    await page.evaluate(stageEngine, { ...script, answers });
    for (const at of answers.keys()) await page.evaluate(askStaged, `question ${at}`);
    await untilState(page, "ready");
  };

  test("the text field has the focus at the start, but not by touch", async () => {
    expect(await focusAtStart("")).toBe("draft");
    expect(await focusAtStart("?touch")).toBeUndefined();
  });

  test("Tab reaches every button, link and field of a conversation with code", async () => {
    await converse(["```js\nlet a;\n```\n\n[a link](https://example.org)"]);
    await page.evaluate(() => document.querySelector("pronk-chat")!.attach([new File(["some text"], "a.txt")]));
    await write(page, "words"); // what is sent can be pressed
    const [wanted, reached] = await page.evaluate<[number, string[]]>(() => {
      const all: Element[] = [];
      for (const root of [document, document.querySelector("pronk-chat")!.shadowRoot!])
        all.push(...root.querySelectorAll("button, a[href], input, textarea, select, summary, [tabindex='0']"));
      const shown = all.filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches(":disabled"));
      const left = new Set(shown);
      const state = globalThis as unknown as { left: Set<Element> };
      state.left = left;
      for (const root of [document, document.querySelector("pronk-chat")!.shadowRoot!])
        // a move within it is not told outside
        root.addEventListener("focusin", (event) => void left.delete(event.target as Element), true);
      (document.activeElement as HTMLElement).blur();
      return [shown.length, []];
    });
    expect(wanted).toBeGreaterThan(15);
    for (let at = 0; at < wanted + 5; at++) await page.playwright!.keyboard.press("Tab");
    reached.push(
      ...(await page.evaluate<string[]>(() =>
        [...(globalThis as unknown as { left: Set<Element> }).left].map((one) => one.outerHTML.slice(0, 120)),
      )),
    );
    expect(reached).toEqual([]);
  });

  test("an answer is announced once, whole", async () => {
    await converse([]);
    await page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(globalThis, { heard });
      const live = document.querySelector("pronk-chat")!.shadowRoot!.querySelector("[data-live]")!;
      const listen = () => void (live.textContent.trim() && heard.push(live.textContent.trim()));
      new MutationObserver(listen).observe(live, { subtree: true, childList: true, characterData: true });
    });
    await page.evaluate(stageEngine, { ...script, answers: ["One answer of several words."] });
    await page.evaluate(askStaged, "go");
    await untilState(page, "ready");
    const heard = () => page.evaluate<string[]>(() => (globalThis as unknown as { heard: string[] }).heard);
    await expect.poll(heard).toEqual(["One answer of several words."]);
  });

  test.each([
    ["200 %", 640, 400],
    ["400 %", 320, 256],
  ])("at %s nothing scrolls sideways, and the text field is whole", async (_, width, height) => {
    await page.playwright!.setViewportSize({ width, height });
    await converse(["A paragraph of words that has to break into lines where the page is as narrow as this."]);
    await page.evaluate(() =>
      document
        .querySelector("pronk-chat")!
        .attach([new File(["some text"], "a-file-with-a-rather-long-name-indeed.txt")]),
    );
    await page.playwright!.waitForSelector("pronk-chat .composer .attachment summary");
    const [wide, field, send, scroller] = await page.evaluate<[number, number[], number[], number]>(() => {
      const root = document.querySelector("pronk-chat")!.shadowRoot!;
      const edges = (selector: string) => {
        const { left, right, top, bottom } = root.querySelector(selector)!.getBoundingClientRect();
        return [left, right, top, bottom];
      };
      const { clientHeight } = root.querySelector(".scroller")!;
      return [document.documentElement.scrollWidth, edges("#draft"), edges("[data-action=send]"), clientHeight];
    });
    expect(wide).toBe(width);
    for (const [left, right, top, bottom] of [field, send]) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(width);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(bottom).toBeLessThanOrEqual(height);
    }
    expect(scroller).toBeGreaterThan(40); // there is still room for the conversation
    await page.playwright!.setViewportSize({ width: 1280, height: 720 });
  });

  test("where motion is unwelcome, nothing moves while an answer comes", async () => {
    const moving = async (reducedMotion: "reduce" | "no-preference") => {
      await page.playwright!.emulateMedia({ reducedMotion });
      await page.goto(`${server.origin}/`);
      await page.evaluate(stageEngine, { ...script, answers: [""], holdAnswer: true });
      await page.evaluate(askStaged, "go");
      return page.evaluate<number>(
        () =>
          document
            .querySelector("pronk-chat")!
            .shadowRoot!.getAnimations()
            .filter(({ playState }) => playState === "running").length,
      );
    };
    expect(await moving("no-preference")).toBeGreaterThan(0);
    expect(await moving("reduce")).toBe(0);
    await page.playwright!.emulateMedia({ reducedMotion: null });
  });

  test("in forced colours every button of the chat has an edge or words, and axe finds nothing", async () => {
    await page.playwright!.emulateMedia({ forcedColors: "active" });
    await converse(["An answer."]);
    const { violations } = await new AxeBuilder({ page: page.playwright! }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    const strokes = await page.evaluate<string[]>(() => {
      const root = document.querySelector("pronk-chat")!.shadowRoot!;
      const { color } = getComputedStyle(root.querySelector("[data-action=attach]")!);
      return [...root.querySelectorAll("button svg")].flatMap((icon) => {
        const { stroke } = getComputedStyle(icon);
        return stroke === "none" || stroke === color || icon.closest(":disabled") ? [] : [`${stroke} is not ${color}`];
      });
    });
    expect(strokes).toEqual([]);
    await page.playwright!.emulateMedia({ forcedColors: null });
  });
});
