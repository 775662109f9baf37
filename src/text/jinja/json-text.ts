// The tojson filter as transformers has it: Python's json.dumps, without HTML escapes.

import { bind } from "./bind-arguments.ts";
import type { Budget } from "./budget.ts";
import { isText, isTrue, itemsOf, order, textOf } from "./compare.ts";
import { floatText } from "./numbers.ts";
import { fail } from "./template-error.ts";
import { Dict, typeName, type Args, type Value } from "./values.ts";

interface Style {
  ascii: boolean;
  /** Of one level; undefined puts all on one line. */
  indent: string | undefined;
  itemSeparator: string;
  keySeparator: string;
  sortKeys: boolean;
}

const parameters = ["ensure_ascii?", "indent?", "separators?", "sort_keys?"];

export function toJson(value: Value, args: Args, budget: Budget): string {
  const [ascii, indent, separators, sortKeys] = bind("tojson", parameters, args);
  const [itemSeparator, keySeparator] = separatorsOf(separators ?? null, indent != null, budget);
  return dump(value, "\n", {
    ascii: isTrue(ascii ?? false),
    indent: indentOf(indent ?? null, budget),
    itemSeparator,
    keySeparator,
    sortKeys: isTrue(sortKeys ?? false),
  });

  function dump(value: Value, newline: string, style: Style): string {
    budget.spend(1);
    if (value === null) return "null";
    if (typeof value === "boolean") return String(value);
    if (typeof value === "bigint") return String(value);
    if (typeof value === "number") return jsonFloat(value);
    if (isText(value)) return quoted(textOf(value), style.ascii, budget);
    const items = itemsOf(value);
    const inner = newline + (style.indent ?? "");
    if (items)
      return wrapped(
        "[",
        items.map((item) => dump(item, inner, style)),
        "]",
        newline,
        style,
      );
    if (!(value instanceof Dict)) fail(`Object of type ${typeName(value)} is not JSON serializable`);
    let entries = [...value.entries()];
    if (style.sortKeys) entries = entries.sort(([a], [b]) => order(a, b, "<", budget));
    const members = entries.map(
      ([key, member]) => quoted(keyText(key), style.ascii, budget) + style.keySeparator + dump(member, inner, style),
    );
    return wrapped("{", members, "}", newline, style);
  }

  function wrapped(open: string, parts: string[], close: string, newline: string, style: Style): string {
    if (parts.length === 0) return open + close;
    const inner = style.indent === undefined ? "" : newline + style.indent;
    const separator = style.itemSeparator + inner;
    budget.build(parts.reduce((sum, part) => sum + part.length + separator.length, 0));
    return open + inner + parts.join(separator) + (style.indent === undefined ? "" : newline) + close;
  }
}

function separatorsOf(separators: Value, indented: boolean, budget: Budget): [string, string] {
  if (separators === null) return [indented ? "," : ", ", ": "];
  const pair = itemsOf(separators) ?? fail("separators must be a pair");
  if (pair.length !== 2) fail("separators must be a pair");
  const [item, key] = pair.map((part) => (isText(part) ? textOf(part) : fail("separators must be text")));
  budget.build(item.length + key.length);
  return [item, key];
}

function indentOf(indent: Value, budget: Budget): string | undefined {
  if (indent === null) return undefined;
  if (isText(indent)) return textOf(indent);
  const width =
    typeof indent === "bigint"
      ? Number(indent)
      : Number(typeof indent === "boolean" ? indent : fail("indent must be a number or text"));
  budget.build(Math.max(0, width));
  return " ".repeat(Math.max(0, width));
}

function jsonFloat(value: number): string {
  if (Number.isFinite(value)) return floatText(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

function keyText(key: Value): string {
  if (isText(key)) return textOf(key);
  if (key === null) return "null";
  if (typeof key === "boolean" || typeof key === "bigint") return String(key);
  if (typeof key === "number") return jsonFloat(key);
  return fail(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

const named: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};

function quoted(text: string, ascii: boolean, budget: Budget): string {
  budget.spend(text.length / 8);
  // oxlint-disable-next-line no-control-regex -- JSON escapes them
  const pattern = ascii ? /["\\]|[^\x20-\x7e]/g : /["\\\x00-\x1f]/g;
  const escape = (unit: string) => named[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `"${text.replace(pattern, escape)}"`;
}
