// Stars and underscores that CommonMark takes for emphasis but nobody means as such: products (`5*6 or 7*8`), globs and
// comments (`**/*.js`, `/* a */`), names of programming languages (`__init__`). Each rule is as narrow as CommonMark's own
// examples require, and they all hold: `5*6*78` and `__strong__` stay emphasis.

import MarkdownIt, { type StateInline } from "markdown-it";

const star = 0x2a;
const isWord = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);

// Stars beside a slash open and close nothing, unless a word is on their other side, as in `**yes**/**no**`.
export class StarAwareState extends new MarkdownIt().inline.State {
  override scanDelims(start: number, canSplitWord: boolean): ReturnType<StateInline["scanDelims"]> {
    const run = super.scanDelims(start, canSplitWord);
    if (this.src.charCodeAt(start) !== star) return run;
    const [before, behind] = [this.src[start - 1], this.src[start + run.length]];
    const literal = (before === "/" && !isWord(behind)) || (behind === "/" && !isWord(before));
    return literal ? { ...run, can_open: false, can_close: false } : run;
  }
}

/** A pair of stars that both stand inside a word, with white space between them, is no pair. */
export function keepLiteralStars({ tokens, tokens_meta, delimiters }: StateInline): void {
  const spaces = [0]; // tokens with white space before each token
  for (const { type, content } of tokens) {
    spaces.push(spaces.at(-1)! + (type === "softbreak" || type === "hardbreak" || /\s/.test(content) ? 1 : 0));
  }
  const insideWord = (place: number) => {
    let [first, last] = [place, place];
    while (first > place - 2 && tokens[first - 1]?.content === "*") first--;
    while (last < place + 2 && tokens[last + 1]?.content === "*") last++;
    return isWord(lastChar(tokens[first - 1]?.content)) && isWord(firstChar(tokens[last + 1]?.content));
  };
  for (const list of [delimiters, ...tokens_meta.map((meta) => meta?.delimiters ?? [])]) {
    for (const delimiter of list) {
      if (delimiter.marker !== star || delimiter.end < 0) continue;
      const [open, close] = [delimiter.token, list[delimiter.end].token];
      if (spaces[close] > spaces[open] && insideWord(open) && insideWord(close)) delimiter.end = -1;
    }
  }
}

const firstChar = (text = "") => /^./u.exec(text)?.[0];
const lastChar = (text = "") => /.$/u.exec(text)?.[0];

// Python's special names, the usual macros of C, and a few of JavaScript and PHP.
const names = new Set(
  `abs add aenter aexit aiter all and anext annotations array attribute author await bool bytes call ceil class closure
  code complex constant contains copy cuda debug deepcopy defaults del delattr delete delitem device dict dir divmod doc
  enter eq exit file float floor floordiv format forceinline fspath future ge get getattr getattribute getitem getstate
  global globals gt hash iadd import index init inline int invert isub iter kernel le len license line length_hint loader
  lshift lt main matmul missing mod module mro mul name ne neg new next not or package path pos post_init pow prepare
  proto qualname radd reduce repr restrict reversed round rshift set setattr setitem setstate shared slots spec str sub
  subclasses truediv trunc typename version volatile weakref xor`.split(/\s+/),
);
const specialNames = /__([a-z][a-z\d]*(?:_[a-z\d]+)*)__(?![\p{L}\p{N}_])/iuy;

/** The rule at `__`: a known name, one of several words, or one that is called or belongs to something. */
export function specialName(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (src[pos] !== "_" || src[pos + 1] !== "_" || isWord(src[pos - 1]) || src[pos - 1] === "_") return false;
  specialNames.lastIndex = pos;
  const found = specialNames.exec(src);
  if (!found || pos + found[0].length > state.posMax) return false;
  const behind = src[pos + found[0].length];
  const ofCode = behind === "(" || (src[pos - 1] === "." && isWord(src[pos - 2]));
  if (!ofCode && !found[1].includes("_") && !names.has(found[1].toLowerCase())) return false;
  if (!silent) state.pending += found[0];
  state.pos += found[0].length;
  return true;
}
