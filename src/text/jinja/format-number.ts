// Numbers as printf and str.format write them: the digits of each presentation type, then sign, prefix and grouping.

import { exponential, exponentText, fixedText, floatText } from "./numbers.ts";
import { fail } from "./template-error.ts";

/** |value| in one of e E f F g G %; `alternate` keeps a point and trailing zeros. Without `type`: str.format's own. */
export function floatDigits(value: number, type: string, precision: number | undefined, alternate: boolean): string {
  const upper = type === "E" || type === "F" || type === "G";
  if (!Number.isFinite(value)) {
    const name = Number.isNaN(value) ? "nan" : "inf";
    return (upper ? name.toUpperCase() : name) + (type === "%" ? "%" : "");
  }
  const magnitude = Math.abs(value);
  if (type === "" && precision === undefined) return floatText(magnitude);
  const places = precision ?? 6;
  const point = alternate && places === 0 ? "." : "";
  if (type === "%") return `${fixedText(magnitude * 100, places)}${point}%`;
  if (type === "f" || type === "F") return fixedText(magnitude, places) + point;
  if (type === "e" || type === "E") {
    const { significant, exponent } = exponential(magnitude, places);
    return cased(scientific(significant, exponent) + (point && "."), upper);
  }
  return cased(general(magnitude, Math.max(1, places), type === "", alternate), upper);
}

const cased = (text: string, upper: boolean): string => (upper ? text.toUpperCase() : text);

function scientific(significant: string, exponent: number): string {
  const fraction = significant.length > 1 ? `.${significant.slice(1)}` : "";
  return `${significant[0]}${fraction}e${exponentText(exponent)}`;
}

function general(value: number, places: number, always: boolean, alternate: boolean): string {
  const { significant, exponent } = exponential(value, places - 1);
  const kept = alternate ? significant : significant.replace(/0+$/, "") || "0";
  // Without a type a point must show, so one digit less is left before the exponent appears.
  if (exponent < -4 || exponent >= places - (always ? 1 : 0)) return scientific(kept, exponent);
  const text = fixedText(value, Math.max(0, places - 1 - exponent));
  if (alternate) return text.includes(".") ? text : `${text}.`;
  const plain = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return always && !plain.includes(".") ? `${plain}.0` : plain;
}

const bases: Record<string, [base: number, prefix: string]> = {
  b: [2, "0b"],
  o: [8, "0o"],
  x: [16, "0x"],
  X: [16, "0X"],
};

/** |value| in one of d b o x X, and the prefix that `#` puts before it. */
export function integerDigits(value: bigint, type: string): { digits: string; prefix: string } {
  const magnitude = value < 0n ? -value : value;
  const [base, prefix] = bases[type] ?? [10, ""];
  const digits = magnitude.toString(base);
  return { digits: type === "X" ? digits.toUpperCase() : digits, prefix };
}

/** The sign that is written: "-", or what the format asks for positive numbers. */
export function signOf(value: bigint | number, asked: string): string {
  const isNegative = typeof value === "bigint" ? value < 0n : value < 0 || Object.is(value, -0);
  return isNegative ? "-" : asked === "+" || asked === " " ? asked : "";
}

/** Separators in the digits before the point, by threes (fours for the other bases). */
export function grouped(digits: string, separator: string, size: number): string {
  if (separator === "") return digits;
  const whole = /^[0-9a-fA-F]*/.exec(digits)![0];
  const parts: string[] = [];
  for (let end = whole.length; end > 0; end -= size) parts.unshift(whole.slice(Math.max(0, end - size), end));
  return parts.join(separator) + digits.slice(whole.length);
}

/** A width or precision of a format. */
export function formatSize(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  return text.length > 6 ? fail("Too many decimal digits in format string") : Number(text);
}
