// Equality, order, truth, membership and walking: Python's protocols over all kinds of values.

import type { Budget } from "./budget.ts";
import { comparePoints, countPoints } from "./characters.ts";
import { fail } from "./template-error.ts";
import { Dict, DictView, Markup, Range, Stream, Tuple, Undefined, typeName, type Value } from "./values.ts";

export const isText = (value: Value | undefined): value is string | Markup =>
  typeof value === "string" || value instanceof Markup;

/** An int or float; bool counts as int. Undefined for anything else. */
export function asNumber(value: Value | undefined): bigint | number | undefined {
  if (typeof value === "boolean") return BigInt(value);
  return typeof value === "bigint" || typeof value === "number" ? value : undefined;
}

/** Items of a list or tuple. */
export function itemsOf(value: Value): readonly Value[] | undefined {
  return Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
}

export function equal(a: Value, b: Value, budget: Budget): boolean {
  budget.spend(1);
  if (a === b) return true;
  const [left, right] = [asNumber(a), asNumber(b)];
  // oxlint-disable-next-line eqeqeq -- exact between bigint and number
  if (left !== undefined && right !== undefined) return left == right;
  if (isText(a) && isText(b)) {
    budget.spend(Math.min(textOf(a).length, textOf(b).length) / 64);
    return textOf(a) === textOf(b);
  }
  if (a instanceof Undefined) return b instanceof Undefined;
  if (a instanceof Range && b instanceof Range)
    return a.length === b.length && (a.length === 0 || (a.start === b.start && (a.length === 1 || a.step === b.step)));
  if (a instanceof DictView && b instanceof DictView && a.kind === b.kind && a.kind !== "values") {
    if (a.kind === "items") return equal(a.dict, b.dict, budget);
    return a.dict.size === b.dict.size && [...a].every((key) => b.dict.has(key));
  }
  if (a instanceof Dict && b instanceof Dict) {
    if (a.size !== b.size) return false;
    for (const [key, value] of a.entries()) {
      const other = b.get(key);
      if (other === undefined || !equal(value, other, budget)) return false;
    }
    return true;
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [first, second] = [itemsOf(a), itemsOf(b)];
  return !!first && !!second && first.length === second.length && first.every((v, i) => equal(v, second[i], budget));
}

export const textOf = (value: string | Markup): string => (typeof value === "string" ? value : value.text);

/** Negative, zero or positive, NaN for floats without order. Throws TemplateError where Python has no order. */
export function order(a: Value, b: Value, operator: string, budget: Budget): number {
  budget.spend(1);
  const [left, right] = [asNumber(a), asNumber(b)];
  if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : left >= right ? 0 : NaN;
  if (isText(a) && isText(b)) budget.spend((textOf(a).length + textOf(b).length) / 16);
  if (isText(a) && isText(b)) return comparePoints(textOf(a), textOf(b));
  const [first, second] = [itemsOf(a), itemsOf(b)];
  if (first && second && Array.isArray(a) === Array.isArray(b)) {
    for (const [i, value] of first.entries()) {
      if (i >= second.length) break;
      if (!equal(value, second[i], budget)) return order(value, second[i], operator, budget);
    }
    return first.length - second.length;
  }
  if (a instanceof Undefined) a.fail();
  if (b instanceof Undefined) b.fail();
  return fail(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

export function isTrue(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (value === null || value instanceof Undefined) return false;
  if (typeof value === "bigint") return value !== 0n;
  if (typeof value === "number") return value !== 0;
  if (isText(value)) return textOf(value) !== "";
  return lengthOf(value) !== 0;
}

/** len(value); undefined where Python has none. */
export function lengthOf(value: Value): number | undefined {
  if (isText(value)) return countPoints(textOf(value));
  if (value instanceof Dict) return value.size;
  if (value instanceof DictView) return value.dict.size;
  if (value instanceof Range) return value.length;
  if (value instanceof Undefined) return 0;
  return itemsOf(value)?.length;
}

/** An iterator over the value; undefined where Python has none. */
export function iteratorOf(value: Value): Iterator<Value> | undefined {
  if (isText(value)) return textOf(value)[Symbol.iterator]();
  if (value instanceof Dict) return value.keys();
  if (value instanceof DictView) return value[Symbol.iterator]();
  if (value instanceof Range) return numbersOf(value);
  if (value instanceof Undefined) return [][Symbol.iterator]();
  if (value instanceof Stream) return value.iterator;
  return itemsOf(value)?.[Symbol.iterator]();
}

function* numbersOf(range: Range): Generator<bigint> {
  for (let index = 0; index < range.length; index++) yield range.at(index);
}

/** Walks a value, a step for each item; a stream stays where the walk ends. */
export function* walk(value: Value, budget: Budget): Generator<Value> {
  const iterator = iteratorOf(value) ?? fail(`'${typeName(value)}' object is not iterable`);
  for (let next = iterator.next(); !next.done; next = iterator.next()) {
    budget.spend(1);
    yield next.value;
  }
}

/** list(value). */
export function listOf(value: Value, budget: Budget): Value[] {
  const size = lengthOf(value);
  if (size !== undefined) budget.items(size);
  const list: Value[] = [];
  for (const item of walk(value, budget)) list.push(item);
  return list;
}

/** `item in container`. */
export function contains(container: Value, item: Value, budget: Budget): boolean {
  if (isText(container)) {
    if (!isText(item)) {
      return fail(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    }
    budget.scan(textOf(container).length);
    return textOf(container).includes(textOf(item));
  }
  if (container instanceof Dict) return container.has(item);
  if (container instanceof DictView && container.kind === "keys") return container.dict.has(item);
  for (const other of walk(container, budget)) if (equal(other, item, budget)) return true;
  return false;
}
