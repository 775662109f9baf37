// JSON that mostly stays JSON, while what it says goes wrong: a value becomes another of its kind or of another kind, a key
// stands twice, lists grow, branches nest. `Written` is text that goes out as it is, for what no JavaScript value expresses.

import { pick, wholeBelow } from "../long/proof.ts";
import { extremeNumbers, oddText, otherNumber, otherText } from "./extremes.ts";
import { chance, type Random, utf8 } from "./reader.ts";

export class Written {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | number | string | Written | Json[] | { [key: string]: Json };

/** JSON.stringify for values with `Written` in them. */
export function writeJson(value: Json): string {
  if (value instanceof Written) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${writeJson(inner)}`)
    .join(",")}}`;
}

function cloneJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(cloneJson);
  if (!isParent(value)) return value;
  const copy = {};
  for (const [key, inner] of Object.entries(value)) setOwn(copy, key, cloneJson(inner));
  return copy;
}

const notJson = ["NaN", "Infinity", "'x'", "01", "undefined", "", "{", '"', "[1,]"];
const longNumbers = ["1e999", "-1e999", "18446744073709551615", "9007199254740993", "-0", "0.1e-400", "1".repeat(400)];

export function oddValue(random: Random): Json {
  switch (wholeBelow(random, 9)) {
    case 0:
      return pick(random, [null, true, false]);
    case 1:
      return pick(random, extremeNumbers);
    case 2:
      return oddText(random);
    case 3:
      return new Written(pick(random, longNumbers));
    case 4:
      return pick(random, [[], [[]], [null], [0], [-1, 2 ** 53], ["", ""], [{}]]);
    case 5:
      return pick<Json>(random, [{}, { "": null }, { length: 3 }, { type: "Sequence" }, { content: {} }, { id: -1 }]);
    case 6: {
      const depth = pick(random, [9, 60, 200, 2000]);
      const [open, close] = pick(random, [["[", "]"], ['{"a":', "}"], ['{"type":"Sequence","normalizers":[', "]}"]]); // prettier-ignore
      return new Written(`${open.repeat(depth)}${open.endsWith(":") ? "0" : ""}${close.repeat(depth)}`);
    }
    case 7:
      return Array.from({ length: pick(random, [3, 100, 1000]) }, (_, i) => i % 7);
    default:
      return new Written('{"__proto__":{"type":"BPE"},"constructor":1}');
  }
}

/** A copy with up to three places changed. */
export function mutateJson(value: Json, random: Random): Json {
  let whole = cloneJson(value);
  for (let times = 1 + wholeBelow(random, 3); times > 0; times--) {
    const parent = somewhere(whole, random);
    if (parent === undefined || chance(random, 0.02)) whole = oddValue(random);
    else change(parent, whole, random);
  }
  return whole;
}

/** As bytes: whole UTF-8, except for a few. */
export function jsonBytes(value: Json, random: Random): Uint8Array {
  const bytes = utf8(writeJson(value));
  const way = random();
  if (way < 0.96 || bytes.length === 0) return bytes;
  const at = wholeBelow(random, bytes.length);
  if (way < 0.97) return bytes.slice(0, at);
  if (way < 0.98) return Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes);
  if (way < 0.99) bytes[at] = pick(random, [0xff, 0xc0, 0x80, 0xed, 0x00]);
  else return utf8(pick(random, notJson));
  return bytes;
}

type Parent = Json[] | { [key: string]: Json };

function isParent(value: Json): value is Parent {
  return typeof value === "object" && value !== null && !(value instanceof Written);
}

/** A list or object anywhere in the value. */
function somewhere(value: Json, random: Random): Parent | undefined {
  if (!isParent(value)) return undefined;
  const children = Object.values(value).filter(isParent);
  return children.length > 0 && chance(random, 0.6) ? somewhere(pick(random, children), random) : value;
}

function change(parent: Parent, whole: Json, random: Random): void {
  const keys = Object.keys(parent);
  const at = parent as { [key: string]: Json };
  const list = Array.isArray(parent) ? parent : undefined;
  const key = keys.length > 0 ? pick(random, keys) : "0";
  const found = at[key] ?? null;
  const way = wholeBelow(random, 12);
  if (way < 5 && typeof found === "number") at[key] = otherNumber(found, random);
  else if (way < 5 && typeof found === "string") at[key] = otherText(found, random);
  else if (way < 5 && typeof found === "boolean") at[key] = !found;
  else if (way === 5 && list) list.splice(Number(key), 1);
  else if (way === 5) delete at[key];
  else if (way === 6 && keys.length > 1) {
    const other = pick(random, keys);
    [at[key], at[other]] = [at[other], at[key]];
  } else if (way === 7 && !list) at[key] = twice(found, key, random);
  else if (way === 7) list!.push(...list!.slice(0, 100));
  else if (way === 8) at[key] = cloneJson(pick(random, [whole, found, Object.values(at)[0] ?? null]));
  else if (way === 9 && !list) {
    delete at[key];
    setOwn(at, pick(random, ["__proto__", "", key.toUpperCase(), otherText(key, random)]), found);
  } else at[key] = oddValue(random);
}

const setOwn = (parent: object, key: string, value: Json) =>
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });

/** The value, followed by the key once more with another value. */
function twice(value: Json, key: string, random: Random): Json {
  const again = chance(random, 0.5) ? value : oddValue(random);
  const gap = pick(random, ["", " ", "\n\t", " ".repeat(30)]); // JSON allows white space anywhere
  return new Written(`${writeJson(value)}${gap},${gap}${JSON.stringify(key)}${gap}:${gap}${writeJson(again)}`);
}
