// How a long text is cut into what a model can read at once, and which tokens are scored in each piece. Two rules are in common
// use, and their perplexities of the same text differ, so a number means nothing without the name of its rule.

import { PronkError } from "../errors.ts";

/** The rules by the names of their tools. */
export type WindowRule = "harness" | "llama.cpp";

/** What is fed, and what is scored of it: the last rows score the targets, one each. */
export interface ScoredWindow {
  /** Fed, at most as many as the window is long. */
  ids: readonly number[];
  /** The tokens whose probability counts, in order: the last is one past `ids`. */
  targets: readonly number[];
}

/**
 * lm-evaluation-harness's rolling windows with a context of one (`get_rolling_token_windows`, `make_disjoint_window` in
 * lm_eval/utils.py): every token is scored once. The first window begins with `prefix`; each next one scores the `length`
 * tokens after the last and is given the one before them; the last, with fewer left, is filled up on the left with tokens
 * already scored.
 */
export function harnessWindows(ids: readonly number[], prefix: number, length: number): ScoredWindow[] {
  if (ids.length === 0) return [];
  const first = Math.min(length, ids.length);
  const windows: ScoredWindow[] = [{ ids: [prefix, ...ids.slice(0, first - 1)], targets: ids.slice(0, first) }];
  for (let scored = first; scored < ids.length;) {
    const end = Math.min(ids.length, scored + length);
    windows.push({ ids: ids.slice(end - length - 1, end - 1), targets: ids.slice(scored, end) });
    scored = end;
  }
  return windows;
}

/**
 * llama.cpp's chunks (tools/perplexity): whole chunks of `length` from the first token on; the rest is dropped. The first
 * token of each is replaced by the beginning-of-sequence id where the model has one, and the second half of each is
 * scored. Errors: `bad-request` for a text of less than two chunks, which llama.cpp refuses too.
 */
export function llamaCppWindows(ids: readonly number[], begin: number | undefined, length: number): ScoredWindow[] {
  if (ids.length < 2 * length)
    throw new PronkError(
      "bad-request",
      `By llama.cpp's rule a text has at least two chunks, here 2 x ${length} tokens; this one has ${ids.length}. Give a longer ` +
        "text, a shorter window, or take the rule of lm-evaluation-harness.",
      { field: "text", expected: `at least ${2 * length} tokens`, found: `${ids.length}` },
    );
  const half = length >> 1;
  return Array.from({ length: Math.floor(ids.length / length) }, (_, chunk) => {
    const fed = ids.slice(chunk * length, (chunk + 1) * length);
    const targets = fed.slice(half + 1);
    return { ids: begin === undefined ? fed.slice(0, -1) : [begin, ...fed.slice(1, -1)], targets };
  });
}
