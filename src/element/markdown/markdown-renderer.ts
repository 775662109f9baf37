// A renderer for streaming-markdown that builds nodes itself: no HTML string is ever parsed, links pass safe-link.ts,
// images become links (nothing remote is loaded by a model's words), headings sink below the page's own.

import { HREF, LANG, type Renderer, SRC, START, Token, type Token as TokenKind } from "streaming-markdown";
import { safeLink } from "./safe-link.ts";

/** The elements that are open, innermost last; the first is the root and stays. */
type OpenNodes = HTMLElement[];

const tags: Partial<Record<TokenKind, keyof HTMLElementTagNameMap>> = {
  [Token.Blockquote]: "blockquote",
  [Token.Paragraph]: "p",
  [Token.Line_Break]: "br",
  [Token.Rule]: "hr",
  [Token.Heading_1]: "h3",
  [Token.Heading_2]: "h4",
  [Token.Heading_3]: "h5",
  [Token.Heading_4]: "h6",
  [Token.Heading_5]: "h6",
  [Token.Heading_6]: "h6",
  [Token.Italic_Ast]: "em",
  [Token.Italic_Und]: "em",
  [Token.Strong_Ast]: "strong",
  [Token.Strong_Und]: "strong",
  [Token.Strike]: "s",
  [Token.Code_Inline]: "code",
  [Token.Equation_Block]: "code",
  [Token.Equation_Inline]: "code",
  [Token.Raw_URL]: "a",
  [Token.Link]: "a",
  [Token.Image]: "a",
  [Token.List_Unordered]: "ul",
  [Token.List_Ordered]: "ol",
  [Token.List_Item]: "li",
  [Token.Table]: "table",
};

export function markdownRenderer(root: HTMLElement, labels: { copyCode: string }): Renderer<OpenNodes> {
  return {
    data: [root],
    add_token(open, token) {
      open.push(openElement(open.at(-1) ?? root, token, labels.copyCode));
    },
    end_token(open) {
      const closed = open.length > 1 ? open.pop() : undefined;
      if (closed instanceof HTMLAnchorElement) leaveOutPunctuation(closed);
    },
    add_text(open, text) {
      open.at(-1)?.append(text);
    },
    set_attr(open, attribute, value) {
      const element = open.at(-1);
      if (!element) return;
      if (attribute === HREF || attribute === SRC) setLink(element, value);
      else if (attribute === START && /^\d{1,9}$/.test(value)) element.setAttribute("start", value);
      else if (attribute === LANG && /^[\w+#.-]{1,30}$/.test(value)) element.dataset.language = value;
    },
  };
}

function setLink(element: HTMLElement, value: string): void {
  const address = safeLink(value);
  if (!address || !(element instanceof HTMLAnchorElement)) return;
  element.href = address;
  element.rel = "noopener noreferrer nofollow";
  element.target = "_blank";
  if (!element.textContent) element.textContent = value; // an image without a description
}

/** A full stop behind a bare address ends the sentence, not the address. */
function leaveOutPunctuation(link: HTMLAnchorElement): void {
  const text = link.textContent;
  const bare = text.replace(/[.,;:!?]+$/, "");
  const address = safeLink(bare);
  if (bare === text || !address || link.href !== safeLink(text)) return;
  link.href = address;
  link.textContent = bare;
  link.after(text.slice(bare.length));
}

function openElement(parent: HTMLElement, token: TokenKind, copyCode: string): HTMLElement {
  switch (token) {
    case Token.Code_Block:
    case Token.Code_Fence:
      return openCodeBlock(parent, copyCode);
    case Token.Table_Row: {
      const section = parent.children.length === 0 ? "thead" : "tbody";
      const body = parent.querySelector<HTMLElement>(section) ?? append(parent, section);
      return append(body, "tr");
    }
    case Token.Table_Cell:
      return append(parent, parent.parentElement?.localName === "thead" ? "th" : "td");
    case Token.Checkbox: {
      const box = append(parent, "input");
      box.type = "checkbox";
      box.disabled = true;
      return box;
    }
    default:
      return append(parent, tags[token] ?? "span");
  }
}

function openCodeBlock(parent: HTMLElement, copyCode: string): HTMLElement {
  const frame = append(parent, "div");
  frame.className = "code-block";
  const button = append(frame, "button");
  button.type = "button";
  button.className = "copy-code";
  button.textContent = copyCode;
  const block = append(frame, "pre");
  block.tabIndex = 0; // it scrolls sideways, so the keyboard must reach it
  return append(block, "code");
}

function append<Tag extends keyof HTMLElementTagNameMap>(parent: HTMLElement, tag: Tag): HTMLElementTagNameMap[Tag] {
  return parent.appendChild(parent.ownerDocument.createElement(tag));
}
