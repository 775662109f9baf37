// str() and repr(): how values print.

import type { Budget } from "./budget.ts";
import { isPrintable } from "./characters.ts";
import { floatText } from "./numbers.ts";
import { Dict, DictView, Markup, Namespace, Range, Stream, Tuple, Undefined, type Value } from "./values.ts";

/** str(value): what a template prints. */
export function str(value: Value, budget: Budget): string {
  if (typeof value === "string") return value;
  if (value instanceof Markup) return value.text;
  if (value instanceof Undefined) return "";
  return repr(value, budget);
}

export function repr(value: Value, budget: Budget): string {
  budget.spend(1);
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return floatText(value);
  if (typeof value === "string") return quoted(value, budget);
  if (value instanceof Markup) return `Markup(${quoted(value.text, budget)})`;
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Range)
    return `range(${value.start}, ${value.stop}${value.step === 1n ? "" : `, ${value.step}`})`;
  if (value instanceof Stream) return "<generator object>"; // Python adds its address
  if (value instanceof Namespace) return `<Namespace ${repr(value.attributes, budget)}>`;
  if (value instanceof Dict) return `{${joined(pairs(value, budget), budget)}}`;
  if (value instanceof DictView) return `dict_${value.kind}([${joined(each(value, budget), budget)}])`;
  if (Array.isArray(value)) return `[${joined(each(value, budget), budget)}]`;
  if (value instanceof Tuple)
    return `(${joined(each(value.items, budget), budget)}${value.items.length === 1 ? "," : ""})`;
  return value.repr();
}

function* each(items: Iterable<Value>, budget: Budget): Generator<string> {
  for (const item of items) yield repr(item, budget);
}

function* pairs(dict: Dict, budget: Budget): Generator<string> {
  for (const [key, value] of dict.entries()) yield `${repr(key, budget)}: ${repr(value, budget)}`;
}

function joined(parts: Iterable<string>, budget: Budget): string {
  const all: string[] = [];
  let length = 0;
  for (const part of parts) {
    length += part.length + 2;
    budget.build(length); // the whole so far, so that deep nesting, which copies it at each level, is paid for
    all.push(part);
  }
  return all.join(", ");
}

const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

function quoted(text: string, budget: Budget): string {
  budget.read(text.length);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[^ !#-&(-[\]-~]/gu, (character) => {
    if (character === "'" || character === '"') return character === quote ? `\\${character}` : character;
    if (named[character]) return named[character];
    return isPrintable(character) ? character : escapedPoint(character);
  });
  return quote + body + quote;
}

/** \xe9, \u20ac or \U0001f600. */
export function escapedPoint(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}
