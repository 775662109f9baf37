// value.name and value[key], as Jinja's sandbox reads them: an attribute comes before an item for the dot and after it
// for brackets, what is not there is undefined, and what would change a list or dict is refused.

import { bind } from "./bind-arguments.ts";
import type { Budget } from "./budget.ts";
import { pointAt } from "./characters.ts";
import { asNumber, equal, isText, itemsOf, lengthOf, textOf, walk } from "./compare.ts";
import { formatBraces } from "./format-braces.ts";
import { escapeText } from "./markup.ts";
import { fail } from "./template-error.ts";
import { textMethods } from "./text-methods.ts";
import {
  Builtin,
  Dict,
  DictView,
  Markup,
  Namespace,
  Range,
  TemplateObject,
  Tuple,
  Undefined,
  present,
  typeName,
  type Args,
  type Value,
} from "./values.ts";

/** `value.name`. */
export function attributeOf(value: Value, name: string, budget: Budget): Value {
  if (value instanceof Undefined) value.fail();
  return present(pythonAttribute(value, name), () =>
    present(subscript(value, name, budget), () => missing(value, name)),
  );
}

/** `value[key]`. */
export function itemOf(value: Value, key: Value, budget: Budget): Value {
  if (value instanceof Undefined) value.fail();
  const found = subscript(value, key, budget);
  if (found !== undefined) return found;
  const attribute = isText(key) ? pythonAttribute(value, textOf(key)) : undefined;
  return present(attribute, () => missing(value, isText(key) ? textOf(key) : undefined));
}

function missing(value: Value, name: string | undefined): Undefined {
  const what = value instanceof TemplateObject ? value.repr() : `${typeName(value)} object`;
  return new Undefined(
    name === undefined ? `${what} has no such element` : `'${what}' has no attribute '${name.slice(0, 80)}'`,
  );
}

/** value[key] in Python; undefined where it raises TypeError, IndexError or KeyError. */
function subscript(value: Value, key: Value, budget: Budget): Value | undefined {
  if (value instanceof Dict) return value.get(key);
  const number = asNumber(key);
  if (typeof number !== "bigint") return undefined;
  if (!isText(value) && !itemsOf(value) && !(value instanceof Range)) return undefined;
  if (isText(value)) budget.spend(textOf(value).length / 16);
  const length = lengthOf(value)!;
  const index = number < 0n ? Number(number) + length : Number(number);
  if (index < 0 || index >= length) return undefined;
  if (value instanceof Range) return value.at(index);
  const items = itemsOf(value);
  if (items) return items[index];
  const character = pointAt(textOf(value as string), index)!;
  return typeof value === "string" ? character : new Markup(character);
}

const changing: Record<string, Set<string>> = {
  dict: new Set(["clear", "pop", "popitem", "setdefault", "update"]),
  list: new Set(["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"]),
};

/** getattr(value, name) behind the sandbox; undefined where there is none. */
export function pythonAttribute(value: Value, name: string): Value | undefined {
  if (value instanceof Namespace) return value.attribute(name);
  const kind = typeName(value);
  if (/^__\w+__$/.test(name) || changing[kind]?.has(name))
    return new Undefined(`access to attribute '${name.slice(0, 80)}' of '${kind}' object is unsafe.`);
  if (isText(value)) return textMethod(value, name);
  if (value instanceof Dict) return dictMethod(value, name);
  if (value instanceof TemplateObject) return value.attribute(name);
  if (value instanceof Tuple && value.fields.includes(name)) return value.items[value.fields.indexOf(name)];
  if (value instanceof DictView && name === "mapping") return value.dict;
  if (itemsOf(value) || value instanceof Range) return listMethod(value, name);
  return asNumber(value) === undefined ? undefined : numberAttribute(asNumber(value)!, name);
}

function textMethod(value: string | Markup, name: string): Value | undefined {
  if (name === "format" || name === "format_map")
    return new Builtin(name, ({ budget }, args) => {
      const mapping = name === "format_map" ? bind(name, ["mapping", "/"], args)[0] : undefined;
      if (mapping !== undefined && !(mapping instanceof Dict)) fail("format_map() argument must be a mapping");
      const given = mapping === undefined ? args : namedBy(mapping as Dict);
      const text = formatBraces(
        textOf(value),
        value instanceof Markup ? escaped(given, budget) : given,
        (from, key, isAttribute) =>
          isAttribute ? attributeOf(from, key as string, budget) : itemOf(from, key, budget),
        budget,
      );
      return typeof value === "string" ? text : new Markup(text);
    });
  if (!Object.hasOwn(textMethods, name)) return undefined;
  const method = textMethods[name];
  return new Builtin(name, ({ budget }, args) => {
    const text = textOf(value);
    budget.read(text.length);
    if (typeof value === "string") return method(text, args, budget);
    return marked(method(text, escaped(args, budget), budget));
  });
}

const namedBy = (dict: Dict): Args => {
  const named = [...dict.entries()].filter((entry): entry is [string, Value] => typeof entry[0] === "string");
  return { positional: [], named: new Map(named) };
};

/** Markup's methods escape the text they are given, and give markup. */
function escaped({ positional, named }: Args, budget: Budget): Args {
  const escape = (value: Value): Value => {
    if (isText(value)) return escapeText(value, budget);
    return Array.isArray(value) ? value.map(escape) : value;
  };
  return {
    positional: positional.map(escape),
    named: new Map([...named].map(([name, value]) => [name, escape(value)])),
  };
}

function marked(value: Value): Value {
  if (typeof value === "string") return new Markup(value);
  if (value instanceof Tuple) return new Tuple(value.items.map(marked));
  return Array.isArray(value) ? value.map(marked) : value;
}

function dictMethod(dict: Dict, name: string): Value | undefined {
  switch (name) {
    case "keys":
    case "values":
    case "items":
      return new Builtin(name, (_, args) => {
        bind(name, [], args);
        return new DictView(dict, name);
      });
    case "copy":
      return new Builtin(name, ({ budget }, args) => {
        bind(name, [], args);
        budget.items(dict.size);
        return new Dict(dict.entries());
      });
    case "get":
      return new Builtin(name, (_, args) => {
        const [key, otherwise = null] = bind(name, ["key", "default?", "/"], args);
        return dict.has(key!) ? dict.get(key!)! : otherwise;
      });
    case "fromkeys":
      return new Builtin(name, ({ budget }, args) => fromKeys(args, budget));
    default:
      return undefined;
  }
}

export function fromKeys(args: Args, budget: Budget): Dict {
  const [keys, value = null] = bind("fromkeys", ["iterable", "value?", "/"], args);
  const dict = new Dict();
  for (const key of walk(keys!, budget)) dict.set(key, value);
  return dict;
}

function listMethod(value: Value, name: string): Value | undefined {
  if (value instanceof Range && (name === "start" || name === "stop" || name === "step")) return value[name];
  if (name === "copy" && Array.isArray(value)) {
    return new Builtin(name, ({ budget }, args) => {
      bind(name, [], args);
      budget.items(value.length);
      return [...value];
    });
  }
  if (name === "count" || name === "index")
    return new Builtin(name, ({ budget }, args) => {
      const wanted = bind(name, name === "count" ? ["value", "/"] : ["value", "start?", "stop?", "/"], args)[0]!;
      const items = [...walk(value, budget)];
      if (name === "count") return BigInt(items.filter((item) => equal(item, wanted, budget)).length);
      const [start, stop] = args.positional.slice(1).map((place) => Number(asNumber(place)));
      const from = start < 0 ? Math.max(0, start + items.length) : (start ?? 0);
      const to = stop < 0 ? stop + items.length : (stop ?? items.length);
      const index = items.findIndex((item, at) => at >= from && at < to && equal(item, wanted, budget));
      return index < 0 ? fail("value is not in list") : BigInt(index);
    });
  return undefined;
}

function numberAttribute(number: bigint | number, name: string): Value | undefined {
  const method = (run: () => Value) => new Builtin(name, (_, args) => (bind(name, [], args), run()));
  if (name === "real") return number;
  if (name === "imag") return typeof number === "bigint" ? 0n : 0;
  if (name === "conjugate") return method(() => number);
  if (typeof number === "number") return name === "is_integer" ? method(() => Number.isInteger(number)) : undefined;
  if (name === "numerator") return number;
  if (name === "denominator") return 1n;
  const magnitude = number < 0n ? -number : number;
  if (name === "bit_length") return method(() => (number === 0n ? 0n : BigInt(magnitude.toString(2).length)));
  if (name === "bit_count") return method(() => BigInt(magnitude.toString(2).replaceAll("0", "").length));
  return undefined;
}
