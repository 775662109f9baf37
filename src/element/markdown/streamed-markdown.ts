// A Lit directive that writes only what a growing text has gained since the last update into a streaming parser.
// A text that is no continuation of the last one starts anew.

import { html, noChange } from "lit";
import { AsyncDirective } from "lit/async-directive.js";
import { directive, type ElementPart, type PartInfo, PartType } from "lit/directive.js";
import { parser, parser_end, parser_write, type Parser } from "streaming-markdown";
import { markdownRenderer } from "./markdown-renderer.ts";

export interface MarkdownText {
  text: string;
  /** No more text will come. */
  finished: boolean;
  copyCode: string;
}

class StreamedMarkdown extends AsyncDirective {
  #written = "";
  #finished = false;
  #parser: Parser | undefined;

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error("streamedMarkdown belongs on an element");
  }

  override render(_: MarkdownText): unknown {
    return noChange;
  }

  override update(part: ElementPart, [{ text, finished, copyCode }]: [MarkdownText]): unknown {
    const root = part.element as HTMLElement;
    if (!this.#parser || !text.startsWith(this.#written) || (this.#finished && text !== this.#written)) {
      root.replaceChildren();
      this.#parser = parser(markdownRenderer(root, { copyCode }));
      this.#written = "";
      this.#finished = false;
    }
    if (text.length > this.#written.length) parser_write(this.#parser, text.slice(this.#written.length));
    this.#written = text;
    if (finished && !this.#finished) parser_end(this.#parser);
    this.#finished = finished;
    return noChange;
  }
}

const streamedMarkdown = directive(StreamedMarkdown);

export const markdownView = (options: MarkdownText) =>
  html`<div class="markdown" part="markdown" dir="auto" ${streamedMarkdown(options)}></div>`;
