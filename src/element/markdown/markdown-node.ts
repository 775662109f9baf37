// What an answer's Markdown becomes before it becomes nodes of a document: plain, comparable data.

export type MarkdownNode = string | MarkdownElement;

export interface MarkdownElement {
  tag: keyof HTMLElementTagNameMap;
  attributes: Record<string, string>;
  children: MarkdownNode[];
}

/** The words that a reader hears or sees besides the answer's own. */
export interface MarkdownLabels {
  copyCode: string;
  tableLabel: string;
  taskDone: string;
  taskOpen: string;
  noteLabel: (number: string) => string;
  noteBack: string;
}

export const element = (
  tag: keyof HTMLElementTagNameMap,
  attributes: Record<string, string> = {},
  children: MarkdownNode[] = [],
): MarkdownElement => ({ tag, attributes, children });
