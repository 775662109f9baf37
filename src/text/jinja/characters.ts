// Python's classes of characters, and text by code points. JavaScript counts UTF-16 units and has another idea of white
// space (U+FEFF is, U+0085 and U+001C to U+001F are not).

/** str.isspace, for use inside a character class. */
export const space = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const leadingSpace = new RegExp(`^[${space}]+`);
const allSpace = new RegExp(`^[${space}]*$`);
const anySpace = new RegExp(`[${space}]`);
/** str.splitlines. */
// oxlint-disable-next-line no-control-regex -- Python counts them
export const lineBreak = /\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]/g;
const surrogate = /[\ud800-\udfff]/;

export const isSpace = (text: string): boolean => text !== "" && allSpace.test(text);

export function trimStart(text: string): string {
  return text.replace(leadingSpace, "");
}

export function trimEnd(text: string): string {
  let end = text.length; // a pattern for this would be quadratic in runs of spaces
  while (end > 0 && anySpace.test(text[end - 1])) end--;
  return text.slice(0, end);
}

export const trim = (text: string): string => trimEnd(trimStart(text));

/** Whether units and characters differ: only then does counting by code points cost more than `.length`. */
const isAstral = (text: string): boolean => surrogate.test(text);

/** Python's len(). */
export function countPoints(text: string): number {
  if (!isAstral(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** An offset in UTF-16 units as one in code points. */
export const pointsBefore = (text: string, units: number): number => countPoints(text.slice(0, units));

/** The character at a code point's place; undefined outside. */
export function pointAt(text: string, index: number): string | undefined {
  return isAstral(text) ? [...text][index] : text[index];
}

/** text[start:stop] for places within the text. */
export function slicePoints(text: string, start: number, stop: number): string {
  return isAstral(text) ? [...text].slice(start, stop).join("") : text.slice(start, stop);
}

/** Python's < on text: by code points. */
export function comparePoints(a: string, b: string): number {
  if (a === b) return 0;
  if (!isAstral(a) && !isAstral(b)) return a < b ? -1 : 1;
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = left[i].codePointAt(0)! - right[i].codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** The character that begins a word in title case: not always the upper case one. */
function titleCharacter(character: string): string {
  const digraph = "ǄǅǆǇǈǉǊǋǌǱǲǳ".indexOf(character);
  if (digraph >= 0) return "ǅǈǋǲ"[Math.floor(digraph / 3)];
  const [first, ...rest] = character.toUpperCase();
  return first + rest.join("").toLowerCase();
}

export function capitalize(text: string): string {
  const [first = "", ...rest] = text;
  return titleCharacter(first || " ").slice(0, first ? undefined : 0) + rest.join("").toLowerCase();
}

const cased = /[\p{Lowercase}\p{Uppercase}\p{Lt}]/u;

/** str.title: a word is a run of cased characters. */
export function titleCase(text: string): string {
  let after = false;
  let result = "";
  for (const character of text) {
    result += after ? character.toLowerCase() : titleCharacter(character);
    after = cased.test(character);
  }
  return result;
}

export function isTitle(text: string): boolean {
  let after = false;
  let any = false;
  for (const character of text) {
    if (/[\p{Uppercase}\p{Lt}]/u.test(character)) {
      if (after) return false;
      after = any = true;
    } else if (/\p{Lowercase}/u.test(character)) {
      if (!after) return false;
      any = true;
    } else after = false;
  }
  return any;
}

export const isLower = (text: string): boolean => /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
export const isUpper = (text: string): boolean => /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
/** Everything else is escaped by repr(). */
export const isPrintable = (text: string): boolean => !/[\p{C}\p{Z}]/u.test(text.replaceAll(" ", ""));

export function swapCase(text: string): string {
  let result = "";
  for (const character of text)
    result += /\p{Uppercase}/u.test(character) ? character.toLowerCase() : character.toUpperCase();
  return result;
}

/** Character by character, so that no sigma becomes a final one. */
export function caseFold(text: string): string {
  let result = "";
  for (const character of text)
    result += character === "ı" ? character : character.toLowerCase().toUpperCase().toLowerCase();
  return result;
}
