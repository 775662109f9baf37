// Renders Markdown without a browser, as the element does: whole, or in pieces as a model writes it.

import { english } from "../../src/element/strings.ts";
import { GrowingDocument } from "../../src/element/markdown/growing-document.ts";
import { parsed } from "./spec-html.ts";

export interface RenderedMarkdown {
  root: Element;
  document: GrowingDocument;
}

export function emptyAnswer(): RenderedMarkdown {
  const root = parsed("");
  return { root, document: new GrowingDocument(root, english) };
}

export function rendered(markdown: string): Element {
  const { root, document } = emptyAnswer();
  document.finish(markdown);
  return root;
}

/** `onPiece` sees every state in between. */
export function renderedInPieces(
  markdown: string,
  length: number,
  onPiece: (root: Element) => void = () => {},
): Element {
  const { root, document } = emptyAnswer();
  for (let end = length; end < markdown.length + length; end += length) {
    document.grow(markdown.slice(0, end));
    onPiece(root);
  }
  document.finish(markdown);
  return root;
}

const elements = new Set(
  "p h2 h3 h4 h5 h6 ul ol li blockquote hr br em strong s a code pre div button table thead tbody tr th td input sup".split(
    " ",
  ),
);
const attributes = new Set(
  (
    "href rel target class type tabindex role aria-label start checked disabled data-language data-align data-note " +
    "data-number data-back data-label"
  ).split(" "),
);

/** What in a rendered answer could load or run anything: elements, attributes and addresses that must not be there. */
export function harmful(root: Element): string[] {
  return [...root.querySelectorAll("*")].flatMap((element) => {
    const href = element.getAttribute("href");
    return [
      ...(elements.has(element.localName) ? [] : [element.localName]),
      ...element.getAttributeNames().filter((name) => !attributes.has(name)),
      ...(href === null || /^(https?:\/\/|mailto:)/.test(href) ? [] : [href]),
    ];
  });
}
