// str.split, rsplit and splitlines.

import type { Budget } from "./budget.ts";
import { isSpace, lineBreak, space, trim, trimEnd, trimStart } from "./characters.ts";
import { fail } from "./template-error.ts";

/** At a separator, or at runs of white space if undefined; a `limit` of cuts unless negative, counted from one end. */
export function splitText(
  text: string,
  separator: string | undefined,
  limit: number,
  fromEnd: boolean,
  budget: Budget,
): string[] {
  budget.scan(text.length);
  if (separator === "") fail("empty separator");
  const parts = separator === undefined ? words(text) : text.split(separator);
  budget.items(parts.length);
  if (separator === undefined) return limit < 0 ? parts : splitSomeWords(text, limit, fromEnd);
  const surplus = limit < 0 ? 0 : parts.length - 1 - limit;
  if (surplus <= 0) return parts;
  return fromEnd
    ? [parts.slice(0, surplus + 1).join(separator), ...parts.slice(surplus + 1)]
    : [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

/** str.split(). */
export function words(text: string): string[] {
  const core = trim(text);
  return core === "" ? [] : core.split(new RegExp(`[${space}]+`));
}

/** What is left keeps its spaces inside, and at its outer end. */
function splitSomeWords(text: string, limit: number, fromEnd: boolean): string[] {
  const found: string[] = [];
  let rest = fromEnd ? trimEnd(text) : trimStart(text);
  for (let i = 0; i < limit && rest !== ""; i++) {
    let size = 0;
    while (size < rest.length && !isSpace(rest[fromEnd ? rest.length - 1 - size : size])) size++;
    found.push(fromEnd ? rest.slice(rest.length - size) : rest.slice(0, size));
    rest = fromEnd ? trimEnd(rest.slice(0, -size)) : trimStart(rest.slice(size));
  }
  if (rest !== "") found.push(rest);
  return fromEnd ? found.reverse() : found;
}

export function splitLines(text: string, keepEnds: boolean, budget: Budget): string[] {
  budget.scan(text.length);
  const lines: string[] = [];
  let from = 0;
  for (const found of text.matchAll(lineBreak)) {
    const end = found.index + found[0].length;
    lines.push(text.slice(from, keepEnds ? end : found.index));
    from = end;
  }
  if (from < text.length) lines.push(text.slice(from));
  budget.items(lines.length);
  return lines;
}
