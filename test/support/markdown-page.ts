// Renders Markdown without a browser, as the element does: whole, or in pieces as a model writes it.

import { CodeColours } from "../../src/element/markdown/code-colours.ts";
import { Formulas } from "../../src/element/markdown/formula.ts";
import { GrowingDocument } from "../../src/element/markdown/growing-document.ts";
import type { Drawers } from "../../src/element/markdown/markdown-node.ts";
import { english } from "../../src/element/languages/en.ts";
import { parsed } from "./spec-html.ts";

export interface RenderedMarkdown {
  root: Element;
  document: GrowingDocument;
}

export function emptyAnswer(drawers?: Drawers): RenderedMarkdown {
  const root = parsed("");
  return { root, document: new GrowingDocument(root, english, drawers) };
}

/** What colours code and draws formulas, as if already loaded. */
export function allDrawers(): Drawers {
  const [colours, formulas] = [new CodeColours(), new Formulas()];
  return { code: (...code) => colours.draw(...code), formula: (...formula) => formulas.draw(...formula) };
}

export function rendered(markdown: string, drawers?: Drawers): Element {
  const { root, document } = emptyAnswer(drawers);
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

const elements =
  "p h2 h3 h4 h5 h6 ul ol li blockquote hr br em strong s a code pre div button table thead tbody tr th td input sup span " +
  "math mrow mi mn mo mtext ms mspace mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup munder mover munderover " +
  "mmultiscripts mprescripts none mtable mtr mtd";
const attributes =
  "href rel target class type tabindex role aria-label start checked disabled data-language data-align data-note " +
  "data-number data-back data-label display displaystyle scriptlevel movablelimits fence form stretchy symmetric separator " +
  "largeop accent accentunder lspace rspace width height depth voffset minsize maxsize linethickness mathvariant mathsize " +
  "rowspan columnspan";
export const allowedInAnswers = { elements: elements.split(" "), attributes: attributes.split(" ") };

/** What in a rendered answer could load or run anything: elements, attributes and addresses that must not be there. */
export const harmful = (root: Element): string[] => harmfulUnless(allowedInAnswers, [root]);

/** The same for all answers in a page; its source is sent there. */
export function harmfulUnless(allowed: typeof allowedInAnswers, roots?: Element[]): string[] {
  const answers = roots ?? [...document.querySelector("pronk-chat")!.shadowRoot!.querySelectorAll(".markdown")];
  const all = answers.flatMap((root) => [...root.querySelectorAll("*")]);
  return all.flatMap((element) => {
    const href = element.getAttribute("href");
    return [
      ...(allowed.elements.includes(element.localName) ? [] : [element.localName]),
      ...element.getAttributeNames().filter((name) => !allowed.attributes.includes(name)),
      ...(href === null || /^(https?:\/\/|mailto:)/.test(href) ? [] : [href]),
    ];
  });
}
