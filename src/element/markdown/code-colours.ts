// Code with its words marked by what they are. A line costs as much as it is long and is read once: in growing code, what
// has been read stays. The parsers' many styles become the few classes that styles/code-styles.ts colours. Nothing is
// guessed: code without a language, or in one that code-languages.ts does not list, stays plain.
//
// highlight.js was tried first. It needs the whole code for each piece, and its time can grow with the square and the
// cube of that: 20,000 characters of `[a](` as Markdown were 65 s, 4,000 of `a b` as C# 350 ms (11.12.0, Node 20).

import { type StreamParser, StringStream } from "@codemirror/streamparser";
import { type CodeLanguage, languageOf } from "./code-languages.ts";
import { copyOf, started } from "./code-state.ts";
import type { ColouredCode, MarkdownElement, MarkdownNode } from "./markdown-node.ts";

/** Characters beyond which a line stays plain, and beyond which the rest of the code does. */
const longestLine = 2_000;
const longestCode = 200_000;

const classes: Record<string, string> = {
  keyword: "keyword",
  tag: "keyword",
  self: "keyword",
  header: "keyword",
  string: "string",
  regexp: "string",
  character: "string",
  quote: "string",
  url: "string",
  number: "number",
  atom: "number",
  bool: "number",
  unit: "number",
  color: "number",
  def: "title",
  builtin: "type",
  qualifier: "type",
  type: "type",
  namespace: "type",
  property: "name",
  propertyName: "name",
  attribute: "name",
  meta: "name",
  "variableName.special": "name",
  comment: "comment",
  inserted: "added",
  deleted: "removed",
};

function classOf(style: string | null, called: boolean): string | undefined {
  for (const word of style?.split(" ") ?? []) {
    const [first] = word.split(".");
    if (called && (first.startsWith("variable") || first.startsWith("property"))) return "title";
    const found = classes[word] ?? classes[first];
    if (found) return found;
  }
  return undefined;
}

/** The code of one answer. */
export class CodeColours {
  readonly #read: CodeReader[] = [];

  /** Undefined where the language is not known. */
  draw(code: string, word: string): ColouredCode | undefined {
    const language = languageOf(word);
    if (!language) return undefined;
    const readers = this.#read.filter((one) => one.language === language);
    let reader = readers.find((one) => one.isAt(code)) ?? readers.find((one) => one.begins(code));
    if (!reader) this.#read.push((reader = new CodeReader(language)));
    return { name: language.name, children: reader.read(code) };
  }
}

/** Reads one piece of code as it grows. */
class CodeReader {
  readonly language: CodeLanguage;
  #state: unknown;
  #code = ""; // of the last call
  #end = 0; // of the lines in it that are whole
  #lines: MarkdownNode[] = []; // of these
  #nodes: MarkdownNode[] = [];

  constructor(language: CodeLanguage) {
    this.language = language;
    this.#state = started(language.parser);
  }

  isAt(code: string): boolean {
    return code === this.#code;
  }

  /** Whether `code` continues what was read. */
  begins(code: string): boolean {
    return code.startsWith(this.#code);
  }

  read(code: string): MarkdownNode[] {
    if (code === this.#code && this.#nodes.length > 0) return this.#nodes;
    this.#code = code;
    for (let end = code.indexOf("\n", this.#end); end >= 0; end = code.indexOf("\n", this.#end)) {
      this.#line(code.slice(this.#end, end), this.#state, this.#lines);
      append(this.#lines, "\n");
      this.#end = end + 1;
    }
    this.#nodes = [...this.#lines];
    const rest = code.slice(this.#end);
    if (rest) this.#line(rest, copyOf(this.language.parser, this.#state), this.#nodes);
    return this.#nodes;
  }

  #line(line: string, state: unknown, nodes: MarkdownNode[]): void {
    const { parser } = this.language;
    if (line === "") return parser.blankLine?.(state, 2);
    if (line.length > longestLine || this.#end > longestCode) return append(nodes, line);
    const stream = new StringStream(line, 4, 2);
    try {
      while (!stream.eol()) {
        const style = tokenOf(parser, stream, state);
        const text = stream.current();
        const name = /\S/.test(text) ? classOf(style, stream.peek() === "(") : undefined;
        append(nodes, name ? { tag: "span", attributes: { class: name }, children: [text] } : text);
        stream.start = stream.pos;
      }
    } catch {
      append(nodes, line.slice(stream.start)); // a parser that can't go on with what is no code at all
    }
  }
}

/** A parser may need several steps until it moves on. */
function tokenOf(parser: StreamParser<unknown>, stream: StringStream, state: unknown): string | null {
  for (let steps = 0; steps < 10; steps++) {
    const style = parser.token(stream, state);
    if (stream.pos > stream.start) return style;
  }
  stream.next();
  return null;
}

function append(nodes: MarkdownNode[], node: MarkdownNode): void {
  const last = nodes.at(-1);
  if (typeof node === "string" && typeof last === "string") nodes[nodes.length - 1] = last + node;
  else if (isSame(last, node)) nodes[nodes.length - 1] = joined(last as MarkdownElement, node as MarkdownElement);
  else nodes.push(node);
}

/** A string or comment that comes in several tokens is one. */
const isSame = (last: MarkdownNode | undefined, node: MarkdownNode) =>
  typeof last === "object" && typeof node === "object" && last.attributes.class === node.attributes.class;

const joined = (first: MarkdownElement, second: MarkdownElement): MarkdownElement => ({
  ...first,
  children: [`${first.children.join("")}${second.children.join("")}`],
});
