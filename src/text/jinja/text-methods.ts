// The methods of str, by name. Places and lengths are in code points, as in Python.

import { bind } from "./bind-arguments.ts";
import type { Budget } from "./budget.ts";
import * as characters from "./characters.ts";
import { asNumber, isText, itemsOf, listOf, textOf } from "./compare.ts";
import { fail } from "./template-error.ts";
import { splitLines, splitText } from "./split-text.ts";
import { Tuple, typeName, type Args, type Value } from "./values.ts";

type Method = (text: string, args: Args, budget: Budget) => Value;

/** A method without arguments. */
const plain =
  (name: string, method: (text: string) => Value): Method =>
  (text, args) => {
    bind(name, [], args);
    return method(text);
  };

const matches =
  (name: string, pattern: RegExp): Method =>
  (text, args) => {
    bind(name, [], args);
    return pattern.test(text);
  };

export const textMethods: Record<string, Method> = {
  capitalize: plain("capitalize", characters.capitalize),
  casefold: plain("casefold", characters.caseFold),
  lower: plain("lower", (text) => text.toLowerCase()),
  swapcase: plain("swapcase", characters.swapCase),
  title: plain("title", characters.titleCase),
  upper: plain("upper", (text) => text.toUpperCase()),
  isalnum: matches("isalnum", /^[\p{L}\p{N}]+$/u),
  isalpha: matches("isalpha", /^\p{L}+$/u),
  isascii: plain("isascii", (text) => ![...text].some((character) => character > "\x7f")),
  isdecimal: matches("isdecimal", /^\p{Nd}+$/u),
  isdigit: matches("isdigit", /^[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒]+$/u),
  isidentifier: matches("isidentifier", /^[\p{ID_Start}_]\p{ID_Continue}*$/u),
  islower: plain("islower", characters.isLower),
  isnumeric: matches("isnumeric", /^[\p{N}零〇一二三四五六七八九十百千万億兆]+$/u),
  isprintable: plain("isprintable", characters.isPrintable),
  isspace: plain("isspace", characters.isSpace),
  istitle: plain("istitle", characters.isTitle),
  isupper: plain("isupper", characters.isUpper),

  strip: stripper("strip", true, true),
  lstrip: stripper("lstrip", true, false),
  rstrip: stripper("rstrip", false, true),
  removeprefix: (text, args) => {
    const prefix = string(bind("removeprefix", ["prefix", "/"], args)[0]);
    return text.startsWith(prefix) ? text.slice(prefix.length) : text;
  },
  removesuffix: (text, args) => {
    const suffix = string(bind("removesuffix", ["suffix", "/"], args)[0]);
    return suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
  },

  center: justifier("center", (missing, width) => Math.floor(missing / 2) + (missing & width & 1)),
  ljust: justifier("ljust", () => 0),
  rjust: justifier("rjust", (missing) => missing),
  zfill: (text, args, budget) => {
    const width = count(bind("zfill", ["width", "/"], args)[0]);
    budget.build(width);
    const missing = Math.max(0, width - characters.countPoints(text));
    const sign = /^[-+]/.test(text) ? 1 : 0;
    return text.slice(0, sign) + "0".repeat(missing) + text.slice(sign);
  },
  expandtabs: (text, args, budget) => {
    const [tabSize = 8n] = bind("expandtabs", ["tabsize?"], args);
    const size = count(tabSize);
    let column = 0;
    let expanded = "";
    for (const character of text) {
      const filled = character === "\t" ? " ".repeat(size > 0 ? size - (column % size) : 0) : character;
      column = /[\n\r]/.test(character) ? 0 : column + filled.length;
      if (character === "\t") budget.build(expanded.length + filled.length);
      expanded += filled;
    }
    return expanded;
  },

  startswith: affix("startswith", (text, part) => text.startsWith(part)),
  endswith: affix("endswith", (text, part) => text.endsWith(part)),
  count: (text, args) => {
    const { part, within } = search("count", text, args);
    if (within === undefined) return 0n;
    if (part === "") return BigInt(characters.countPoints(within) + 1);
    return BigInt(within.split(part).length - 1);
  },
  find: finder("find", false, false),
  index: finder("index", false, true),
  rfind: finder("rfind", true, false),
  rindex: finder("rindex", true, true),
  partition: partitioner("partition", false),
  rpartition: partitioner("rpartition", true),

  replace: (text, args, budget) => {
    const [old, fresh, limit] = bind("replace", ["old", "new", "/", "count?"], args);
    return replaceText(text, string(old), string(fresh), limit === undefined ? -1 : count(limit), budget);
  },
  split: (text, args, budget) => {
    const [separator, limit = -1n] = bind("split", ["sep?", "maxsplit?"], args);
    return splitText(text, separator == null ? undefined : string(separator), count(limit), false, budget);
  },
  rsplit: (text, args, budget) => {
    const [separator, limit = -1n] = bind("rsplit", ["sep?", "maxsplit?"], args);
    return splitText(text, separator == null ? undefined : string(separator), count(limit), true, budget);
  },
  splitlines: (text, args, budget) => {
    const [keep] = bind("splitlines", ["keepends?"], args);
    return splitLines(text, !!keep, budget);
  },
  join: (text, args, budget) => {
    const parts = listOf(bind("join", ["iterable", "/"], args)[0]!, budget).map((part, index) =>
      isText(part) ? textOf(part) : fail(`sequence item ${index}: expected str instance, ${typeName(part)} found`),
    );
    return joinText(text, parts, budget);
  },
};

/** separator.join(parts). */
export function joinText(separator: string, parts: readonly string[], budget: Budget): string {
  budget.build(parts.reduce((sum, part) => sum + part.length + separator.length, 0));
  return parts.join(separator);
}

/** All or, unless `limit` is negative, the first `limit` places. */
export function replaceText(text: string, old: string, fresh: string, limit: number, budget: Budget): string {
  const parts = old === "" ? ["", ...text, ""] : text.split(old);
  budget.items(parts.length / 16);
  const most = limit < 0 ? parts.length - 1 : Math.min(limit, parts.length - 1);
  budget.build(text.length + most * Math.max(0, fresh.length - old.length));
  return [...parts.slice(0, most), parts.slice(most).join(old)].join(fresh);
}

export function string(value: Value | undefined): string {
  return isText(value) ? textOf(value) : fail(`must be str, not ${typeName(value ?? null)}`);
}

/** A number of characters, items or the like. Throws TemplateError for what is no int, or beyond any text. */
export function count(value: Value | undefined): number {
  const number = asNumber(value);
  if (typeof number !== "bigint")
    return fail(`'${typeName(value ?? null)}' object cannot be interpreted as an integer`);
  return number > 1n << 40n || number < -(1n << 40n) ? fail("a number too large for a length") : Number(number);
}

function stripper(name: string, left: boolean, right: boolean): Method {
  return (text, args) => {
    const [chars] = bind(name, ["chars?", "/"], args);
    return stripText(text, chars == null ? undefined : string(chars), left, right);
  };
}

/** Without the characters of `chars` (white space if undefined) at its ends. */
export function stripText(text: string, chars: string | undefined, left: boolean, right: boolean): string {
  if (chars === undefined) {
    const trimmed = left ? characters.trimStart(text) : text;
    return right ? characters.trimEnd(trimmed) : trimmed;
  }
  const set = new Set(chars);
  const points = [...text];
  let [start, end] = [0, points.length];
  if (left) while (start < end && set.has(points[start])) start++;
  if (right) while (end > start && set.has(points[end - 1])) end--;
  return points.slice(start, end).join("");
}

function justifier(name: string, leftOf: (missing: number, width: number) => number): Method {
  return (text, args, budget) => {
    const [width, filling = " "] = bind(name, ["width", "fillchar?", "/"], args);
    const fill = string(filling);
    if (characters.countPoints(fill) !== 1) fail("The fill character must be exactly one character long");
    return justify(text, count(width), fill, leftOf, budget);
  };
}

export function justify(
  text: string,
  width: number,
  fill: string,
  leftOf: (missing: number, width: number) => number,
  budget: Budget,
): string {
  const missing = width - characters.countPoints(text);
  if (missing <= 0) return text;
  budget.build(width);
  const left = leftOf(missing, width);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

/** The part looked for and the text between the places given; undefined where they are beyond the end. */
function search(name: string, text: string, args: Args): { part: string; within?: string; offset: number } {
  const [part, start, stop] = bind(name, ["sub", "start?", "end?", "/"], args);
  return { part: string(part), ...cut(text, start, stop) };
}

function cut(text: string, start: Value | undefined, stop: Value | undefined): { within?: string; offset: number } {
  if (start == null && stop == null) return { within: text, offset: 0 };
  const length = characters.countPoints(text);
  const place = (value: Value | undefined, missing: number): number => {
    if (value == null) return missing;
    const number = asNumber(value);
    if (typeof number !== "bigint") return fail("slice indices must be integers or None");
    const clamped = Number(number);
    return clamped < 0 ? Math.max(0, clamped + length) : clamped;
  };
  const [from, to] = [place(start, 0), Math.min(length, place(stop, length))];
  return { within: from > to ? undefined : characters.slicePoints(text, from, to), offset: from };
}

function finder(name: string, last: boolean, must: boolean): Method {
  return (text, args, budget) => {
    budget.scan(text.length);
    const { part, within, offset } = search(name, text, args);
    const units = within === undefined ? -1 : last ? within.lastIndexOf(part) : within.indexOf(part);
    if (units < 0) return must ? fail("substring not found") : -1n;
    return BigInt(offset + characters.pointsBefore(within!, units));
  };
}

function affix(name: string, test: (text: string, part: string) => boolean): Method {
  return (text, args) => {
    const [affixes, start, stop] = bind(name, ["affix", "start?", "end?", "/"], args);
    const { within } = cut(text, start, stop);
    const parts = affixes instanceof Tuple ? itemsOf(affixes)! : [affixes!];
    const wanted = parts.map((part) =>
      isText(part) ? textOf(part) : fail(`${name} first arg must be str or a tuple of str, not ${typeName(part)}`),
    );
    return within !== undefined && wanted.some((part) => test(within, part));
  };
}

function partitioner(name: string, last: boolean): Method {
  return (text, args) => {
    const separator = string(bind(name, ["sep", "/"], args)[0]);
    if (separator === "") fail("empty separator");
    const at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (at < 0) return new Tuple(last ? ["", "", text] : [text, "", ""]);
    return new Tuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
  };
}
