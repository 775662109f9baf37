// The built pages in every language on a phone: words are there without a moment of English, nothing is cut or overflows,
// they run the way the language does, and axe finds nothing. A change of language reaches the open page and element.

import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { languages } from "../../src/element/languages/speech.ts";
import { type Scene, scenes } from "../../tools/screenshots/scenes.ts";
import { stageEngine } from "../../tools/screenshots/staged-engine.ts";
import { listenForTrouble, startSite } from "./chat-site.ts";

let server: FileServer;
let page: BrowserPage;
let trouble: string[];

beforeAll(async () => {
  server = await startSite();
  page = await launch("chromium", { adapter: "none" });
  trouble = listenForTrouble(page);
  await page.playwright!.setViewportSize({ width: 320, height: 640 });
  await page.playwright!.emulateMedia({ reducedMotion: "reduce" });
});
beforeEach(() => void (trouble.length = 0));
afterEach(() => expect(trouble).toEqual([]));
afterAll(async () => {
  await page?.close();
  await server?.close();
});

let lastChosen: string | undefined;

/** Opens a page as somebody who has chosen this language before. */
async function open(language: string, path = ""): Promise<void> {
  if (language !== lastChosen) {
    await page.goto(`${server.origin}/manifest.webmanifest`); // the same origin, and inert
    await page.evaluate((chosen: string) => localStorage.setItem("pronk.language", chosen), language);
    lastChosen = language;
  }
  await page.goto(`${server.origin}/${path}`);
}

async function show({ steps }: Pick<Scene, "steps">): Promise<void> {
  for (const step of steps) await page.evaluate(step.run, step.argument);
}

/** What is too wide for its place: the page itself, and words that are cut off where nothing scrolls. */
const cutWords = () =>
  page.evaluate<string[]>(() => {
    const found: string[] = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push(`page: ${document.documentElement.scrollWidth}`);
    const visit = (root: ParentNode) => {
      for (const element of root.querySelectorAll<HTMLElement>("*")) {
        if (element.shadowRoot) visit(element.shadowRoot);
        const { overflowX, textOverflow, display } = getComputedStyle(element);
        const scrolls = overflowX === "auto" || overflowX === "scroll" || textOverflow === "ellipsis";
        const hidden = element.closest(".visually-hidden, [hidden], .model-button-name") || !element.checkVisibility();
        const isBox = element.clientWidth > 0 && !display.startsWith("inline") && !scrolls && !hidden;
        const words = element.textContent?.trim().replace(/\s+/g, " ").slice(0, 60);
        const name = `${element.localName}.${element.className}: ${words}`;
        if (isBox && words && element.scrollWidth > element.clientWidth + 1 && overflowX !== "visible")
          found.push(name);
        const { left, right, width } = element.getBoundingClientRect();
        const inScroller = element.closest("pre, .table-scroll, .wide, math, select");
        if (words && width > 0 && !hidden && !inScroller && (left < -1 || right > innerWidth + 1)) found.push(name);
        if (element.localName === "button" && !hidden && element.scrollWidth > element.clientWidth + 1)
          found.push(name);
      }
    };
    visit(document);
    return found.filter((line, at) => found.indexOf(line) === at);
  });

// Where words have the least room; long-winded languages go through more views, and axe looks at those that differ most.
const everywhere = ["conversation", "picker", "settings", "error"];
const long = [...everywhere, "loading", "weights", "license", "undo", "continue", "conversations", "no-adapter"];
const viewsOf = (language: string) =>
  scenes.filter(({ name }) => (language === "de" || language === "ar" ? long : everywhere).includes(name));

describe.each(languages)("%s", (language) => {
  const direction = language === "ar" ? "rtl" : "ltr";

  test(`views fit, run ${direction} and are accessible`, async () => {
    for (const scene of viewsOf(language)) {
      await open(language, scene.page);
      await show(scene);
      expect(await cutWords(), scene.name).toEqual([]);
      const seen = await page.evaluate<string[]>(() => {
        const chat = document.querySelector("pronk-chat")!.shadowRoot!.querySelector<HTMLElement>(".chat")!;
        const { lang, dir } = document.documentElement;
        return [lang, dir, chat.lang, chat.dir, getComputedStyle(chat).direction];
      });
      expect(seen, scene.name).toEqual([language, direction, language, direction, direction].map(regionOf));
      if (scene.name === "settings") {
        const { violations } = await new AxeBuilder({ page: page.playwright! }).analyze();
        const findings = violations.flatMap(({ id, nodes }) =>
          nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`),
        );
        expect(findings, scene.name).toEqual([]);
      }
    }
  });

  test("the benchmark's page fits", async () => {
    await open(language, "bench.html");
    await expect.poll(() => page.evaluate<string>(() => document.documentElement.lang)).toBe(regionOf(language));
    await page.playwright!.waitForSelector("#problem:not([hidden])"); // no adapter here
    expect(await cutWords()).toEqual([]);
  });

  test("the evaluation's page fits", async () => {
    await open(language, "eval.html");
    await expect.poll(() => page.evaluate<string>(() => document.documentElement.lang)).toBe(regionOf(language));
    expect(await cutWords()).toEqual([]);
  });
});

/** English is the browser's own here, and comes with a region. */
const regionOf = (tag: string) => (tag === "en" ? "en-US" : tag);

test("a word that does not fit is seen", async () => {
  await open("de");
  await page.evaluate(stageEngine, { label: "m", dialog: "llama-2" as const, autoload: true });
  const fitted = await cutWords();
  await page.evaluate(() => {
    const chat = document.querySelector("pronk-chat")!;
    const text = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk";
    Object.assign(chat, { starters: [text] });
  });
  await expect.poll(cutWords).not.toEqual(fitted);
});

test("nothing is English while the words are on their way, and English it is where they do not come", async () => {
  const fresh = await launch("chromium", { adapter: "none" });
  try {
    const { playwright } = fresh;
    await playwright!.addInitScript(() => {
      localStorage.setItem("pronk.language", "de");
      Reflect.deleteProperty(Navigator.prototype, "serviceWorker"); // it would have the files
    });
    const words = /\/assets\/de-[^/]*\.js/;
    let release = () => {};
    const held = new Promise<void>((done) => (release = done));
    await playwright!.route(words, async (route) => {
      await held;
      await route.continue();
    });
    const seen = () =>
      fresh.evaluate<[boolean, string, string | undefined]>(() => {
        const hero = document.querySelector<HTMLElement>(".hero h2")!;
        const draft = document.querySelector("pronk-chat")!.shadowRoot?.querySelector<HTMLTextAreaElement>("#draft");
        return [hero.checkVisibility({ visibilityProperty: true }), hero.textContent.trim(), draft?.placeholder];
      });
    await playwright!.goto(`${server.origin}/`, { waitUntil: "domcontentloaded" });
    expect(await seen()).toEqual([false, "A language model, in this tab", undefined]);
    release();
    await expect.poll(seen).toEqual([true, "Ein Sprachmodell, in diesem Tab", "Frag etwas"]);
    await playwright!.unroute(words);
    await playwright!.route(words, (route) => route.abort());
    await playwright!.goto(`${server.origin}/`);
    await expect.poll(seen).toEqual([true, "A language model, in this tab", "Ask something"]);
  } finally {
    await fresh.close();
  }
});

test("a change of language reaches the page and the element while they stand, and is remembered", async () => {
  await open("");
  await page.evaluate(stageEngine, { label: "m", dialog: "llama-2" as const, autoload: true });
  const said = () =>
    page.evaluate<string[]>(() => {
      const root = document.querySelector("pronk-chat")!.shadowRoot!;
      const { title, documentElement } = document;
      const manifest = document.querySelector<HTMLLinkElement>("link[rel=manifest]")!.href.split("/").at(-1)!;
      const picker = document.querySelector("#picker-title")!.textContent!.trim();
      return [
        documentElement.dir,
        title,
        root.querySelector<HTMLTextAreaElement>("#draft")!.placeholder,
        picker,
        manifest,
      ];
    });
  const choose = (language: string) => page.playwright!.selectOption("#language", language);
  const english = [
    "ltr",
    "pronk: a language model in this tab",
    "Ask something",
    "Choose a model",
    "manifest.webmanifest",
  ];
  await expect.poll(said).toEqual(english);
  await choose("ar");
  const arabic = [
    "rtl",
    "pronk: نموذج لغوي في علامة التبويب هذه",
    "اسأل عن شيء",
    "اختيار نموذج",
    "manifest-ar.webmanifest",
  ];
  await expect.poll(said).toEqual(arabic);
  await page.goto(`${server.origin}/`);
  await page.evaluate(stageEngine, { label: "m", dialog: "llama-2" as const, autoload: true });
  await expect.poll(said).toEqual(arabic);
  await choose("");
  await expect.poll(said).toEqual(english);
});

test("the element follows the nearest lang, also when it changes; what a page says in its own words lies over it", async () => {
  await open("", "embed.html");
  const placeholder = () =>
    page.evaluate<string | undefined>(
      () => document.querySelector("pronk-chat")!.shadowRoot!.querySelector<HTMLTextAreaElement>("#draft")?.placeholder,
    );
  const set = (selector: string, lang: string | null) =>
    page.evaluate(
      ([where, tag]: [string, string | null]) => {
        const element = document.querySelector(where)!;
        if (tag === null) element.removeAttribute("lang");
        else element.setAttribute("lang", tag);
      },
      [selector, lang] as [string, string | null],
    );
  await expect.poll(placeholder).toBe("Ask something");
  await set("aside", "ja");
  await expect.poll(placeholder).toBe("質問を入力");
  await set("html", "fr");
  expect(await placeholder()).toBe("質問を入力");
  await set("pronk-chat", "pt-PT");
  await expect.poll(placeholder).toBe("Pergunte alguma coisa");
  await set("pronk-chat", null);
  await set("aside", null);
  await expect.poll(placeholder).toBe("Posez une question");
  await page.evaluate(() => {
    Object.assign(document.querySelector("pronk-chat")!, { strings: { placeholder: "Demandez au lama" } });
  });
  await expect.poll(placeholder).toBe("Demandez au lama");
  const send = () =>
    page.evaluate<string>(
      () => document.querySelector("pronk-chat")!.shadowRoot!.querySelector<HTMLElement>("[data-action=send]")!.title,
    );
  expect(await send()).toBe("Envoyer");
  await set("html", "nl"); // there are no words in Dutch
  await expect.poll(send).toBe("Send");
  expect(await placeholder()).toBe("Demandez au lama");
});

test("Firefox shows Arabic from right to left, whole", async () => {
  const firefox = await launch("firefox");
  try {
    await firefox.goto(`${server.origin}/`);
    await firefox.evaluate(() => localStorage.setItem("pronk.language", "ar"));
    await firefox.goto(`${server.origin}/`);
    const seen = () =>
      firefox.evaluate<(string | number)[]>(() => {
        const root = document.querySelector("pronk-chat")?.shadowRoot;
        const draft = root?.querySelector<HTMLTextAreaElement>("#draft");
        const send = root?.querySelector("[data-action=send]")?.getBoundingClientRect();
        if (!draft || !send) return [];
        const { dir, lang, scrollWidth } = document.documentElement;
        return [
          dir,
          lang,
          draft.placeholder,
          Number(send.left < draft.getBoundingClientRect().left),
          scrollWidth - innerWidth,
        ];
      });
    await expect.poll(seen).toEqual(["rtl", "ar", "اسأل عن شيء", 1, 0]);
  } finally {
    await firefox.close();
  }
});
