// Jinja's filters on numbers.

import { binary, toFloat } from "./arithmetic.ts";
import { bind } from "./bind-arguments.ts";
import { asNumber, isText, textOf } from "./compare.ts";
import type { Filter } from "./filter-call.ts";
import { divideToEven, fixedText, parseFloatText, parseInteger, scaled } from "./numbers.ts";
import { fail } from "./template-error.ts";
import { count } from "./text-methods.ts";
import { Undefined, typeName, type Value } from "./values.ts";

/** float(value) in Python; undefined for what raises TypeError or ValueError. */
function floatOf(value: Value): number | undefined {
  if (value instanceof Undefined) value.fail();
  if (isText(value)) return parseFloatText(textOf(value));
  const number = asNumber(value);
  return number === undefined ? undefined : toFloat(number);
}

export const numberFilters: Record<string, Filter> = {
  abs: (value, args) => {
    bind("abs", [], args);
    if (value instanceof Undefined) value.fail();
    const number = asNumber(value) ?? fail(`bad operand type for abs(): '${typeName(value)}'`);
    return number < 0 || Object.is(number, -0) ? -number : number;
  },
  int: (value, args, { budget }) => {
    const [otherwise = 0n, base = 10n] = bind("int", ["default?", "base?"], args);
    if (isText(value)) budget.spend(4 * textOf(value).length);
    const whole = isText(value) ? parseInteger(textOf(value), count(base)) : undefined;
    if (whole !== undefined) return whole;
    if (typeof value === "number" && !Number.isFinite(value) && !Number.isNaN(value))
      fail("cannot convert float infinity to integer");
    const number = asNumber(value);
    if (typeof number === "bigint") return number;
    const float = floatOf(value);
    return float === undefined || !Number.isFinite(float) ? otherwise : BigInt(Math.trunc(float));
  },
  float: (value, args) => {
    const [otherwise = 0] = bind("float", ["default?"], args);
    return floatOf(value) ?? otherwise;
  },
  round: (value, args, { budget }) => {
    const [precision = 0n, method = "common"] = bind("round", ["precision?", "method?"], args);
    if (method !== "common" && method !== "ceil" && method !== "floor") fail("method must be common, ceil or floor");
    if (value instanceof Undefined) value.fail();
    const number = asNumber(value) ?? fail(`type ${typeName(value)} doesn't define __round__ method`);
    if (method === "common") return rounded(number, count(precision));
    const power = binary("**", 10n, precision, budget);
    const product = asNumber(binary("*", number, power, budget))!;
    const float = Number(product);
    if (!Number.isFinite(float)) fail("cannot convert float infinity to integer");
    const whole =
      typeof product === "bigint" ? product : BigInt(method === "ceil" ? Math.ceil(float) : Math.floor(float));
    return binary("/", whole, power, budget);
  },
  filesizeformat: (value, args) => {
    const [binaryUnits = false] = bind("filesizeformat", ["binary?"], args);
    const bytes = floatOf(value) ?? fail("could not convert string to float");
    const base = binaryUnits ? 1024 : 1000;
    if (bytes === 1) return "1 Byte";
    if (bytes < base) return `${BigInt(Math.trunc(bytes))} Bytes`;
    const units = binaryUnits
      ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
      : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    const index = units.findIndex((_, power) => bytes < base ** (power + 2));
    const power = index < 0 ? units.length - 1 : index;
    return `${fixedText((base * bytes) / base ** (power + 2), 1)} ${units[power]}`;
  },
};

/** round(number, digits): halves to even, by a float's exact value. */
function rounded(number: bigint | number, digits: number): Value {
  if (typeof number === "bigint") {
    if (digits >= 0) return number;
    if (digits < -5000) return 0n;
    const unit = 10n ** BigInt(-digits);
    const magnitude = divideToEven(number < 0n ? -number : number, unit) * unit;
    return number < 0n ? -magnitude : magnitude;
  }
  if (!Number.isFinite(number) || digits > 330) return number;
  if (digits < -330) return number < 0 ? -0 : 0;
  const sign = number < 0 || Object.is(number, -0) ? -1 : 1;
  return sign * Number(digits >= 0 ? fixedText(number, digits) : `${scaled(number, digits)}e${-digits}`);
}
