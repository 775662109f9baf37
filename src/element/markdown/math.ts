// TeX between `$$`, `\[`, `\(` and `$` is taken out as it was written: as Markdown it would lose its backslashes and
// underscores. A formula must be closed, within a paragraph and a bounded stretch of it. formula.ts says what it looks
// like; where that has not arrived, it is shown as TeX.

import type { StateBlock, StateInline } from "markdown-it";

const longestSpan = 2_000; // characters
const longestBlock = 60; // lines
const longestInDollars = 500; // characters between single ones

/** In a token's `meta`: `display` of a formula between `$$` in a line of words, `open` of one whose end is still to come. */
export interface FormulaMeta {
  display?: boolean;
  open?: boolean;
}

const closing: Record<string, string> = { $$: "$$", "\\[": "\\]", "\\(": "\\)" };

export function mathSpan(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  const open = src.slice(pos, pos + 2);
  if (src[pos] === "$" && open !== "$$") return dollarSpan(state, silent);
  if (open !== "$$" && open !== "\\(") return false; // `\[` in a sentence is more often a bracket
  const inside = src.slice(pos + 2, Math.min(pos + 2 + longestSpan, state.posMax));
  const length = inside.indexOf(closing[open]);
  const formula = inside.slice(0, Math.max(0, length)).trim();
  if (!formula) return false;
  if (!silent) pushSpan(state, formula, open === "$$");
  state.pos += length + 4;
  return true;
}

/**
 * Between single dollars, by Pandoc's rule: no white space inside the marks, and no letter or digit behind the last. Where
 * prices stand in a sentence, what lies between them begins with a number and has words in it: that is no formula, either.
 * https://pandoc.org/MANUAL.html#extension-tex_math_dollars
 */
function dollarSpan(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  const inside = src.slice(pos + 1, Math.min(pos + 1 + longestInDollars, posMax));
  const formula = /^(?:[^$\\]|\\[^])+?(?=\$)/.exec(inside)?.[0];
  if (!formula || /^\s|\s$/.test(formula) || /[\p{L}\p{N}_$]/u.test(src[pos - 1] ?? "")) return false;
  const end = pos + formula.length + 2;
  if (/[\p{L}\p{N}_$]/u.test(src[end] ?? "") || isPrice(formula)) return false;
  if (!silent) pushSpan(state, formula, false);
  state.pos = end;
  return true;
}

const isPrice = (formula: string) => /^[\d.,]+[kKmM]?[\s–-]+\p{L}{2,}/u.test(formula) && !/[\\^_=]/.test(formula);

function pushSpan(state: StateInline, formula: string, display: boolean): void {
  const token = state.push("math", "code", 0);
  token.content = formula;
  token.meta = { display };
}

/** A formula that has its lines to itself. */
export function mathBlock(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (state.sCount[startLine] - state.blkIndent >= 4) return false;
  const first = lineAt(state, startLine);
  const open = first.slice(0, 2);
  if (open !== "$$" && open !== "\\[") return false;
  const close = closing[open];
  const last = Math.min(endLine, startLine + longestBlock);
  for (let line = startLine; line < last; line++) {
    if (line > startLine && (state.isEmpty(line) || state.sCount[line] < state.blkIndent)) return false;
    const text = lineAt(state, line).trimEnd();
    const behindOpen = line === startLine ? 2 : 0;
    const found = text.indexOf(close, behindOpen);
    if (found < 0) continue;
    if (found + 2 < text.length) return false; // words follow: a span in a paragraph
    const lines = state.getLines(startLine, line + 1, state.blkIndent, false).trim();
    return takeBlock(state, startLine, line + 1, lines.slice(2, -2).trim(), silent);
  }
  // While the answer grows, the closing line may still be to come.
  if (!state.env.growing || first.trim() !== open || last !== endLine) return false;
  const lines = state.getLines(startLine, last, state.blkIndent, false).trim();
  return takeBlock(state, startLine, last, lines.slice(2).trim(), silent, true);
}

function takeBlock(
  state: StateBlock,
  start: number,
  end: number,
  formula: string,
  silent: boolean,
  open = false,
): boolean {
  if (!formula) return false;
  if (silent) return true;
  const token = state.push("math_block", "code", 0);
  token.content = formula;
  token.meta = { open };
  token.map = [start, end];
  state.line = end;
  return true;
}

const lineAt = (state: StateBlock, line: number) =>
  state.src.slice(state.bMarks[line] + state.tShift[line], state.eMarks[line]);
