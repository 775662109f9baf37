// A Lit directive that keeps an element's content equal to a growing text in Markdown, or to its paragraphs while the parser
// is on its way. A text that is no continuation of the last one starts anew.

import { html, noChange } from "lit";
import { AsyncDirective } from "lit/async-directive.js";
import { directive, type ElementPart, type PartInfo, PartType } from "lit/directive.js";
import { followNote } from "./follow-note.ts";
import type { GrowingDocument } from "./growing-document.ts";
import type { MarkdownLabels } from "./markdown-node.ts";
import { fetchMarkdown, markdownPart } from "./markdown-part.ts";
import { PlainParagraphs } from "./plain-paragraphs.ts";

export interface MarkdownText {
  text: string;
  /** No more text will come. */
  finished: boolean;
  labels: MarkdownLabels;
}

class StreamedMarkdown extends AsyncDirective {
  #shown = "";
  #finished = false;
  #options: MarkdownText | undefined;
  #document: GrowingDocument | undefined;
  #plain: PlainParagraphs | undefined;
  #waits = false; // for the parser
  /** Where one block is so long that showing it takes a while, pieces wait until as much time again has passed. */
  #nextMs = 0;

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error("streamedMarkdown belongs on an element");
  }

  override render(_: MarkdownText): unknown {
    return noChange;
  }

  override update(part: ElementPart, [options]: [MarkdownText]): unknown {
    this.#options = options;
    this.#show(part.element);
    return noChange;
  }

  #show(root: Element): void {
    const { text, finished, labels } = this.#options!;
    const markdown = markdownPart();
    if (!markdown) return this.#showPlain(root, text);
    if (!this.#document || !text.startsWith(this.#shown) || (this.#finished && text !== this.#shown)) {
      this.#document = new markdown.GrowingDocument(root, labels);
      this.#plain = undefined;
      this.#shown = "";
      this.#finished = false;
      this.#nextMs = 0;
    }
    if (finished && !this.#finished) this.#document.finish(text);
    else if (text.length === this.#shown.length || performance.now() < this.#nextMs) return;
    else this.#grow(text);
    this.#shown = text;
    this.#finished = finished;
  }

  #showPlain(root: Element, text: string): void {
    if (!this.#plain || !text.startsWith(this.#shown)) this.#plain = new PlainParagraphs(root);
    this.#plain.show(text);
    this.#shown = text;
    if (this.#waits) return;
    this.#waits = true;
    void fetchMarkdown().then((arrived) => {
      this.#waits = false;
      if (arrived) this.#show(root);
    });
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
