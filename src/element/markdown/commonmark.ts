// The parser: markdown-it with CommonMark's rules and GFM's tables, strikethrough, bare addresses and footnotes, and what
// a model's answers need besides (math.ts, not-emphasis.ts). It yields tokens; markdown-tree.ts makes the tree of them.
// Every link passes here and is judged there; raw HTML comes out as tokens of its own, to be shown as text.
// https://spec.commonmark.org/0.31.2/ https://github.github.com/gfm/

import newParser, { type Env, type MarkdownIt, type StateBlock, type Token } from "markdown-it";
import footnotes from "markdown-it-footnote";
import { bareAddress, linkMailAndWww } from "./bare-address.ts";
import { mathBlock, mathSpan } from "./math.ts";
import { keepLiteralStars, specialName, StarAwareState } from "./not-emphasis.ts";
import { strike, strikePairs } from "./strikethrough.ts";

/** Quotes and lists beyond this many open blocks (a list counts twice, for its item) are shown as they were written. */
const deepestBlock = 24;
/** Descriptions of images within descriptions of images. */
const deepestDescription = 4;

/** What one part of a text defines for the others; the parser fills it. */
export interface Definitions extends Env {
  /** More text is to come: what is still open at its end may be closed later. */
  growing?: boolean;
  footnotes?: {
    /** `:label` to its place in `list`, or -1 while nothing refers to it. */
    refs?: Record<string, number>;
    list?: { label: string; count: number }[];
  };
}

/** A copy that a parse may add to without touching the original. */
export function copyOf({ growing, references, footnotes }: Definitions): Definitions {
  return { growing, references: { ...references }, footnotes: structuredClone(footnotes) ?? {} };
}

export function parse(text: string, definitions: Definitions): Token[] {
  return parser.parse(text, definitions);
}

const parser = commonmark();

/** Escapes and entities, where they count but are not text: the word after a fence. */
export const unescaped = (text: string): string => parser.utils.unescapeAll(text);

function commonmark(): MarkdownIt {
  const parser = new newParser({ html: true, maxNesting: 100 }).use(footnotes);
  parser.validateLink = () => true;
  parser.core.ruler.disable(["linkify", "replacements", "smartquotes", "footnote_tail"]);
  parser.block.ruler.before("table", "as_written", asWritten);
  parser.block.ruler.before("fence", "math_block", mathBlock, {
    alt: ["paragraph", "reference", "blockquote", "list"],
  });
  parser.inline.State = StarAwareState;
  parser.inline.ruler.disable("footnote_inline");
  parser.inline.ruler.at("linkify", bareAddress);
  parser.inline.ruler.at("strikethrough", strike);
  parser.inline.ruler.before("escape", "math_span", mathSpan);
  parser.inline.ruler.before("emphasis", "special_name", specialName);
  parser.inline.ruler2.at("strikethrough", strikePairs);
  parser.inline.ruler2.before("emphasis", "literal_stars", keepLiteralStars);
  parser.inline.ruler2.push("mail_and_www", linkMailAndWww);
  boundDescriptions(parser);
  return parser;
}

/** Where a block lies too deep, its lines are one paragraph of plain text; markdown-it itself would drop them. */
function asWritten(state: StateBlock, startLine: number, endLine: number): boolean {
  if (state.level < deepestBlock) return false;
  let line = startLine;
  while (line < endLine && (state.isEmpty(line) || state.sCount[line] >= state.blkIndent)) line++;
  const token = state.push("as_written", "", 0);
  token.content = state.getLines(startLine, line, state.blkIndent, false).trimEnd();
  token.map = [startLine, line];
  state.line = line;
  return true;
}

/** markdown-it parses the description of an image by calling itself, however deep they are nested. */
function boundDescriptions({ inline }: MarkdownIt): void {
  const parseInline = inline.parse.bind(inline);
  let depth = 0;
  inline.parse = (text, md, definitions, tokens) => {
    if (depth > deepestDescription) {
      const rest = new inline.State(text, md, definitions, tokens);
      rest.pending = text;
      rest.pushPending();
      return;
    }
    depth++;
    try {
      parseInline(text, md, definitions, tokens);
    } finally {
      depth--;
    }
  };
}
