// What an answer's Markdown becomes before it becomes nodes of a document: plain, comparable data.

import type { ChatStrings } from "../languages/en.ts";

export type MarkdownNode = string | MarkdownElement;

export interface MarkdownElement {
  tag: keyof HTMLElementTagNameMap | keyof MathMLElementTagNameMap;
  attributes: Record<string, string>;
  children: MarkdownNode[];
}

/** The words that a reader hears or sees besides the answer's own. */
export type MarkdownLabels = Pick<
  ChatStrings,
  "copyCode" | "codeLabel" | "tableLabel" | "formulaLabel" | "taskDone" | "taskOpen" | "noteLabel" | "noteBack"
>;

/** Coloured code: its words and the marked ones among them. */
export interface ColouredCode {
  /** The language as people call it: `JavaScript` for `js`. */
  name: string;
  children: MarkdownNode[];
}

/** What shows more than the Markdown parser does. Each gives undefined where it has not arrived, or cannot. */
export interface Drawers {
  code?(code: string, language: string): ColouredCode | undefined;
  /** TeX as an element of MathML. */
  formula?(tex: string, display: boolean): MarkdownElement | undefined;
}

export const element = (
  tag: MarkdownElement["tag"],
  attributes: Record<string, string> = {},
  children: MarkdownNode[] = [],
): MarkdownElement => ({ tag, attributes, children });
