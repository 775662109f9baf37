// The words of element and page in every language: all are there and in that language, say all that they are given, and have
// a form for every number; and which language a tag means.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type PageWords, pageWords } from "../../../demo/languages/en.ts";
import { type ChatStrings, english } from "../../../src/element/languages/en.ts";
import { directionOf, type Language, languages, speechFor } from "../../../src/element/languages/speech.ts";

const words = async (language: Language): Promise<{ element: ChatStrings; page: PageWords }> => {
  if (language === "en") return { element: english, page: pageWords };
  const [element, page] = await Promise.all([
    import(`../../../src/element/languages/${language}.ts`) as Promise<{ words: ChatStrings }>,
    import(`../../../demo/languages/${language}.ts`) as Promise<{ words: PageWords }>,
  ]);
  return { element: element.words, page: page.words };
};

type Leaf = string | ((...given: unknown[]) => unknown);

/** Every word with its path. */
function leavesOf(value: unknown, path = ""): [path: string, leaf: Leaf][] {
  if (typeof value === "string" || typeof value === "function") return [[path, value as Leaf]];
  return Object.entries(value as object).flatMap(([name, part]) => leavesOf(part, path ? `${path}.${name}` : name));
}

/** What functions are given: words that can be recognized wherever they are said. */
const marks = ["⟦a⟧", "⟦b⟧", "⟦c⟧"];
const aWarning = { code: "stored-again", message: "⟦a⟧", facts: { model: "⟦b⟧", file: "⟦c⟧", found: "⟦d⟧" } };
const given = (path: string, count: number): unknown[] => {
  if (path.includes(".warnings.")) return [aWarning];
  if (path.endsWith("smallerSetup")) return [[marks[0], marks[1]], marks[2]];
  if (path.endsWith("unknownName")) return [marks[0], count > 1];
  if (path.endsWith("gated")) return [count > 1];
  return marks;
};
/** All that a word says, whatever shape it has. */
const said = (leaf: Leaf, path: string, count = 5): string =>
  JSON.stringify(typeof leaf === "string" ? leaf : leaf(...given(path, count)));

/** Whether English has different words for one and for many. */
function isCounted(leaf: Leaf): leaf is Exclude<Leaf, string> {
  if (typeof leaf === "string") return false;
  try {
    const [one, many] = [1, 5].map((count) => String(leaf(count, "⟦n⟧")).replace(/\d/g, ""));
    return one !== many;
  } catch {
    return false; // it takes something else
  }
}

const both = async (language: Language) => {
  const { element, page } = await words(language);
  return [...leavesOf(element, "element"), ...leavesOf(page, "page")];
};
const inEnglish = new Map(await both("en"));

/** Names, formats and units; and words that are the same in that language. */
const sameEverywhere =
  /\.(locale|branchOf|tokenPlaceholder|option|sentence|smallerSetup)$|\.href$|\.warnings\.|columns\.(ms|rate|flops)$|\.roofY$|\.keys\.names\.|\.top_[pk]\.0|\.min_p\.0/;
const sameIn: Partial<Record<Language, RegExp>> = {
  de: /\.(chatLabel|hubLabel|pause|codeLabel)$|columns\.kernel|downloads\.title$/,
  fr: /\.(conversations|transcriptLabel|tokens|tokensPerSecond|noteLabel)$|columns\.kernel|codeLabel$/,
  es: /\.(chatLabel|tokens|tokensPerSecond)$|columns\.kernel|\.bits$|\.quantized\./,
  pt: /\.(tokens|tokensPerSecond)$|columns\.kernel|\.bits$|\.quantized\./,
};
const mayBeSame = (language: Language, path: string) =>
  sameEverywhere.test(path) || (sameIn[language]?.test(path) ?? false) || /\.bits$|\.quantized\.q/.test(path);

const others = languages.filter((language) => language !== "en");

describe.each(others)("%s", (language) => {
  test("has every word that English has, and no other", async () => {
    const names = new Set((await both(language)).map(([path]) => path));
    const notes = /^page\.notes\./; // English ones are in the catalogue
    expect([...names].filter((path) => !notes.test(path)).sort()).toEqual([...inEnglish.keys()].sort());
  });

  test("none is empty, and none is English, but for names and what is spelled the same", async () => {
    const leaves = await both(language);
    const empty = leaves.filter(([path, leaf]) => !/[\p{L}\p{N}]/u.test(said(leaf, path)));
    expect(empty.map(([path]) => path)).toEqual([]);
    const same = leaves.filter(
      ([path, leaf]) => inEnglish.has(path) && said(leaf, path) === said(inEnglish.get(path)!, path),
    );
    expect(same.map(([path]) => path).filter((path) => !mayBeSame(language, path))).toEqual([]);
  });

  test("says all that it is given", async () => {
    const silent = (await both(language)).filter(([path, leaf]) => {
      if (typeof leaf === "string" || path.includes(".warnings.")) return false;
      const told = said(leaf, path);
      const inModel = said(inEnglish.get(path)!, path);
      return marks.some((mark) => inModel.includes(mark) && !told.includes(mark));
    });
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  test("has a form for every number that the language tells apart", async () => {
    const rules = new Intl.PluralRules(language);
    const { pluralCategories } = rules.resolvedOptions();
    const numbers = [0, 1, 2, 3, 5, 11, 12, 100, 101, 102, 1000, 1_000_000];
    const reached = new Set(numbers.map((count) => rules.select(count)));
    expect([...reached].sort()).toEqual([...pluralCategories].sort());
    const leaves = (await both(language)).filter(([path]) => isCounted(inEnglish.get(path) ?? ""));
    expect(leaves.length).toBeGreaterThan(6);
    for (const [path, leaf] of leaves)
      for (const count of numbers) {
        const told = (leaf as (...from: unknown[]) => string)(count, `⟦${count}⟧`);
        expect(told, `${path} of ${count}`).not.toMatch(/#|undefined/);
        if (count > 2) expect(told, `${path} of ${count}`).toContain(`⟦${count}⟧`);
      }
  });

  test("has the note of every model in the catalogue", async () => {
    const file = fileURLToPath(new URL("../../../public/models.json", import.meta.url));
    const { models } = JSON.parse(readFileSync(file, "utf8")) as { models: { id: string }[] };
    const { page } = await words(language);
    expect(Object.keys(page.notes).sort()).toEqual(models.map(({ id }) => id).sort());
  });

  test("installs under words of its own, and as the same app", () => {
    const read = (name: string) =>
      JSON.parse(readFileSync(new URL(`../../../public/${name}.webmanifest`, import.meta.url), "utf8"));
    const { lang, dir, description, shortcuts, ...rest } = read(`manifest-${language}`);
    const model = read("manifest");
    expect([lang, dir]).toEqual([language, directionOf(language)]);
    expect(description).not.toBe(model.description);
    const addresses = (list: { url: string }[]) => list.map(({ url }) => url);
    expect(addresses(shortcuts)).toEqual(addresses(model.shortcuts));
    expect(Object.keys(rest).sort()).toEqual(
      Object.keys(model)
        .filter((name) => !["lang", "dir", "description", "shortcuts"].includes(name))
        .sort(),
    );
    for (const name of Object.keys(rest)) expect(rest[name]).toEqual(model[name]);
  });
});

test("Arabic has six forms", async () => {
  const { tokens } = (await words("ar")).element;
  const told = [0, 1, 2, 3, 11, 100].map((count) => tokens(String(count), count));
  expect(told).toEqual(["0 رمز", "رمز واحد", "رمزان", "3 رموز", "11 رمزًا", "100 رمز"]);
});

test("what the measurement says on its way, the page can say in other words", async () => {
  const source = readFileSync(new URL("../../../src/bench/run.ts", import.meta.url), "utf8");
  const said = [...source.matchAll(/onProgress\((["`])(.*?)\1/g)].map(([, , text]) =>
    text.replace(/\$\{[^}]*\}/g, "#"),
  );
  expect(said.length).toBeGreaterThan(8);
  const known = Object.keys(pageWords.bench.progress);
  expect(said.filter((text) => !text.startsWith("Timing positions"))).toEqual(expect.arrayContaining(known));
  for (const language of others)
    expect(Object.keys((await words(language)).page.bench.progress).sort()).toEqual(known.sort());
});

test.each([
  ["en-GB", "en", "en-GB", "ltr"],
  ["de", "de", "de", "ltr"],
  ["DE-at", "de", "de-AT", "ltr"],
  ["es-MX", "es", "es-MX", "ltr"],
  ["pt-PT", "pt", "pt-PT", "ltr"],
  ["pt-BR", "pt", "pt-BR", "ltr"],
  ["zh-CN", "zh", "zh-CN", "ltr"],
  ["zh-Hans-SG", "zh", "zh-Hans-SG", "ltr"],
  ["zh-TW", "zh", "zh-Hans", "ltr"], // its words are in simplified characters, and so are its units
  ["zh-HK", "zh", "zh-Hans", "ltr"],
  ["ar-EG", "ar", "ar-EG", "rtl"],
  ["hi-IN", "hi", "hi-IN", "ltr"],
])("%s is %s, with the numbers of %s, %s", (tag, language, locale, direction) => {
  expect(speechFor(tag)).toEqual({ language, locale });
  expect(directionOf(locale)).toBe(direction);
});

test.each(["nl", "hi-Latn", "fil", "", "x", "not a tag", "en_US"])("there are no words in %j", (tag) => {
  expect(speechFor(tag)).toBeUndefined();
});

test("a page's own words in another language run their way", () => {
  expect([directionOf("he"), directionOf("fa-IR"), directionOf("nl"), directionOf("")]).toEqual([
    "rtl",
    "rtl",
    "ltr",
    "ltr",
  ]);
});
