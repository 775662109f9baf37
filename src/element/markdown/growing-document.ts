// The document below one element while its text grows. A block that another one follows is closed: its nodes stay, and only
// what begins with the last block is parsed again, so a piece costs as much as that block. At the end the whole text is
// parsed once, since a definition may change what stands before it; nodes that stay equal are kept even then.

import { copyOf, type Definitions, parse } from "./commonmark.ts";
import type { Drawers, MarkdownLabels, MarkdownNode } from "./markdown-node.ts";
import { type Dressing, treeOf } from "./markdown-tree.ts";
import { codeStyles } from "../styles/code-styles.ts";
import { markdownStyles } from "../styles/markdown-styles.ts";
import { printStyles } from "../styles/print-styles.ts";
import { ForeignChange, patchChildren } from "./patch-tree.ts";

export const styles = [markdownStyles, codeStyles, printStyles];

export class GrowingDocument {
  readonly #root: Element;
  readonly #dressing: Dressing;
  /** Everything that is on the page. */
  #shown: MarkdownNode[] = [];
  /** How many of them are closed, where in the text these end, and what they define. */
  #closed = nothingClosed();

  constructor(root: Element, labels: MarkdownLabels, drawers: Drawers = {}) {
    this.#root = root;
    this.#dressing = { labels, drawers };
    root.replaceChildren();
  }

  /** `text` begins with the text of the last call; after `end` only `finish` may follow. */
  grow(text: string): void {
    const { count, end, definitions } = this.#closed;
    const rest = text.slice(end);
    const blocks = treeOf(parse(rest, copyOf(definitions)), this.#dressing);
    this.#show(
      count,
      blocks.map(({ node }) => node),
    );
    // The line that is still being written may yet belong to the block before it: `#` is a heading, `#1` is not.
    const lines = lineStarts(rest);
    const last = blocks.findLastIndex(({ line }) => line !== undefined && line < lines.length - 1);
    if (last <= 0) return;
    const length = lines[blocks[last].line!];
    parse(rest.slice(0, length), definitions); // for what it defines
    this.#closed = { count: count + last, end: end + length, definitions };
  }

  /** The same text again: what has been closed is made anew, now that a drawer has arrived. */
  redraw(text: string): void {
    this.#closed = nothingClosed();
    this.grow(text);
  }

  finish(text: string): void {
    const definitions: Definitions = {};
    const tokens = parse(text, definitions);
    const notes = (definitions.footnotes?.list ?? []).map(({ label }) => label);
    this.#show(
      0,
      treeOf(tokens, this.#dressing, notes).map(({ node }) => node),
    );
  }

  #show(from: number, nodes: MarkdownNode[]): void {
    const before = this.#shown.splice(from);
    try {
      patchChildren(this.#root, this.#root.childNodes[from] ?? null, before, nodes);
    } catch (error) {
      if (!(error instanceof ForeignChange)) throw error;
      this.#root.replaceChildren();
      patchChildren(this.#root, null, [], [...this.#shown, ...nodes]);
    }
    for (const node of nodes) this.#shown.push(node); // one by one: a long text has more than a call can take
  }
}

const nothingClosed = () => ({ count: 0, end: 0, definitions: { growing: true } as Definitions });

/** Where each line begins; the last one has no end yet. */
function lineStarts(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n?|\n/g), (end) => end.index + end[0].length)];
}
