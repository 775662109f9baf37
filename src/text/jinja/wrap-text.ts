// Python's textwrap.wrap, line by line of the text, without expanding tabs or replacing white space.

import type { Budget } from "./budget.ts";
import { countPoints, slicePoints, trim } from "./characters.ts";
import { splitLines } from "./split-text.ts";
import { fail } from "./template-error.ts";

const spaces = "\\t\\n\\v\\f\\r ";
const letter = "[\\p{L}\\p{M}_]";
const wordSplit = new RegExp(
  `([${spaces}]+|(?<=[\\p{L}\\p{N}_!"'&.,?])-{2,}(?=[\\p{L}\\p{N}_])|[^${spaces}]+?(?:-(?:(?<=${letter}{2}-)|(?<=${letter}-${letter}-))(?=${letter}-?${letter})|(?=[${spaces}]|$)|(?<=[\\p{L}\\p{N}_!"'&.,?])(?=-{2,}[\\p{L}\\p{N}_])))`,
  "u",
);
const plainSplit = new RegExp(`([${spaces}]+)`);

export function wrapText(text: string, width: number, breakLong: boolean, hyphens: boolean, budget: Budget): string[] {
  if (width <= 0) fail(`invalid width ${width} (must be > 0)`);
  return splitLines(text, false, budget).flatMap((line) => {
    const lines = wrapLine(line, width, breakLong, hyphens, budget);
    return lines.length > 0 ? lines : [""];
  });
}

function wrapLine(line: string, width: number, breakLong: boolean, hyphens: boolean, budget: Budget): string[] {
  const chunks = line
    .split(hyphens ? wordSplit : plainSplit)
    .filter((chunk) => chunk)
    .reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    const current: string[] = [];
    budget.spend(1);
    budget.read(chunks.at(-1)!.length); // each of its characters is counted a few times
    let length = 0;
    if (trim(chunks.at(-1)!) === "" && lines.length > 0) chunks.pop();
    while (chunks.length > 0 && length + countPoints(chunks.at(-1)!) <= width) {
      const chunk = chunks.pop()!;
      current.push(chunk);
      length += countPoints(chunk);
    }
    if (chunks.length > 0 && countPoints(chunks.at(-1)!) > width) {
      const long = chunks.pop()!;
      const room = width - length;
      if (breakLong) {
        const end = hyphens ? hyphenWithin(long, room) : room;
        current.push(slicePoints(long, 0, end));
        chunks.push(slicePoints(long, end, countPoints(long)));
      } else if (current.length === 0) current.push(long);
      else chunks.push(long);
    }
    if (current.length > 0 && trim(current.at(-1)!) === "") current.pop();
    if (current.length > 0) lines.push(current.join(""));
  }
  return lines;
}

/** Where a chunk that is too long is cut: after the last hyphen that fits, if letters stand before it. */
function hyphenWithin(chunk: string, room: number): number {
  const part = slicePoints(chunk, 0, room);
  const hyphen = part.lastIndexOf("-");
  return hyphen > 0 && /[^-]/.test(part.slice(0, hyphen)) ? countPoints(part.slice(0, hyphen + 1)) : room;
}
