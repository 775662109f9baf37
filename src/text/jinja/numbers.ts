// Python's numbers as text, and text as numbers. Floats are rounded from their exact binary value, halves to even, where
// JavaScript's toFixed takes the larger.

import { trim } from "./characters.ts";
import { fail } from "./template-error.ts";

/** Python prints and reads no longer ones; ints of a template stay below 10 ** 4300. */
export const maxDigits = 4300;
const maxInt = 10n ** BigInt(maxDigits);

/** Throws TemplateError for an int that is too big to print. */
export function checkedInt(value: bigint): bigint {
  return value < maxInt && value > -maxInt ? value : fail("an integer of more than 4300 digits");
}

/** repr(float): the shortest digits that give it back, with an exponent from 1e16 and below 1e-4. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const [digits, power] = value.toExponential().split("e");
  const exponent = Number(power);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const significant = digits.replace(/[-.]/g, "");
  if (exponent < -4 || exponent >= 16) {
    const fraction = significant.length > 1 ? `.${significant.slice(1)}` : "";
    return `${sign}${significant[0]}${fraction}e${exponentText(exponent)}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${significant}`;
  const whole = significant.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${significant.slice(exponent + 1) || "0"}`;
}

export const exponentText = (exponent: number): string =>
  `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;

/** |value| * 10 ** power, rounded half to even. */
export function scaled(value: number, power: number): bigint {
  const bits = new BigUint64Array(new Float64Array([Math.abs(value)]).buffer)[0];
  const biased = Number(bits >> 52n);
  let numerator = biased === 0 ? bits : (bits & 0xfffffffffffffn) | 0x10000000000000n;
  let denominator = 1n;
  const exponent = (biased || 1) - 1075;
  if (exponent > 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (power > 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  return divideToEven(numerator, denominator);
}

/** numerator / denominator (both not negative), rounded half to even. */
export function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  return twice > denominator || (twice === denominator && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** |value| with `digits` decimals. */
export function fixedText(value: number, digits: number): string {
  const text = String(scaled(value, digits)).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** |value| as `digits + 1` significant digits and a power of ten. */
export function exponential(value: number, digits: number): { significant: string; exponent: number } {
  if (value === 0) return { significant: "0".repeat(digits + 1), exponent: 0 };
  let exponent = Number(value.toExponential(20).split("e")[1]);
  let significant = String(scaled(value, digits - exponent));
  if (significant.length > digits + 1) {
    exponent++; // 9.99 became 10.0
    significant = String(scaled(value, digits - exponent));
  }
  return { significant, exponent };
}

const digitsByBase: Record<number, string> = { 2: "[01]", 8: "[0-7]", 10: "\\d", 16: "[0-9a-f]" };
const prefixes: Record<number, string> = { 2: "0b", 8: "0o", 16: "0x" };

/** int(text, base); undefined where Python raises ValueError. */
export function parseInteger(text: string, base = 10): bigint | undefined {
  const plain = trim(text).toLowerCase();
  const sign = plain.startsWith("-") ? -1n : 1n;
  let digits = plain.replace(/^[-+]/, "");
  if (base === 0) {
    base = [2, 8, 16].find((candidate) => digits.startsWith(prefixes[candidate])) ?? 10;
    if (base === 10 && /^0[0_]*[1-9]/.test(digits)) return undefined;
  }
  if (prefixes[base] && digits.startsWith(prefixes[base])) digits = digits.slice(2).replace(/^_/, "");
  if (digits.length > maxDigits) return undefined;
  if (digitsByBase[base]) {
    const digit = digitsByBase[base];
    if (!new RegExp(`^${digit}(_?${digit})*$`).test(digits)) return undefined;
    return sign * BigInt((prefixes[base] ?? "") + digits.replaceAll("_", ""));
  }
  if (!/^[0-9a-z](_?[0-9a-z])*$/.test(digits) || base < 2 || base > 36) return undefined;
  let value = 0n;
  for (const digit of digits.replaceAll("_", "")) {
    const amount = parseInt(digit, 36);
    if (amount >= base) return undefined;
    value = value * BigInt(base) + BigInt(amount);
  }
  return sign * value;
}

/** float(text); undefined where Python raises ValueError. */
export function parseFloatText(text: string): number | undefined {
  const plain = trim(text).toLowerCase();
  const [, sign, name] = /^([-+]?)(inf|infinity|nan)$/.exec(plain) ?? [];
  if (name) return name === "nan" ? NaN : sign === "-" ? -Infinity : Infinity;
  const part = "\\d(?:_?\\d)*";
  if (!new RegExp(`^[-+]?(?:${part}\\.?(?:${part})?|\\.${part})(?:e[-+]?${part})?$`).test(plain)) return undefined;
  return Number(plain.replaceAll("_", ""));
}
