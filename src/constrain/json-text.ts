// How JSON is written here: white space as people and JSON.stringify put it and no more, so no answer gets lost in it;
// each string in one way (a string that nothing is asked of, in any way).

import type { Automaton } from "./automaton.ts";
import { anyCharacter, inJsonString, inUtf8, othersThan, type WriteCharacter } from "./characters.ts";
import type { Expression } from "./expression.ts";
import { numberExpression } from "./number-text.ts";

export const unbounded = { min: undefined, max: undefined, aboveMin: false, belowMax: false, multiples: [] };

const mostIndent = 40; // a line's, in spaces or tabs: twenty levels

export class JsonText {
  readonly #automaton: Automaton;
  /** A character of a string. */
  readonly inString: WriteCharacter;
  /** Between brackets or commas and what they hold: nothing, a space, or a new line with its indent. */
  readonly space: Expression;
  readonly comma: Expression;
  readonly colon: Expression;
  readonly #quote: Expression;
  #value: Expression | undefined;

  constructor(automaton: Automaton) {
    const { expressions: e } = (this.#automaton = automaton);
    this.inString = inJsonString(e);
    const indent = e.repeat(e.either([e.literal(" "), e.literal("\t")]), 0, mostIndent);
    this.space = e.optional(e.either([e.literal(" "), e.sequence(e.literal("\n"), indent)]));
    this.comma = e.sequence(e.literal(","), this.space);
    this.colon = e.sequence(e.literal(":"), e.optional(e.literal(" ")));
    this.#quote = e.literal('"');
  }

  /** A string of this content. */
  string(content: Expression): Expression {
    return this.#automaton.expressions.sequence(this.#quote, content, this.#quote);
  }

  /** Characters, in the one way that is compared. */
  get anyContent(): Expression {
    return this.#automaton.expressions.repeat(this.inString(anyCharacter), 0);
  }

  /** Any string, with any of JSON's escapes. */
  get anyString(): Expression {
    const { expressions: e } = this.#automaton;
    const plain = othersThan([[0, 0x1f], [0x22, 0x22], [0x5c, 0x5c]]); // prettier-ignore
    const hex = e.either([e.range(0x30, 0x39), e.range(0x41, 0x46), e.range(0x61, 0x66)]);
    const short = e.either([...'"\\/bfnrt'].map((letter) => e.literal(letter)));
    const escape = e.either([short, e.sequence(e.literal("u"), e.repeat(hex, 4, 4))]);
    return this.string(e.repeat(e.either([inUtf8(e)(plain), e.sequence(e.literal("\\"), escape)]), 0));
  }

  /** Any value. */
  get value(): Expression {
    if (this.#value) return this.#value;
    const { expressions: e } = this.#automaton;
    const rule = this.#automaton.newRule("value");
    this.#value = e.rule(rule);
    rule.body = e.either([
      this.anyString,
      numberExpression(this.#automaton, { ...unbounded, isInteger: false }),
      ...["true", "false", "null"].map((word) => e.literal(word)),
      this.array(this.#value, 0, Infinity),
      this.object,
    ]);
    return this.#value;
  }

  /** Any object. */
  get object(): Expression {
    return this.braced(this.listed(this.member(this.anyString, this.value), 0, Infinity));
  }

  member(key: Expression, value: Expression): Expression {
    return this.#automaton.expressions.sequence(key, this.colon, value);
  }

  array(item: Expression, min: number, max: number): Expression {
    return this.bracketed(this.listed(item, min, max));
  }

  /** This many, with commas between them. */
  listed(item: Expression, min: number, max: number): Expression {
    const { expressions: e } = this.#automaton;
    if (max < min) return e.none;
    if (max === 0) return e.empty;
    const some = e.sequence(item, e.repeat(e.sequence(this.comma, item), Math.max(0, min - 1), max - 1));
    return min === 0 ? e.optional(some) : some;
  }

  braced(content: Expression): Expression {
    return this.#within("{", content, "}");
  }

  bracketed(content: Expression): Expression {
    return this.#within("[", content, "]");
  }

  #within(open: string, content: Expression, close: string): Expression {
    const { expressions: e } = this.#automaton;
    const spaced = content.kind === "empty" ? this.space : e.sequence(this.space, content, this.space);
    return e.sequence(e.literal(open), spaced, e.literal(close));
  }

  /** This value alone. */
  literal(value: unknown): Expression {
    const { expressions: e } = this.#automaton;
    const joined = (parts: readonly Expression[]) =>
      e.sequence(...parts.flatMap((part, at) => (at > 0 ? [this.comma, part] : [part])));
    if (Array.isArray(value)) return this.bracketed(joined(value.map((item) => this.literal(item))));
    if (typeof value === "object" && value !== null)
      return this.braced(
        joined(Object.entries(value).map(([key, it]) => this.member(this.key(key), this.literal(it)))),
      );
    return e.literal(JSON.stringify(value));
  }

  key(name: string): Expression {
    return this.#automaton.expressions.literal(JSON.stringify(name));
  }
}
