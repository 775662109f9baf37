// A growing text as paragraphs and nothing else: what an answer looks like until the Markdown parser has arrived.

export class PlainParagraphs {
  readonly #root: Element;

  constructor(root: Element) {
    this.#root = root;
    root.replaceChildren();
  }

  /** Paragraphs that stay as they are keep their nodes, and so what is selected in them. */
  show(text: string): void {
    const paragraphs = text.split(/(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)\s*/).filter(Boolean);
    for (const [index, words] of paragraphs.entries()) {
      const node = this.#root.children[index] ?? this.#root.appendChild(document.createElement("p"));
      if (node.textContent !== words) node.textContent = words;
    }
  }
}
