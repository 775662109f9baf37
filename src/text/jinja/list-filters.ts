// Jinja's filters on sequences and mappings. Those that are generators in Python are streams here.

import { binary } from "./arithmetic.ts";
import { pythonAttribute } from "./attributes.ts";
import { bind } from "./bind-arguments.ts";
import { equal, isText, isTrue, iteratorOf, lengthOf, listOf, order, textOf, walk } from "./compare.ts";
import { attributeGetter, attributeOnly, lowered, sortKey, type Filter } from "./filter-call.ts";
import { fail } from "./template-error.ts";
import { count, string } from "./text-methods.ts";
import {
  Dict,
  DictView,
  Markup,
  Stream,
  Tuple,
  Undefined,
  present,
  typeName,
  type Args,
  type Run,
  type Value,
} from "./values.ts";

const length: Filter = (value, args) => {
  bind("length", [], args);
  return BigInt(lengthOf(value) ?? fail(`object of type '${typeName(value)}' has no len()`));
};

/** Sorted in place by keys: stable, and `reverse` keeps equal ones in order. */
function sorted(items: Value[], key: (item: Value) => Value, reverse: boolean, run: Run): Value[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  const sign = reverse ? -1 : 1;
  keyed.sort((a, b) => sign * order(a.key, b.key, "<", run.budget));
  return keyed.map(({ item }) => item);
}

const extreme =
  (name: string, sign: number): Filter =>
  (value, args, run) => {
    const [caseSensitive = false, attribute = null] = bind(name, ["case_sensitive?", "attribute?"], args);
    const get = attributeGetter(attribute, run);
    const key = (item: Value) => (isTrue(caseSensitive) ? get(item) : lowered(get(item), run));
    const items = listOf(value, run.budget);
    if (items.length === 0) return new Undefined("No aggregated item, sequence was empty.");
    let best = { item: items[0], key: key(items[0]) };
    for (const item of items.slice(1)) {
      const candidate = { item, key: key(item) };
      const operator = sign < 0 ? "<" : ">";
      if (sign * order(candidate.key, best.key, operator, run.budget) > 0) best = candidate;
    }
    return best.item;
  };

const stream = (items: Generator<Value>): Stream => new Stream(items);

/** select, reject and their attr forms. */
const selecting =
  (name: string, wanted: boolean, byAttribute: boolean): Filter =>
  (value, args, run) => {
    return stream(
      (function* () {
        if (!isTrue(value)) return;
        const [attribute, ...others] = byAttribute ? args.positional : [null, ...args.positional];
        if (attribute === undefined) fail(`${name}: Missing parameter for attribute name`);
        const get = attributeGetter(attribute, run);
        const test = others.length === 0 ? undefined : string(others[0]);
        const rest: Args = { positional: others.slice(1), named: args.named };
        for (const item of walk(value, run.budget)) {
          const tested = get(item);
          const passes = test === undefined ? isTrue(tested) : run.test(test, tested, rest);
          if (passes === wanted) yield item;
        }
      })(),
    );
  };

export const listFilters: Record<string, Filter> = {
  length,
  count: length,
  list: (value, args, { budget }) => {
    bind("list", [], args);
    return listOf(value, budget);
  },
  first: (value, args, { budget }) => {
    bind("first", [], args);
    for (const item of walk(value, budget)) return item;
    return new Undefined("No first item, sequence was empty.");
  },
  last: (value, args, { budget }) => {
    bind("last", [], args);
    if (value instanceof Stream || lengthOf(value) === undefined) fail(`'${typeName(value)}' object is not reversible`);
    return present(listOf(value, budget).at(-1), () => new Undefined("No last item, sequence was empty."));
  },
  reverse: (value, args, { budget }) => {
    bind("reverse", [], args);
    if (isText(value)) {
      const text = [...textOf(value)].reverse().join("");
      budget.build(text.length);
      return typeof value === "string" ? text : new Markup(text);
    }
    if (!iteratorOf(value)) fail("argument must be iterable");
    const items = listOf(value, budget).reverse();
    return value instanceof Stream ? items : new Stream(items[Symbol.iterator]());
  },
  sort: (value, args, run) => {
    const parameters = ["reverse?", "case_sensitive?", "attribute?"];
    const [reverse = false, caseSensitive = false, attribute = null] = bind("sort", parameters, args);
    const key = sortKey(attribute, isTrue(caseSensitive), run);
    return sorted(listOf(value, run.budget), key, isTrue(reverse), run);
  },
  dictsort: (value, args, run) => {
    const parameters = ["case_sensitive?", "by?", "reverse?"];
    const [caseSensitive = false, by = "key", reverse = false] = bind("dictsort", parameters, args);
    if (by !== "key" && by !== "value") fail('You can only sort by either "key" or "value"');
    if (value instanceof Undefined) value.fail();
    if (!(value instanceof Dict)) return fail("dictsort wants a mapping");
    const place = by === "key" ? 0 : 1;
    const key = (item: Value) => {
      const part = (item as Tuple).items[place];
      return isTrue(caseSensitive) ? part : lowered(part, run);
    };
    return sorted(listOf(new DictView(value, "items"), run.budget), key, isTrue(reverse), run);
  },
  groupby: (value, args, run) => {
    const parameters = ["attribute", "default?", "case_sensitive?"];
    const [attribute, otherwise = null, caseSensitive = false] = bind("groupby", parameters, args);
    const get = attributeGetter(attribute!, run, otherwise);
    const key = (item: Value) => (isTrue(caseSensitive) ? get(item) : lowered(get(item), run));
    const groups: { key: Value; items: Value[] }[] = [];
    for (const item of sorted(listOf(value, run.budget), key, false, run)) {
      const last = groups.at(-1);
      if (last && equal(last.key, key(item), run.budget)) last.items.push(item);
      else groups.push({ key: key(item), items: [item] });
    }
    return groups.map(({ items }) => new Tuple([get(items[0]), items], ["grouper", "list"]));
  },
  unique: (value, args, run) => {
    const [caseSensitive = false, attribute = null] = bind("unique", ["case_sensitive?", "attribute?"], args);
    const get = attributeGetter(attribute, run);
    return stream(
      (function* () {
        const seen = new Dict();
        for (const item of walk(value, run.budget)) {
          const key = isTrue(caseSensitive) ? get(item) : lowered(get(item), run);
          if (seen.has(key)) continue;
          seen.set(key, null);
          yield item;
        }
      })(),
    );
  },
  min: extreme("min", -1),
  max: extreme("max", 1),
  sum: (value, args, run) => {
    const [attribute = null, start = 0n] = bind("sum", ["attribute?", "start?"], args);
    if (isText(start)) fail("sum() can't sum strings");
    const get = attributeGetter(attribute, run);
    let sum: Value = start;
    for (const item of walk(value, run.budget)) sum = binary("+", sum, get(item), run.budget);
    return sum;
  },
  map: (value, args, run) =>
    stream(
      (function* () {
        if (isTrue(value)) {
          const change = mapper(args, run);
          for (const item of walk(value, run.budget)) yield change(item);
        }
      })(),
    ),
  select: selecting("select", true, false),
  reject: selecting("reject", false, false),
  selectattr: selecting("selectattr", true, true),
  rejectattr: selecting("rejectattr", false, true),
  batch: (value, args, { budget }) => {
    const [size, fill = null] = bind("batch", ["linecount", "fill_with?"], args);
    const wanted = count(size);
    return stream(
      (function* () {
        let row: Value[] = [];
        for (const item of walk(value, budget)) {
          if (row.length === wanted) {
            yield row;
            row = [];
          }
          row.push(item);
        }
        if (row.length === 0) return;
        const missing = fill === null ? 0 : Math.max(0, wanted - row.length);
        budget.items(missing);
        yield [...row, ...Array.from({ length: missing }, () => fill)];
      })(),
    );
  },
  slice: (value, args, { budget }) => {
    const [slices, fill = null] = bind("slice", ["slices", "fill_with?"], args);
    const wanted = count(slices);
    return stream(
      (function* () {
        const items = listOf(value, budget);
        if (wanted === 0) fail("integer division or modulo by zero");
        const [size, longer] = [Math.floor(items.length / wanted), items.length % wanted];
        let start = 0;
        for (let i = 0; i < wanted; i++) {
          budget.spend(1);
          const part = items.slice(start, start + size + (i < longer ? 1 : 0));
          start += part.length;
          yield fill !== null && i >= longer ? [...part, fill] : part;
        }
      })(),
    );
  },
  items: (value, args) => {
    bind("items", [], args);
    return stream(
      (function* () {
        if (value instanceof Undefined) return;
        if (!(value instanceof Dict)) fail("Can only get item pairs from a mapping.");
        yield* new DictView(value, "items");
      })(),
    );
  },
  attr: (value, args, run) => {
    const [name] = bind("attr", ["name"], args);
    return attributeOnly(value, name!, run, (own) => {
      if (value instanceof Undefined) value.fail();
      return pythonAttribute(value, own);
    });
  },
  default: (value, args) => otherwise(value, args),
  d: (value, args) => otherwise(value, args),
};

function otherwise(value: Value, args: Args): Value {
  const [fallback = "", falseToo = false] = bind("default", ["default_value?", "boolean?"], args);
  return value instanceof Undefined || (isTrue(falseToo) && !isTrue(value)) ? fallback : value;
}

function mapper({ positional, named }: Args, run: Run): (item: Value) => Value {
  const attribute = named.get("attribute");
  if (positional.length === 0 && attribute !== undefined) {
    const unknown = [...named.keys()].find((name) => name !== "attribute" && name !== "default");
    if (unknown !== undefined) fail(`Unexpected keyword argument '${unknown}'`);
    return attributeGetter(attribute, run, named.get("default") ?? null);
  }
  if (positional.length === 0) fail("map requires a filter argument");
  const name = string(positional[0]);
  const rest: Args = { positional: positional.slice(1), named };
  return (item) => run.filter(name, item, rest);
}
