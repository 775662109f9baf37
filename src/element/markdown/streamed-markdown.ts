// A Lit directive that keeps an element's content equal to a growing text in Markdown, or to its paragraphs while the parser
// is on its way. A text that does not continue the last one starts over. What colours code and shows formulas is fetched
// when the first code or formula comes, and the text is drawn again once it is there.

import { html, noChange, nothing } from "lit";
import { AsyncDirective } from "lit/async-directive.js";
import { directive, type ElementPart, type PartInfo, PartType } from "lit/directive.js";
import { followNote } from "./follow-note.ts";
import type { GrowingDocument } from "./growing-document.ts";
import { adoptStyles } from "../late-styles.ts";
import { codePart, formulaPart, type LatePart, markdownPart } from "../late-part.ts";
import type { Drawers, MarkdownLabels } from "./markdown-node.ts";
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
  readonly #awaited = new Set<LatePart<unknown>>();
  #wanted = new Set<LatePart<unknown>>(); // by what is shown, and not there yet
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
    const markdown = markdownPart.current;
    if (!markdown) return this.#showPlain(root, text);
    if (!this.#document) queueMicrotask(() => adoptStyles(root.getRootNode(), ...markdown.styles)); // in its place by then
    if (!this.#document || !text.startsWith(this.#shown) || (this.#finished && text !== this.#shown)) {
      this.#document = new markdown.GrowingDocument(root, labels, this.#drawers());
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
    for (const part of this.#wanted) this.#await(part, () => this.#redraw());
    this.#wanted.clear();
  }

  #drawers(): Drawers {
    const drawer = <Part, Drawer>(part: LatePart<Part>, make: (part: Part) => Drawer) => {
      let made: Drawer | undefined;
      return () => {
        if (part.current) return (made ??= make(part.current));
        this.#wanted.add(part);
        return undefined;
      };
    };
    const colours = drawer(codePart, ({ CodeColours }) => new CodeColours());
    const formulas = drawer(formulaPart, ({ Formulas }) => new Formulas());
    return {
      code: (...code) => colours()?.draw(...code),
      formula: (...formula) => formulas()?.draw(...formula),
    };
  }

  #await(part: LatePart<unknown>, then: () => void): void {
    if (this.#awaited.has(part)) return;
    this.#awaited.add(part);
    void part.fetch().then((arrived) => {
      this.#awaited.delete(part);
      if (arrived) then();
    });
  }

  #redraw(): void {
    if (this.#finished) this.#document?.finish(this.#shown);
    else this.#document?.redraw(this.#shown);
  }

  #showPlain(root: Element, text: string): void {
    if (!this.#plain || !text.startsWith(this.#shown)) this.#plain = new PlainParagraphs(root);
    this.#plain.show(text);
    this.#shown = text;
    this.#await(markdownPart, () => this.#show(root));
  }

  #grow(text: string): void {
    const startMs = performance.now();
    this.#document!.grow(text);
    const endMs = performance.now();
    this.#nextMs = endMs + (endMs - startMs);
  }
}

const streamedMarkdown = directive(StreamedMarkdown);

/** A browser that translates the page waits for the end: it would translate halves of sentences, and change what still grows. */
export const markdownView = (options: MarkdownText) =>
  html`<div
    class="markdown"
    part="markdown"
    dir="auto"
    translate=${options.finished ? nothing : "no"}
    @click=${followNote}
    ${streamedMarkdown(options)}
  ></div>`;
