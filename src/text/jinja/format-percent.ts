// printf-style formatting: "%s of %(name)d" % values.

import type { Budget } from "./budget.ts";
import { countPoints, slicePoints } from "./characters.ts";
import { asNumber, isText, textOf } from "./compare.ts";
import { floatDigits, formatSize, integerDigits, signOf } from "./format-number.ts";
import { escapeText } from "./markup.ts";
import { escapedPoint, repr, str } from "./print.ts";
import { fail } from "./template-error.ts";
import { Dict, Markup, Range, Tuple, Undefined, present, typeName, type Value } from "./values.ts";

const conversion = /%(?:\(([^()]*)\))?([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?([^]|$)/gu;

/** Markup formats to markup, its values escaped. Throws TemplateError for values that do not fit. */
export function formatPercent(format: string | Markup, values: Value, budget: Budget): Value {
  const given: readonly Value[] = values instanceof Tuple ? values.items : [values];
  let used = 0;
  const next = (): Value => {
    const value = given[used++];
    return value === undefined ? fail("not enough arguments for format string") : value;
  };
  const toText = (value: Value): string =>
    typeof format === "string" ? str(value, budget) : escapeText(value, budget);
  const size = (written: string | undefined): number | undefined => {
    if (written !== "*") return formatSize(written);
    const value = next();
    return typeof value === "bigint" ? formatSize(String(value)) : fail("* wants int");
  };
  const source = textOf(format);
  budget.build(source.length);
  const result = source.replace(conversion, (_, key, flags, widthText, precisionText, type) => {
    if (type === "%") return "%";
    if (key !== undefined && !(values instanceof Dict)) fail("format requires a mapping");
    const width = size(widthText) ?? 0;
    const precision = size(precisionText) ?? (precisionText === undefined ? undefined : 0);
    const value = key === undefined ? next() : present((values as Dict).get(key), () => fail(`KeyError: '${key}'`));
    if (key !== undefined) used = 1;
    const text = convert(type, value, flags, precision, toText, budget);
    budget.build(width);
    return padded(text, flags, width, "diuoxXeEfFgG".includes(type));
  });
  // A mapping may hold more than is asked for; so may, by an accident of CPython, a list or range.
  const isMapping = values instanceof Dict || Array.isArray(values) || values instanceof Range;
  if (used < given.length && !isMapping && !(values instanceof Undefined))
    fail("not all arguments converted during string formatting");
  return typeof format === "string" ? result : new Markup(result);
}

function padded(text: string, flags: string, width: number, isNumber: boolean): string {
  const missing = width - countPoints(text);
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!isNumber || !flags.includes("0")) return " ".repeat(missing) + text;
  const head = /^[-+ ]?(?:0[xXo])?/.exec(text)![0];
  return head + "0".repeat(missing) + text.slice(head.length);
}

function convert(
  type: string,
  value: Value,
  flags: string,
  precision: number | undefined,
  toText: (value: Value) => string,
  budget: Budget,
): string {
  const sign = flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  switch (type) {
    case "s":
    case "r":
    case "a": {
      let text = type === "s" ? toText(value) : repr(value, budget);
      if (type === "a") text = text.replace(/[^\x20-\x7e]/gu, escapedPoint);
      return precision === undefined ? text : slicePoints(text, 0, precision);
    }
    case "c":
      if (isText(value) && countPoints(textOf(value)) === 1) return textOf(value);
      if (typeof value === "boolean") return String.fromCharCode(Number(value));
      if (typeof value === "bigint" && value >= 0n && value <= 0x10ffffn) return String.fromCodePoint(Number(value));
      return fail("%c requires int or char");
    case "d":
    case "i":
    case "u":
    case "o":
    case "x":
    case "X": {
      const number = integerOf(type, value);
      const { digits, prefix } = integerDigits(number, type);
      budget.build(precision ?? 0);
      const shown = flags.includes("#") ? prefix : "";
      return signOf(number, sign) + shown + digits.padStart(precision ?? 0, "0");
    }
    case "e":
    case "E":
    case "f":
    case "F":
    case "g":
    case "G": {
      const number = asNumber(value) ?? fail(`must be real number, not ${typeName(value)}`);
      if ((precision ?? 0) > 400) fail("a precision of more than 400 digits");
      return signOf(Number(number), sign) + floatDigits(Number(number), type, precision, flags.includes("#"));
    }
    default:
      return fail(type === "" ? "incomplete format" : `unsupported format character '${type}'`);
  }
}

function integerOf(type: string, value: Value): bigint {
  if (value instanceof Undefined) value.fail();
  const number = asNumber(value);
  if (typeof number === "bigint") return number;
  if (number === undefined || /[oxX]/.test(type) || !Number.isFinite(number))
    return fail(`%${type} format: a number is required, not ${typeName(value)}`);
  return BigInt(Math.trunc(number));
}
