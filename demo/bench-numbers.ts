// The benchmark's numbers as they are written in the page's language.

import { pageStrings as strings } from "./page-words.ts";

const written = (value: number, options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat(strings.locale, options).format(value);

/** Three significant figures: 0.0123, 1.23, 123, 12,345. */
export function figures(value: number, options: Intl.NumberFormatOptions = {}): string {
  if (!Number.isFinite(value)) return "–";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const fraction = Math.min(digits, 6);
  return written(value, { minimumFractionDigits: fraction, maximumFractionDigits: fraction, ...options });
}

const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** 12.3 GB, decimal as the makers of memory count. */
export function bytes(value: number): string {
  const power = Math.max(0, Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return figures(value / 1000 ** power, { style: "unit", unit: units[power] });
}

export const duration = (ms: number): string =>
  ms < 1000
    ? figures(ms, { style: "unit", unit: "millisecond" })
    : figures(ms / 1000, { style: "unit", unit: "second" });

export const percent = (value: number): string =>
  written(value / 100, { style: "percent", maximumSignificantDigits: 3 });

/** Whole where it is whole, as counts should be. */
export const count = (value: number): string => written(value, { maximumFractionDigits: 2 });

export const milliseconds = (ms: number): string => written(ms, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Billions a second; "" where there is nothing to tell. */
export function rate(amount: number, ms: number): string {
  if (!(amount > 0 && ms > 0)) return "";
  const value = amount / ms / 1e6;
  return value < 0.01 ? `<${figures(0.01, { maximumSignificantDigits: 1 })}` : figures(value);
}
