// Python's arithmetic: ints are exact, // and % round down, text and lists can be added and multiplied.

import type { Budget } from "./budget.ts";
import { asNumber, isText, itemsOf, textOf } from "./compare.ts";
import { formatPercent } from "./format-percent.ts";
import { escapeText } from "./markup.ts";
import { checkedInt } from "./numbers.ts";
import type { BinaryOperator } from "./syntax.ts";
import { fail } from "./template-error.ts";
import { Markup, Tuple, Undefined, typeName, type Value } from "./values.ts";

export function binary(operator: BinaryOperator, left: Value, right: Value, budget: Budget): Value {
  if (operator === "%" && isText(left)) return formatPercent(left, right, budget);
  if (left instanceof Undefined) left.fail();
  if (right instanceof Undefined) right.fail();
  const [a, b] = [asNumber(left), asNumber(right)];
  if (a !== undefined && b !== undefined) {
    if (typeof a === "bigint" && typeof b === "bigint") return integers(operator, a, b, budget);
    return floats(operator, toFloat(a), toFloat(b));
  }
  const result =
    operator === "+" ? add(left, right, budget) : operator === "*" ? multiply(left, right, budget) : undefined;
  if (result !== undefined) return result;
  return fail(`unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`);
}

export function negative(value: Value): Value {
  const number = operand("-", value);
  return -number;
}

export const positive = (value: Value): Value => operand("+", value);

function operand(sign: string, value: Value): bigint | number {
  if (value instanceof Undefined) value.fail();
  return asNumber(value) ?? fail(`bad operand type for unary ${sign}: '${typeName(value)}'`);
}

export function toFloat(value: bigint | number): number {
  const float = Number(value);
  return typeof value === "bigint" && !Number.isFinite(float) ? fail("int too large to convert to float") : float;
}

function integers(operator: BinaryOperator, a: bigint, b: bigint, budget: Budget): Value {
  if (isBig(a) || isBig(b)) budget.spend(128);
  switch (operator) {
    case "+":
      return checkedInt(a + b);
    case "-":
      return checkedInt(a - b);
    case "*":
      return checkedInt(a * b);
    case "/":
      return b === 0n ? fail("division by zero") : divide(a, b);
    case "//":
      return floorDivide(a, b);
    case "%":
      return a - floorDivide(a, b) * b;
    default:
      return power(a, b, budget);
  }
}

/** a / b as the nearest float, even if a or b itself is none. */
function divide(a: bigint, b: bigint): number {
  const exact = (value: bigint) => value <= 1n << 53n && value >= -(1n << 53n);
  if (exact(a) && exact(b)) return Number(a) / Number(b);
  const [top, bottom] = [a < 0n ? -a : a, b < 0n ? -b : b];
  // At least 66 bits of the quotient, and one that says whether more follow: the conversion rounds them to nearest.
  const shift = bottom.toString(2).length - top.toString(2).length + 66;
  const [numerator, denominator] = shift > 0 ? [top << BigInt(shift), bottom] : [top, bottom << BigInt(-shift)];
  const more = numerator % denominator === 0n ? 0n : 1n;
  const half = Math.trunc((-shift - 1) / 2); // 2 ** of all may be no float
  const value = Number(2n * (numerator / denominator) + more) * 2 ** half * 2 ** (-shift - 1 - half);
  if (!Number.isFinite(value)) fail("integer division result too large for a float");
  return a < 0n === b < 0n ? value : -value;
}

const isBig = (value: bigint): boolean => value > 1n << 64n || value < -(1n << 64n);

function floorDivide(a: bigint, b: bigint): bigint {
  if (b === 0n) fail("integer division or modulo by zero");
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function power(a: bigint, b: bigint, budget: Budget): Value {
  if (b < 0n) return floats("**", toFloat(a), toFloat(b));
  if (b === 0n) return 1n;
  if (a >= -1n && a <= 1n) return b % 2n === 0n ? a * a : a;
  budget.spend(128);
  const bits = BigInt(a.toString(2).length - 1) * b;
  return bits > 15_000n ? fail("an integer of more than 4300 digits") : checkedInt(a ** b);
}

function floats(operator: BinaryOperator, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0 ? fail("float division by zero") : a / b;
    case "//":
      return divmod(a, b)[0];
    case "%":
      return divmod(a, b)[1];
    default: {
      if (a === 0 && b < 0) fail("0.0 cannot be raised to a negative power");
      const result = a === 1 ? 1 : a ** b;
      if (Number.isFinite(result)) return result;
      if (Number.isNaN(result) && !Number.isNaN(a) && !Number.isNaN(b)) fail("a complex number");
      return Number.isFinite(a) && Number.isFinite(b) ? fail("Numerical result out of range") : result;
    }
  }
}

/** As CPython's float_divmod: the remainder has the divisor's sign. */
function divmod(a: number, b: number): [number, number] {
  if (b === 0) fail("float floor division by zero");
  let remainder = a % b;
  let quotient = (a - remainder) / b;
  if (remainder === 0) remainder = b < 0 ? -0 : 0;
  else if (b < 0 !== remainder < 0) {
    remainder += b;
    quotient -= 1;
  }
  if (quotient === 0) return [a / b < 0 || Object.is(a / b, -0) ? -0 : 0, remainder];
  const floor = Math.floor(quotient);
  return [quotient - floor > 0.5 ? floor + 1 : floor, remainder];
}

function add(left: Value, right: Value, budget: Budget): Value | undefined {
  if (isText(left) && isText(right)) {
    const escaped = left instanceof Markup || right instanceof Markup;
    const [a, b] = escaped ? [escapeText(left, budget), escapeText(right, budget)] : [textOf(left), textOf(right)];
    budget.build(a.length + b.length);
    return escaped ? new Markup(a + b) : a + b;
  }
  const [a, b] = [itemsOf(left), itemsOf(right)];
  if (!a || !b || Array.isArray(left) !== Array.isArray(right)) return undefined;
  budget.items(a.length + b.length);
  return Array.isArray(left) ? [...a, ...b] : new Tuple([...a, ...b]);
}

function multiply(left: Value, right: Value, budget: Budget): Value | undefined {
  const [sequence, times] = asNumber(left) === undefined ? [left, asNumber(right)] : [right, asNumber(left)];
  if (typeof times !== "bigint") return undefined;
  const count = times < 0n ? 0 : Number(times);
  if (isText(sequence)) {
    const text = textOf(sequence);
    if (text !== "") budget.build(text.length * count);
    const repeated = text === "" ? "" : text.repeat(count);
    return typeof sequence === "string" ? repeated : new Markup(repeated);
  }
  const items = itemsOf(sequence);
  if (!items) return undefined;
  if (items.length > 0) budget.items(items.length * count);
  const repeated: Value[] = [];
  for (let i = 0; i < count && items.length > 0; i++) for (const item of items) repeated.push(item);
  return Array.isArray(sequence) ? repeated : new Tuple(repeated);
}
