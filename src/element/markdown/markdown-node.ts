// What an answer's Markdown becomes before it becomes nodes of a document: plain, comparable data.

import type { ChatStrings } from "../strings.ts";

export type MarkdownNode = string | MarkdownElement;

export interface MarkdownElement {
  tag: keyof HTMLElementTagNameMap;
  attributes: Record<string, string>;
  children: MarkdownNode[];
}

/** The words that a reader hears or sees besides the answer's own. */
export type MarkdownLabels = Pick<
  ChatStrings,
  "copyCode" | "tableLabel" | "taskDone" | "taskOpen" | "noteLabel" | "noteBack"
>;

export const element = (
  tag: keyof HTMLElementTagNameMap,
  attributes: Record<string, string> = {},
  children: MarkdownNode[] = [],
): MarkdownElement => ({ tag, attributes, children });
