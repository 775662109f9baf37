// value[start:stop:step] of text, lists, tuples and ranges.

import type { Budget } from "./budget.ts";
import { slicePoints } from "./characters.ts";
import { asNumber, isText, itemsOf, lengthOf, textOf } from "./compare.ts";
import { fail } from "./template-error.ts";
import { Markup, Range, Tuple, Undefined, typeName, type Value } from "./values.ts";

/** Throws TemplateError for what cannot be cut. Markup stays markup. */
export function sliceOf(value: Value, start: Value, stop: Value, step: Value, budget: Budget): Value {
  if (value instanceof Undefined) value.fail();
  const items = itemsOf(value);
  if (!isText(value) && !items && !(value instanceof Range)) fail(`'${typeName(value)}' object is not subscriptable`);
  if (isText(value)) budget.spend(textOf(value).length / 16);
  const length = lengthOf(value)!;
  const places = indices(length, bound(start), bound(stop), bound(step) ?? 1n);
  if (isText(value)) {
    const text = textOf(value);
    const part =
      places.step === 1
        ? slicePoints(text, places.start, Math.max(places.start, places.stop))
        : [...picked([...text], places)].join("");
    return typeof value === "string" ? part : new Markup(part);
  }
  if (items) {
    budget.items(items.length);
    const part = [...picked(items, places)];
    return Array.isArray(value) ? part : new Tuple(part);
  }
  const range = value as Range;
  return new Range(range.at(places.start), range.at(places.stop), range.step * BigInt(places.step));
}

function bound(value: Value): bigint | undefined {
  if (value === null) return undefined;
  const number = asNumber(value);
  return typeof number === "bigint" ? number : fail("slice indices must be integers or None");
}

interface Places {
  start: number;
  stop: number;
  step: number;
}

/** Python's slice.indices(length). */
function indices(length: number, start: bigint | undefined, stop: bigint | undefined, step: bigint): Places {
  if (step === 0n) fail("slice step cannot be zero");
  const [low, high] = step > 0n ? [0n, BigInt(length)] : [-1n, BigInt(length) - 1n];
  const clamp = (place: bigint): bigint => {
    if (place < 0n) place += BigInt(length);
    return place < low ? low : place > high ? high : place;
  };
  const stride = step > BigInt(length) + 1n ? length + 1 : step < -BigInt(length) - 1n ? -length - 1 : Number(step);
  return {
    start: Number(start === undefined ? (step > 0n ? low : high) : clamp(start)),
    stop: Number(stop === undefined ? (step > 0n ? high : low) : clamp(stop)),
    step: stride,
  };
}

function* picked<T>(items: readonly T[], { start, stop, step }: Places): Generator<T> {
  for (let index = start; step > 0 ? index < stop : index > stop; index += step) yield items[index];
}
