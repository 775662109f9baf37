// Jinja's filters on text.

import { binary } from "./arithmetic.ts";
import { bind } from "./bind-arguments.ts";
import { countPoints, capitalize, slicePoints, space } from "./characters.ts";
import { asNumber, isText, isTrue, lengthOf, listOf, textOf } from "./compare.ts";
import { attributeGetter, likeText, softText, type Filter } from "./filter-call.ts";
import { toJson } from "./json-text.ts";
import { escapeText, stripTags } from "./markup.ts";
import { str } from "./print.ts";
import { splitLines } from "./split-text.ts";
import { fail } from "./template-error.ts";
import { count, joinText, justify, replaceText, string, stripText } from "./text-methods.ts";
import { Dict, Markup, Tuple, Undefined, typeName } from "./values.ts";
import { wrapText } from "./wrap-text.ts";

const escape: Filter = (value, args, run) => {
  bind("escape", [], args);
  return new Markup(escapeText(value, run.budget));
};

/** A filter without arguments on the value's text. */
const onText =
  (name: string, change: (text: string) => string): Filter =>
  (value, args, run) => {
    bind(name, [], args);
    const text = softText(value, run);
    run.budget.spend(text.length / 64);
    return likeText(value, change(text));
  };

const wordBegin = new RegExp(`([-${space}({[<]+)`);
const title = (text: string): string =>
  text
    .split(wordBegin)
    .map((part) => {
      const [first = "", ...rest] = part;
      return first.toUpperCase() + rest.join("").toLowerCase();
    })
    .join("");

export const textFilters: Record<string, Filter> = {
  capitalize: onText("capitalize", capitalize),
  lower: onText("lower", (text) => text.toLowerCase()),
  title: onText("title", title),
  upper: onText("upper", (text) => text.toUpperCase()),
  string: onText("string", (text) => text),
  e: escape,
  escape,
  forceescape: (value, args, { budget }) => {
    bind("forceescape", [], args);
    return new Markup(escapeText(str(value, budget), budget));
  },
  safe: (value, args, { budget }) => {
    bind("safe", [], args);
    return new Markup(str(value, budget));
  },
  striptags: (value, args, { budget }) => {
    bind("striptags", [], args);
    const text = str(value, budget);
    budget.spend(text.length / 16);
    return stripTags(text);
  },
  tojson: (value, args, { budget }) => toJson(value, args, budget),
  center: (value, args, run) => {
    const [width = 80n] = bind("center", ["width?"], args);
    const odd = (missing: number, wide: number) => Math.floor(missing / 2) + (missing & wide & 1);
    return likeText(value, justify(softText(value, run), count(width), " ", odd, run.budget));
  },
  trim: (value, args, run) => {
    const [chars = null] = bind("trim", ["chars?"], args);
    const text = softText(value, run);
    run.budget.scan(text.length);
    return likeText(value, stripText(text, chars === null ? undefined : string(chars), true, true));
  },
  replace: (value, args, { budget }) => {
    const [old, fresh, limit = null] = bind("replace", ["old", "new", "count?"], args);
    const texts = [value, old!, fresh!].map((part) => str(part, budget));
    budget.scan(texts[0].length);
    return replaceText(texts[0], texts[1], texts[2], limit === null ? -1 : count(limit), budget);
  },
  format: (value, args, run) => {
    if (args.positional.length > 0 && args.named.size > 0)
      fail("can't handle positional and keyword arguments at the same time");
    const values = args.named.size > 0 ? new Dict(args.named) : new Tuple(args.positional);
    return binary("%", likeText(value, softText(value, run)), values, run.budget);
  },
  join: (value, args, run) => {
    const [separator = "", attribute = null] = bind("join", ["d?", "attribute?"], args);
    const get = attributeGetter(attribute, run);
    const parts = listOf(value, run.budget).map((item) => str(get(item), run.budget));
    return joinText(str(separator, run.budget), parts, run.budget);
  },
  indent: (value, args, { budget }) => {
    const [width = 4n, first = false, blank = false] = bind("indent", ["width?", "first?", "blank?"], args);
    if (value instanceof Undefined) value.fail();
    if (!isText(value)) fail(`unsupported operand type(s) for +=: '${typeName(value)}' and 'str'`);
    const spaces = isText(width) ? textOf(width) : binary("*", " ", width, budget);
    if (typeof spaces !== "string") return fail("indent wants a number or text");
    const lines = splitLines(`${textOf(value as string)}\n`, false, budget);
    budget.build(textOf(value as string).length + lines.length * spaces.length);
    const rest = lines.slice(1).map((line) => (line === "" && !isTrue(blank) ? line : spaces + line));
    return likeText(value, (isTrue(first) ? spaces : "") + [lines[0], ...rest].join("\n"));
  },
  truncate: (value, args, { budget }) => {
    const parameters = ["length?", "killwords?", "end?", "leeway?"];
    const [length = 255n, killWords = false, end = "...", leeway = null] = bind("truncate", parameters, args);
    const [limit, ending, extra] = [count(length), string(end), leeway === null ? 5 : count(leeway)];
    if (limit < countPoints(ending)) fail(`expected length >= ${countPoints(ending)}, got ${limit}`);
    if (extra < 0) fail(`expected leeway >= 0, got ${extra}`);
    // Anything with a length passes if that is short.
    if (!isText(value) && (lengthOf(value) ?? Infinity) <= limit + extra) return value;
    const text = string(value);
    budget.build(text.length);
    if (countPoints(text) <= limit + extra) return value;
    const kept = slicePoints(text, 0, limit - countPoints(ending));
    const space = kept.lastIndexOf(" ");
    return likeText(value, (isTrue(killWords) || space < 0 ? kept : kept.slice(0, space)) + ending);
  },
  wordcount: (value, args, run) => {
    bind("wordcount", [], args);
    const text = softText(value, run);
    run.budget.spend(text.length / 16);
    return BigInt(text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0);
  },
  wordwrap: (value, args, { budget }) => {
    const parameters = ["width?", "break_long_words?", "wrapstring?", "break_on_hyphens?"];
    const [width = 79n, breakLong = true, wrap = null, hyphens = true] = bind("wordwrap", parameters, args);
    const text = string(value);
    budget.spend(text.length / 4);
    return wrapText(text, count(width), isTrue(breakLong), isTrue(hyphens), budget).join(
      wrap === null ? "\n" : string(wrap),
    );
  },
  urlencode: (value, args, run) => {
    bind("urlencode", [], args);
    if (isText(value) || asNumber(value) !== undefined || value === null || value instanceof Undefined)
      return quoteUrl(str(value, run.budget), "/");
    const pairs =
      value instanceof Dict ? [...value.entries()] : listOf(value, run.budget).map((pair) => listOf(pair, run.budget));
    return pairs
      .map((pair) => {
        if (pair.length !== 2) fail("urlencode wants pairs");
        return pair.map((part) => quoteUrl(str(part, run.budget), "").replaceAll("%20", "+")).join("=");
      })
      .join("&");
  },
  xmlattr: (value, args, { budget }) => {
    const [autospace = true] = bind("xmlattr", ["autospace?"], args);
    if (!(value instanceof Dict)) return fail("xmlattr wants a mapping");
    const attributes: string[] = [];
    for (const [key, item] of value.entries()) {
      if (item === null || item instanceof Undefined) continue;
      if (/[\s/>=]/.test(string(key))) fail("Invalid character in attribute name");
      attributes.push(`${escapeText(key, budget)}="${escapeText(item, budget)}"`);
    }
    return (isTrue(autospace) && attributes.length > 0 ? " " : "") + joinText(" ", attributes, budget);
  },
};

/** urllib.parse.quote. */
function quoteUrl(text: string, safe: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%2F", safe === "/" ? "/" : "%2F");
}
