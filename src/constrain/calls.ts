// Answers that call functions, as a language: calls in the form that a model writes them, each with the arguments that its
// function's schema allows, and, where no call is required, any text that begins none. A special token that stands in the
// form counts as two bytes that no text has: vocabulary-trie.ts.

import type { CallForm } from "../text/tokenizer.ts";
import type { Automaton } from "./automaton.ts";
import type { Expression } from "./expression.ts";
import { JsonText } from "./json-text.ts";
import { schemaExpression } from "./schema.ts";
import { Unusable } from "./unusable.ts";
import { markByte } from "./vocabulary-trie.ts";

export interface CallsWanted {
  form: CallForm;
  /** Stands in the form for an id of nine letters and digits. */
  idMark: string;
  /** What no text without calls contains; "": calls begin the answer. */
  marker: string;
  /** If empty: no calls, but perhaps a thought. */
  functions: readonly CalledFunction[];
  /** At least one call, and nothing else. */
  isRequired: boolean;
  isParallel: boolean;
  /** Marks around a thought, which may come before all else; `isOpen`: it has begun. */
  thought?: { open: string; close: string; isOpen: boolean };
  /** Special tokens that stand in these texts, as they are spelled, in the trie's order. */
  marks: readonly string[];
}

export interface CalledFunction {
  name: string;
  parameters: Readonly<Record<string, unknown>>;
  /** True: a schema that can't be obeyed is an error. False: any object will do then. */
  isStrict: boolean;
  /** Where the schema stands in the request, for messages. */
  field: string;
}

/** `otherwise`: what an answer without calls must be; undefined: any text. Throws Unusable. */
export function callsExpression(automaton: Automaton, wanted: CallsWanted, otherwise?: Expression): Expression {
  return new CallsReader(automaton, wanted).read(otherwise);
}

class CallsReader {
  readonly #automaton: Automaton;
  readonly #wanted: CallsWanted;

  constructor(automaton: Automaton, wanted: CallsWanted) {
    this.#automaton = automaton;
    this.#wanted = wanted;
  }

  read(otherwise: Expression | undefined): Expression {
    const { expressions: e } = this.#automaton;
    const { isRequired, marker, thought } = this.#wanted;
    const calls = this.#calls();
    const answer = isRequired
      ? calls
      : otherwise
        ? e.either([calls, otherwise])
        : marker === ""
          ? e.either([calls, this.#noCall()])
          : e.sequence(this.#without(marker), e.optional(calls));
    if (!thought) return answer;
    const rest = e.sequence(this.#without(thought.close), this.#spelled(thought.close), this.#space, answer);
    if (!thought.isOpen) return e.either([answer, e.sequence(this.#space, this.#spelled(thought.open), rest)]);
    return isRequired || otherwise ? rest : e.either([rest, this.#without(thought.close)]);
  }

  #calls(): Expression {
    const { expressions: e } = this.#automaton;
    const { form, functions, isParallel } = this.#wanted;
    const middle = this.#spelled(form.middle);
    const named = functions.map((one) => e.sequence(this.#spelled(one.name), middle, this.#argumentsOf(one)));
    const call = e.sequence(this.#spelled(form.open), e.either(named), this.#spelled(form.close));
    const more =
      isParallel && form.between !== undefined ? e.repeat(e.sequence(this.#spelled(form.between), call), 0) : e.empty;
    return e.sequence(this.#spelled(form.begin), call, more, this.#spelled(form.end));
  }

  #argumentsOf({ parameters, isStrict, field }: CalledFunction): Expression {
    try {
      return schemaExpression(this.#automaton, { type: "object", ...parameters });
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      if (!isStrict) return new JsonText(this.#automaton).object;
      error.field = field;
      throw error;
    }
  }

  get #any(): Expression {
    const { expressions: e } = this.#automaton;
    return e.repeat(e.range(0, 0xff), 0);
  }

  /** A model may stretch it over a few lines. */
  get #space(): Expression {
    const { expressions: e } = this.#automaton;
    return e.repeat(e.either([" ", "\t", "\n", "\r"].map((character) => e.literal(character))), 0, 8);
  }

  #without(text: string): Expression {
    const { expressions: e } = this.#automaton;
    return e.not(e.sequence(this.#any, this.#spelled(text), this.#any));
  }

  /** Text that does not begin the way a call in bare JSON does. */
  #noCall(): Expression {
    const { expressions: e } = this.#automaton;
    const keys = ["name", "type", "id", "function", "parameters", "arguments"].map((key) => e.literal(`"${key}"`));
    const open = e.optional(e.sequence(e.literal("["), this.#space));
    return e.not(e.sequence(this.#space, open, e.literal("{"), this.#space, e.either(keys), this.#any));
  }

  #spelled(text: string): Expression {
    const { expressions: e } = this.#automaton;
    const { idMark, marks } = this.#wanted;
    const known = [idMark, ...marks];
    const pieces = known.reduce<string[]>(
      (parts, mark) => parts.flatMap((part) => (known.includes(part) ? [part] : splitAround(part, mark))),
      [text],
    );
    return e.sequence(
      ...pieces.map((piece) => {
        if (piece === idMark)
          return e.repeat(e.either([e.range(0x30, 0x39), e.range(0x41, 0x5a), e.range(0x61, 0x7a)]), 9, 9);
        const number = marks.indexOf(piece);
        return number < 0 ? e.literal(piece) : e.literal(Uint8Array.of(markByte, number));
      }),
    );
  }
}

/** The text's parts, with the marks between them. */
const splitAround = (text: string, mark: string): string[] =>
  text.split(mark).flatMap((part, at) => (at > 0 ? [mark, part] : [part]));
