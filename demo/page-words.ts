// The words of the pages in the language that they are shown in. English is in the page, the others are files beside it.

import type { Language, Speech } from "../src/element/languages/speech.ts";
import { type PageWords, pageWords } from "./languages/en.ts";

const files: Record<Exclude<Language, "en">, () => Promise<{ words: PageWords }>> = {
  zh: () => import("./languages/zh.ts"),
  es: () => import("./languages/es.ts"),
  hi: () => import("./languages/hi.ts"),
  ar: () => import("./languages/ar.ts"),
  fr: () => import("./languages/fr.ts"),
  pt: () => import("./languages/pt.ts"),
  ja: () => import("./languages/ja.ts"),
  de: () => import("./languages/de.ts"),
};

/** Another object after a change of language. */
export let pageStrings: PageWords = pageWords;

/** English if the file does not arrive. */
export async function usePageWords({ language, locale }: Speech): Promise<void> {
  const file = language === "en" ? { words: pageWords } : await files[language]().catch(() => undefined);
  pageStrings = file ? { ...file.words, locale } : pageWords;
}
