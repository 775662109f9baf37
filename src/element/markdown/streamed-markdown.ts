// A Lit directive that keeps an element's content equal to a growing text in Markdown. A text that is no continuation of
// the last one starts anew.

import { html, noChange } from "lit";
import { AsyncDirective } from "lit/async-directive.js";
import { directive, type ElementPart, type PartInfo, PartType } from "lit/directive.js";
import { followNote } from "./footnotes.ts";
import { GrowingDocument } from "./growing-document.ts";
import type { MarkdownLabels } from "./markdown-node.ts";

export interface MarkdownText {
  text: string;
  /** No more text will come. */
  finished: boolean;
  labels: MarkdownLabels;
}

class StreamedMarkdown extends AsyncDirective {
  #shown = "";
  #finished = false;
  #document: GrowingDocument | undefined;
  /** Where one block is so long that showing it takes a while, pieces wait until as much time again has passed. */
  #nextMs = 0;

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error("streamedMarkdown belongs on an element");
  }

  override render(_: MarkdownText): unknown {
    return noChange;
  }

  override update(part: ElementPart, [{ text, finished, labels }]: [MarkdownText]): unknown {
    if (!this.#document || !text.startsWith(this.#shown) || (this.#finished && text !== this.#shown)) {
      this.#document = new GrowingDocument(part.element, labels);
      this.#shown = "";
      this.#finished = false;
      this.#nextMs = 0;
    }
    if (finished && !this.#finished) this.#document.finish(text);
    else if (text.length === this.#shown.length) return noChange;
    else if (performance.now() < this.#nextMs) return noChange;
    else this.#grow(text);
    this.#shown = text;
    this.#finished = finished;
    return noChange;
  }

  #grow(text: string): void {
    const startMs = performance.now();
    this.#document!.grow(text);
    const endMs = performance.now();
    this.#nextMs = endMs + (endMs - startMs);
  }
}

const streamedMarkdown = directive(StreamedMarkdown);

export const markdownView = (options: MarkdownText) =>
  html`<div class="markdown" part="markdown" dir="auto" @click=${followNote} ${streamedMarkdown(options)}></div>`;
