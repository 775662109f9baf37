// HTML escaping as markupsafe does it.

import type { Budget } from "./budget.ts";
import { str } from "./print.ts";
import { words } from "./split-text.ts";
import { Markup, type Value } from "./values.ts";

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;" };

/** The text of a value with HTML's characters escaped; markup stays as it is. */
export function escapeText(value: Value, budget: Budget): string {
  if (value instanceof Markup) return value.text;
  const text = str(value, budget);
  budget.build(text.length);
  budget.read(text.length);
  return text.replace(/[&<>'"]/g, (character) => entities[character]);
}

const characters: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/** Without comments, tags and runs of white space; the commonest entities become characters. */
export function stripTags(text: string): string {
  for (const [open, close] of [
    ["<!--", "-->"],
    ["<", ">"],
  ]) {
    let rest = text;
    text = "";
    for (let start = rest.indexOf(open); start >= 0; start = rest.indexOf(open)) {
      const end = rest.indexOf(close, start);
      if (end < 0) break;
      text += rest.slice(0, start);
      rest = rest.slice(end + close.length);
    }
    text += rest;
  }
  return words(text)
    .join(" ")
    .replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot|apos|nbsp));/gi, (whole, decimal, hex, name) => {
      if (name) return characters[name] ?? whole;
      const code = decimal ? Number(decimal) : parseInt(hex, 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
}
