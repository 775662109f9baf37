// GFM's strikethrough: text between single or double tildes. markdown-it's own knows only double ones and cuts longer
// runs into pairs, where GFM leaves them alone.
// https://github.github.com/gfm/#strikethrough-extension-

import type { StateInline } from "markdown-it";

const tilde = 0x7e;

export function strike(state: StateInline, silent: boolean): boolean {
  if (silent || state.src.charCodeAt(state.pos) !== tilde) return false;
  const run = state.scanDelims(state.pos, true);
  state.push("text", "", 0).content = "~".repeat(run.length);
  state.pos += run.length;
  if (run.length > 2) return true;
  state.delimiters.push({
    marker: run.length === 1 ? tilde : -tilde, // equal markers pair, and one tilde must not pair with two
    length: 0, // emphasis' rule of three does not apply
    token: state.tokens.length - 1,
    end: -1,
    open: run.can_open,
    close: run.can_close,
  });
  return true;
}

export function strikePairs({ tokens, tokens_meta, delimiters }: StateInline): void {
  for (const list of [delimiters, ...tokens_meta.map((meta) => meta?.delimiters ?? [])]) {
    for (const { marker, token, end } of list) {
      if (Math.abs(marker) !== tilde || end < 0) continue;
      for (const [place, type, nesting] of [[token, "s_open", 1] as const, [list[end].token, "s_close", -1] as const]) {
        Object.assign(tokens[place], { type, tag: "s", nesting, content: "" });
      }
    }
  }
}
