// Where the words of a language are: English is there at once, each other language is a file that comes on demand, whole.

import { LatePart } from "../late-part.ts";
import { type ChatStrings, english } from "./en.ts";
import type { Language, Speech } from "./speech.ts";

const part = (name: string, load: () => Promise<{ words: ChatStrings }>) => new LatePart(`speaks ${name}`, load);

const files: Record<Exclude<Language, "en">, LatePart<{ words: ChatStrings }>> = {
  zh: part("Chinese", () => import("./zh.ts")),
  es: part("Spanish", () => import("./es.ts")),
  hi: part("Hindi", () => import("./hi.ts")),
  ar: part("Arabic", () => import("./ar.ts")),
  fr: part("French", () => import("./fr.ts")),
  pt: part("Portuguese", () => import("./pt.ts")),
  ja: part("Japanese", () => import("./ja.ts")),
  de: part("German", () => import("./de.ts")),
};

/** Undefined until they are here. */
export function wordsAtHand({ language, locale }: Speech): ChatStrings | undefined {
  const words = language === "en" ? english : files[language].current?.words;
  return words && { ...words, locale };
}

/** False where the file did not arrive. */
export const fetchWords = async ({ language }: Speech): Promise<boolean> =>
  language === "en" || files[language].fetch();
