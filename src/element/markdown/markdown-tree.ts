// Tokens of the parser -> a plain tree of the elements an answer may consist of. What is not listed here can't come out of
// a model's text: no image (a link stands for it), no raw HTML (it is text, except a line break), no link that safe-link.ts
// refuses. Headings sink below the page's h1. It touches no document; patch-tree.ts makes nodes of it.

import type { Token } from "markdown-it";
import { unescaped } from "./commonmark.ts";
import { withoutOverrides, withShownMarks } from "./direction-marks.ts";
import { gatherNotes, noteItem, noteMark } from "./footnotes.ts";
import {
  type Drawers,
  element,
  type MarkdownElement,
  type MarkdownLabels,
  type MarkdownNode,
} from "./markdown-node.ts";
import type { FormulaMeta } from "./math.ts";
import { safeLink } from "./safe-link.ts";

/** A block at the top of the answer. */
export interface MarkdownBlock {
  node: MarkdownNode;
  /** Its first line in the text, from 0; absent where the parser does not say. */
  line: number | undefined;
}

/** Elements within elements; text beyond goes into the innermost. */
const deepest = 80;

/** Characters from which a cell of a table holds sentences, and its column must not shrink to one word. */
const longCell = 24;
/** Letters from which a formula in a line may be wider than a phone. */
const longFormula = 24;

const headings = { h1: "h2", h2: "h3", h3: "h4", h4: "h5", h5: "h6", h6: "h6" } as const;
const plain = {
  blockquote: "blockquote",
  paragraph: "p",
  bullet_list: "ul",
  ordered_list: "ol",
  list_item: "li",
  thead: "thead",
  tbody: "tbody",
  tr: "tr",
  em: "em",
  strong: "strong",
  s: "s",
} as const;

/** The words and looks that an answer has besides its own. */
export interface Dressing {
  labels: MarkdownLabels;
  drawers: Drawers;
}

/**
 * The blocks of one parse. With `noteOrder`, the labels of footnotes in the order of their marks, the text is whole and
 * footnotes move to the end; without it they stay where they are written.
 */
export function treeOf(tokens: Token[], dressing: Dressing, noteOrder?: readonly string[]): MarkdownBlock[] {
  return new TreeBuilder(dressing, noteOrder).build(tokens);
}

class TreeBuilder {
  readonly #labels: MarkdownLabels;
  readonly #drawers: Drawers;
  readonly #noteOrder: readonly string[] | undefined;
  readonly #root = element("div");
  readonly #lines: (number | undefined)[] = [];
  readonly #notes = new Map<string, MarkdownElement>();
  /** Innermost last. What adds no element of its own (a refused link, one too deep) opens its parent again. */
  readonly #open: MarkdownElement[] = [this.#root];

  constructor({ labels, drawers }: Dressing, noteOrder: readonly string[] | undefined) {
    this.#labels = labels;
    this.#drawers = drawers;
    this.#noteOrder = noteOrder;
  }

  build(tokens: Token[]): MarkdownBlock[] {
    for (const token of tokens) {
      this.#add(token);
      while (this.#lines.length < this.#root.children.length) this.#lines.push(token.map?.[0]);
    }
    const blocks: MarkdownBlock[] = this.#root.children.map((node, index) => ({ node, line: this.#lines[index] }));
    if (this.#noteOrder && this.#notes.size > 0) {
      blocks.push({ node: gatherNotes(this.#notes, this.#noteOrder, this.#labels), line: undefined });
    }
    return blocks;
  }

  get #parent(): MarkdownElement {
    return this.#open.at(-1)!;
  }

  #append(node: MarkdownNode): void {
    if (typeof node === "string") this.#appendNode(withoutOverrides(node));
    else this.#appendNode(node);
  }

  #appendNode(node: MarkdownNode): void {
    const { children } = this.#parent;
    if (typeof node === "string" && typeof children.at(-1) === "string")
      children.push(`${children.pop() as string}${node}`);
    else if (node !== "") children.push(node);
  }

  #enter(node: MarkdownElement): void {
    if (this.#open.length < deepest) this.#append(node);
    this.#open.push(this.#open.length < deepest ? node : this.#parent);
  }

  #add(token: Token): void {
    if (token.hidden) return; // paragraphs of a tight list
    if (token.nesting < 0) this.#open.pop();
    else if (token.nesting > 0) this.#enterToken(token);
    else this.#addLeaf(token);
  }

  #enterToken(token: Token): void {
    const { type } = token;
    if (type === "link_open") return this.#enterLink(token.attrGet("href"));
    if (type === "heading_open") return this.#enter(element(headings[token.tag as keyof typeof headings]));
    if (type === "footnote_reference_open") return this.#enterNote(token);
    if (type === "th_open" || type === "td_open") {
      const side = /(left|center|right)/.exec(String(token.attrGet("style")))?.[0];
      return this.#enter(element(type === "th_open" ? "th" : "td", side ? { "data-align": side } : {}));
    }
    if (type === "table_open") {
      const frame = scrolling("table-scroll", this.#labels.tableLabel);
      const table = element("table");
      this.#append(element("div", frame, [table]));
      this.#open.push(table);
      return;
    }
    const tag = plain[type.replace(/_open$/, "") as keyof typeof plain];
    const start = tag === "ol" ? token.attrGet("start") : null;
    this.#enter(element(tag, start === null ? {} : { start: String(start) }));
  }

  #enterLink(href: string | number | null): void {
    const address = safeLink(String(href));
    if (address) this.#enter(element("a", linkAttributes(address)));
    else this.#open.push(this.#parent);
  }

  #enterNote(token: Token): void {
    const label = String(token.meta?.label);
    const item = noteItem(label);
    if (!this.#notes.has(label)) this.#notes.set(label, item);
    if (!this.#noteOrder) {
      const last = this.#parent.children.at(-1);
      const list = element("ol", { class: "notes" });
      if (typeof last === "object" && last.attributes.class === "notes") last.children.push(item);
      else this.#append({ ...list, children: [item] });
    }
    this.#open.push(item);
  }

  #addLeaf(token: Token): void {
    const { type, content } = token;
    switch (type) {
      case "inline":
        if (this.#parent.tag === "li" || this.#parent.tag === "p") this.#markTask(token);
        if (this.#parent.tag === "td" && content.length > longCell) this.#parent.attributes.class = "words";
        for (const child of token.children ?? []) this.#add(child);
        break;
      case "softbreak":
        this.#append("\n"); // shown as a break, by the style
        break;
      case "hardbreak":
        this.#append(element("br"));
        break;
      case "hr":
        this.#append(element("hr"));
        break;
      case "html_inline":
        this.#append(/^<br\s*\/?>$/i.test(content) ? element("br") : content);
        break;
      case "html_block":
      case "as_written":
        this.#append(element("p", { class: "as-written" }, [withShownMarks(content.trimEnd())]));
        break;
      case "code_inline":
        this.#append(element("code", {}, [withShownMarks(content)]));
        break;
      case "math":
        this.#append(this.#formulaSpan(token));
        break;
      case "math_block":
        this.#append(this.#formulaBlock(token));
        break;
      case "code_block":
      case "fence":
        this.#append(this.#codeBlock(token));
        break;
      case "image":
        this.#addImage(token);
        break;
      case "footnote_ref":
        this.#append(noteMark(Number(token.meta?.id) + 1, this.#labels));
        break;
      default:
        this.#append(content);
    }
  }

  /** Nothing remote is loaded by a model's words. */
  #addImage(token: Token): void {
    const source = String(token.attrGet("src"));
    const description = textOf(token.children ?? []) || source;
    const address = this.#open.some(({ tag }) => tag === "a") ? undefined : safeLink(source);
    this.#append(address ? element("a", linkAttributes(address), [description]) : description);
  }

  /** `[ ] ` or `[x] ` before the first words of a list item. */
  #markTask({ children }: Token): void {
    const item = this.#open.findLast(({ tag }) => tag !== "p");
    const isFirst = item?.tag === "li" && (item === this.#parent ? item.children : item.children.slice(1)).length === 0;
    const first = children?.[0];
    const mark = isFirst && first?.type === "text" ? /^\[([ x])\]\s/i.exec(first.content) : null;
    if (!item || !first || !mark || this.#parent.children.length > 0) return;
    first.content = first.content.slice(4);
    const done = mark[1] !== " ";
    const label = done ? this.#labels.taskDone : this.#labels.taskOpen;
    const attributes = { type: "checkbox", disabled: "", "aria-label": label, ...(done ? { checked: "" } : {}) };
    item.attributes.class = "task";
    this.#append(element("input", attributes));
    this.#append(" ");
  }

  #formulaSpan({ content, meta }: Token): MarkdownElement {
    const formula = this.#drawers.formula?.(withoutOverrides(content), (meta as FormulaMeta).display === true);
    if (!formula || lettersOf(formula) <= longFormula) return formula ?? asTeX(content);
    return element("span", scrolling("formula-scroll", this.#labels.formulaLabel), [formula]);
  }

  #formulaBlock({ content, meta }: Token): MarkdownElement {
    const formula = (meta as FormulaMeta).open ? undefined : this.#drawers.formula?.(withoutOverrides(content), true);
    if (!formula) return element("p", {}, [asTeX(content)]);
    return element("div", scrolling("formula-scroll", this.#labels.formulaLabel), [formula]);
  }

  #codeBlock({ content, info }: Token): MarkdownElement {
    const word = unescaped(info).trim().split(/\s/)[0];
    const language = /^[\w+#.-]{1,30}$/.test(word) ? word : undefined;
    const code = withShownMarks(content);
    const coloured = language && this.#drawers.code?.(code, language);
    const { name, children } = coloured || { name: language, children: [code] };
    return element("div", { class: "code-block", ...(name ? { "data-language": name } : {}) }, [
      element("button", { type: "button", class: "copy-code" }, [this.#labels.copyCode]),
      element("pre", scrolling(undefined, this.#labels.codeLabel(name)), [
        element("code", language ? { "data-language": language } : {}, children),
      ]),
    ]);
  }
}

const lettersOf = (node: MarkdownNode): number =>
  typeof node === "string" ? node.length : node.children.reduce((sum, child) => sum + lettersOf(child), 0);

const asTeX = (formula: string) => element("code", { class: "math" }, [withShownMarks(formula)]);

/** What scrolls sideways must be reachable by keyboard, and so have a name. */
const scrolling = (name: string | undefined, label: string): Record<string, string> => ({
  ...(name ? { class: name } : {}),
  tabindex: "0",
  role: "group",
  "aria-label": label,
});

const linkAttributes = (href: string) => ({ href, rel: "noopener noreferrer nofollow", target: "_blank" });

function textOf(tokens: Token[]): string {
  return tokens
    .map(({ type, content, children }) => {
      if (type === "image") return textOf(children ?? []);
      return type === "softbreak" || type === "hardbreak" ? "\n" : content;
    })
    .join("");
}
