// The parser's place among the tokens.

import { TemplateError } from "./template-error.ts";
import { tokenize, type Token, type TokenType } from "./lexer.ts";

/** Parentheses and blocks inside each other: Python's parser ends below 100 too. */
const maxDepth = 100;

export class TokenStream {
  readonly #tokens: Token[];
  #index = 0;
  #depth = 0;

  constructor(template: string) {
    this.#tokens = tokenize(template);
  }

  get current(): Token {
    return this.#tokens[this.#index];
  }

  next(): Token {
    const token = this.current;
    if (token.type !== "eof") this.#index++;
    return token;
  }

  is(type: TokenType, ...texts: string[]): boolean {
    return this.current.type === type && (texts.length === 0 || texts.includes(this.current.text));
  }

  /** Whether the token after the current one is this. */
  isNext(type: TokenType, text: string): boolean {
    const token = this.#tokens[this.#index + 1];
    return token?.type === type && token.text === text;
  }

  skipIf(type: TokenType, text: string): boolean {
    const found = this.is(type, text);
    if (found) this.next();
    return found;
  }

  expect(type: TokenType, text?: string): Token {
    const { current } = this;
    if (current.type !== type || (text !== undefined && current.text !== text))
      this.fail(`expected ${text ?? type}, got ${current.text}`);
    return this.next();
  }

  fail(message: string): never {
    throw new TemplateError(`line ${this.current.line}: ${message.slice(0, 200)}`);
  }

  /** Runs what may call itself again. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > maxDepth) this.fail(`more than ${maxDepth} blocks or parentheses inside each other`);
    const result = parse();
    this.#depth--;
    return result;
  }
}
