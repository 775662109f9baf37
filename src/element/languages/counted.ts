// Sentences with a number in them, in the form that the language has for it: two in German, one in Japanese, six in Arabic
// (https://cldr.unicode.org/index/cldr-spec/plural-rules).

/** By category of Intl.PluralRules; `#` stands for the number as it is written. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Takes the number, and how it is written; in either order. Without the second, digits. */
export type Counted = (one: number | string, other?: number | string) => string;

export function counted(language: string, forms: Forms): Counted {
  let rules: Intl.PluralRules | undefined;
  return (one, other = one) => {
    const [count, shown] = typeof one === "number" ? [one, other] : [other, one];
    rules ??= new Intl.PluralRules(language);
    const form = forms[rules.select(Number(count))] ?? forms.other;
    return form.replace("#", () => String(shown));
  };
}
