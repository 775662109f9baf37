// The language of a page: the one that the person chose here, else the first of the browser's that we have words for, else
// English. It goes into the document's `lang`, which <pronk-chat> follows, into what index.html says (`data-words`), and into
// the manifest that an installation takes. public/first-language.js keeps the page blank until the words are there.

import { directionOf, languages, type Speech, speechFor } from "../src/element/languages/speech.ts";
import { pageStrings, usePageWords } from "./page-words.ts";

const storageKey = "pronk.language"; // first-language.js knows it
const ownNames = {
  en: "English",
  zh: "中文",
  es: "Español",
  hi: "हिन्दी",
  ar: "العربية",
  fr: "Français",
  pt: "Português",
  ja: "日本語",
  de: "Deutsch",
};

/** Resolves when the page's words are there; `shown` is called each time they change. */
export async function startLanguage(menu: HTMLSelectElement, shown: () => void): Promise<void> {
  const auto = new Option("", "");
  const options = languages.map((language) => new Option(ownNames[language], language));
  for (const option of options) option.lang = option.value;
  menu.replaceChildren(auto, ...options);
  menu.value = chosen();
  let wanted: Speech | undefined;
  const use = async () => {
    const speech = (wanted = speechOf(menu.value));
    const { documentElement: page } = document;
    page.lang = speech.locale; // the element's words are on their way with the page's
    await usePageWords(speech);
    if (speech !== wanted) return;
    page.lang = pageStrings.locale;
    page.dir = directionOf(pageStrings.locale);
    auto.text = menu.title = pageStrings.languageAuto;
    if (menu.value) menu.title = pageStrings.language;
    sayStandingWords();
    page.classList.remove("awaits-words");
    shown();
  };
  menu.addEventListener("change", () => {
    remember(menu.value);
    void use();
  });
  addEventListener("languagechange", () => void use());
  await use();
}

/** The first of the browser's languages that we have words for; or the chosen one, in the person's region. */
function speechOf(language: string): Speech {
  const wanted = [...navigator.languages, language].flatMap((tag) => speechFor(tag) ?? []);
  return wanted.find((speech) => !language || speech.language === language) ?? { language: "en", locale: "en" };
}

function sayStandingWords(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-words]")) {
    const words = wordsNamed(element.dataset.words ?? "");
    if (element instanceof HTMLMetaElement) element.content = words;
    else element.textContent = words;
  }
  const manifest = document.querySelector<HTMLLinkElement>("link[rel=manifest]");
  const [language] = pageStrings.locale.split("-");
  const name = language === "en" ? "manifest" : `manifest-${language}`;
  if (manifest) manifest.href = manifest.href.replace(/manifest[\w-]*\./, `${name}.`);
}

/** `heroTitle`, or `bench.title`. */
function wordsNamed(path: string): string {
  let words: unknown = pageStrings;
  for (const name of path.split(".")) words = (words as Record<string, unknown>)[name];
  return String(words);
}

function chosen(): string {
  try {
    return languages.find((language) => language === localStorage.getItem(storageKey)) ?? "";
  } catch {
    return ""; // storage refused
  }
}

/** "": the browser's. */
function remember(language: string): void {
  try {
    if (language) localStorage.setItem(storageKey, language);
    else localStorage.removeItem(storageKey);
  } catch {
    // Storage refused: it holds for this page.
  }
}
