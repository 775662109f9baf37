// Which of the languages with words here a BCP 47 tag means, and which way it runs. No words and no element: the pages
// ask here too.

export const languages = ["en", "zh", "es", "hi", "ar", "fr", "pt", "ja", "de"] as const;
export type Language = (typeof languages)[number];

/** A language, and how its numbers and dates are written. */
export interface Speech {
  language: Language;
  /** BCP 47. */
  locale: string;
}

/**
 * What a tag such as `pt-PT` or `zh-TW` is served with: the words of its language, numbers and dates of its region.
 * Portuguese words are Brazil's, Chinese ones are in simplified characters, for every region. Undefined for a language
 * without words here, and for one in another script (`hi-Latn`).
 */
export function speechFor(tag: string): Speech | undefined {
  try {
    const locale = new Intl.Locale(tag);
    const language = languages.find((known) => known === locale.language) as Language | undefined;
    if (!language) return undefined;
    const isUsual = locale.maximize().script === new Intl.Locale(language).maximize().script;
    if (isUsual) return { language, locale: locale.toString() };
    return (language as string) === "zh" ? { language, locale: "zh-Hans" } : undefined;
  } catch {
    return undefined; // no tag
  }
}

const rightToLeft = /^(Adlm|Arab|Hebr|Nkoo|Rohg|Syrc|Thaa)$/;

export function directionOf(locale: string): "ltr" | "rtl" {
  try {
    return rightToLeft.test(new Intl.Locale(locale).maximize().script ?? "") ? "rtl" : "ltr";
  } catch {
    return "ltr"; // no tag
  }
}
