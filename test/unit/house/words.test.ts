// No words of element and pages stand outside their languages (src/element/languages, demo/languages): not in a template,
// not in what a screen reader says of it, and not in a page's HTML unless `data-words` names what replaces them.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { pageWords } from "../../../demo/languages/en.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const filesIn = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`);

/** Names, which are said the same everywhere. */
const names = /^(pronk|hf_…|Tiny)$/;
const spokenAttributes = /\s(?:title|placeholder|alt|aria-(?:label|description|roledescription|valuetext))="([^"]*)"/g;

/** The templates of a source file, without what is filled in; templates inside them are found separately. */
function templatesOf(source: string): string[] {
  const found: string[] = [];
  const beginning = /(?<![.\w])(?:html|svg)`/g;
  for (let match = beginning.exec(source); match; match = beginning.exec(source)) {
    let text = "";
    let at = beginning.lastIndex;
    while (at < source.length && source[at] !== "`") {
      if (source.startsWith("${", at)) at = endOfFilled(source, at + 2);
      else text += source[at++];
    }
    found.push(text);
  }
  return found;
}

/** The place after the brace that closes what is filled in; templates and strings in it are skipped. */
function endOfFilled(source: string, from: number): number {
  let at = from;
  for (let depth = 1; depth > 0 && at < source.length; at++) {
    if (source[at] === "{") depth++;
    else if (source[at] === "}") depth--;
    else if (source[at] === "`") at = endOfTemplate(source, at + 1) - 1;
    else if (source[at] === '"') at = source.indexOf('"', at + 1);
  }
  return at;
}

function endOfTemplate(source: string, from: number): number {
  let at = from;
  while (at < source.length && source[at] !== "`")
    at = source.startsWith("${", at) ? endOfFilled(source, at + 2) : at + 1;
  return at + 1;
}

/** What a reader sees or hears of some markup: text between tags, and attributes that are said. */
function spokenIn(markup: string): string[] {
  const plain = markup.replace(/<!--.*?-->|<!doctype[^>]*>|<(script|style)\b.*?<\/\1>/gs, "");
  const texts = plain.split(/<[^>]*>/).map((text) => text.replace(/&\w+;/g, "").trim());
  const attributes = [...plain.matchAll(spokenAttributes)].map(([, text]) => text);
  return [...texts, ...attributes].filter((text) => /\p{L}{2,}/u.test(text) && !names.test(text));
}

test("words in a template, its attributes and templates within it are found", () => {
  const source =
    'html`<p title="A tip">Hello ${when(() => html`<b>there</b> ${"no"}`)}</p><i aria-label=${words}>x</i>`';
  expect(templatesOf(source).flatMap(spokenIn)).toEqual(["Hello", "A tip", "there"]);
});

test("templates of element and pages have no words of their own", () => {
  const files = [...filesIn("src/element", ".ts"), ...filesIn("demo", ".ts")].filter(
    (path) => !path.endsWith("/embed.ts"),
  );
  const templates = files.flatMap((path) => templatesOf(read(path)).map((markup) => ({ path, markup })));
  expect(templates.length).toBeGreaterThan(100);
  expect(templates.flatMap(({ path, markup }) => spokenIn(markup).map((text) => `${path}: ${text}`))).toEqual([]);
});

test("what code says to a reader comes from the words", () => {
  const said = /(?:textContent|innerText|ariaLabel|title|placeholder|alt|document\.title)\s*=\s*["`]([^"`]*)["`]/g;
  const files = [...filesIn("src/element", ".ts"), ...filesIn("demo", ".ts")];
  const found = files.flatMap((path) =>
    [...read(path).matchAll(said)]
      .map(([, text]) => text.replace(/\$\{[^}]*\}/g, ""))
      .filter((text) => /\p{L}{2,}/u.test(text) && !names.test(text))
      .map((text) => `${path}: ${text}`),
  );
  expect(found).toEqual([]);
});

// The essay of embed.html is made up, to show the element on a page that is not its own.
test.each(["demo/index.html", "demo/bench.html", "demo/eval.html"])(
  "%s says by data-words all that it says, in English as it stands",
  (path) => {
    const html = read(path).replace(/<noscript>.*?<\/noscript>/gs, "");
    const stands = [...html.matchAll(/<(\w+)\b([^>]*\sdata-words="([\w.]+)"[^>]*)>([^<]*)/g)];
    expect(stands.length).toBeGreaterThan(4);
    for (const [, , attributes, name, text] of stands) {
      const words = name.split(".").reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], pageWords);
      const shown = /content="([^"]*)"/.exec(attributes)?.[1] ?? text;
      expect(shown.replace(/\s+/g, " ").trim(), name).toBe(words);
    }
    const rest = html.replace(/<(\w+)\b[^>]*\sdata-words="[^"]*"[^>]*>[^<]*/g, "<$1>");
    // The name of the theme comes with the theme's button.
    expect(spokenIn(rest).filter((text) => !text.startsWith("Colours: ") && text !== "Measure")).toEqual([]);
  },
);
