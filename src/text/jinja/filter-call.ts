// What a filter is, and how filters look into items by attribute.

import { attributeOf, itemOf } from "./attributes.ts";
import { isText, textOf } from "./compare.ts";
import { str } from "./print.ts";
import { fail } from "./template-error.ts";
import { Markup, Undefined, type Args, type Run, type Value } from "./values.ts";

export type Filter = (value: Value, args: Args, run: Run) => Value;

/** markupsafe's soft_str: markup stays markup. */
export function softText(value: Value, run: Run): string {
  return str(value, run.budget);
}

/** A filter on text whose result is markup where the text was. */
export function likeText(value: Value, text: string): Value {
  return value instanceof Markup ? new Markup(text) : text;
}

export function lowered(value: Value, { budget }: Run): Value {
  if (!isText(value)) return value;
  budget.read(textOf(value).length);
  return textOf(value).toLowerCase();
}

/** Looks "name.0.other" up in an item, part by part; undefined ones become `otherwise` unless that is null. */
export function attributeGetter(attribute: Value, run: Run, otherwise: Value = null): (item: Value) => Value {
  const path = attribute === null ? [] : isText(attribute) ? textOf(attribute).split(".") : [attribute];
  const keys = path.map((part) => (typeof part === "string" && /^\d+$/.test(part) ? BigInt(part) : part));
  return (item) => {
    for (const key of keys) {
      run.budget.spend(1);
      item = itemOf(item, key, run.budget);
      if (otherwise !== null && item instanceof Undefined) item = otherwise;
    }
    return item;
  };
}

/** The same for "a,b.c": a list of values, text in lower case unless `caseSensitive`. */
export function sortKey(attribute: Value, caseSensitive: boolean, run: Run): (item: Value) => Value[] {
  const parts = isText(attribute) ? textOf(attribute).split(",") : [attribute];
  const getters = parts.map((part) => attributeGetter(part, run));
  return (item) => getters.map((get) => (caseSensitive ? get(item) : lowered(get(item), run)));
}

/** The attr filter: attributes only, never items. */
export function attributeOnly(value: Value, name: Value, run: Run, own: (name: string) => Value | undefined): Value {
  if (!isText(name)) return fail("attribute name must be string");
  const found = own(textOf(name));
  return found === undefined
    ? new Undefined(`no attribute '${textOf(name).slice(0, 80)}'`)
    : attributeOf(value, textOf(name), run.budget);
}
