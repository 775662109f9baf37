// A language over a vocabulary: which tokens may come next, as bits, and what must come next. A state is a function of
// the tokens so far, so whoever has those has the state. It knows nothing of models, prompts or the GPU.

import { Automaton } from "./automaton.ts";
import { callsExpression, type CallsWanted } from "./calls.ts";
import type { Expression } from "./expression.ts";
import { gbnfExpression } from "./gbnf.ts";
import { JsonText } from "./json-text.ts";
import { schemaExpression } from "./schema.ts";
import { TooComplex, Unusable, UnusableSchema } from "./unusable.ts";
import { longestTokens, type VocabularyTrie } from "./vocabulary-trie.ts";
import { PronkError } from "../errors.ts";

export { trieOf } from "./vocabulary-trie.ts";

/** What texts are wanted: any JSON object, JSON that is valid under a schema, or what fits a grammar in GBNF. */
export type WantedText = { json: true } | { schema: unknown } | { grammar: string };

/** Or calls of functions, or else such a text (`otherwise`). */
export type Wanted = WantedText | { calls: CallsWanted; otherwise?: WantedText };

export interface ConstraintOptions {
  /** Tokens that may end the text where it may end. */
  endIds: readonly number[];
  /** A space may precede the text; for tokenizers that take it away again. Default false. */
  spaceBefore?: boolean;
  /** The request's field, for messages. */
  field: string;
}

/** After some tokens; equal states are the same object. */
export type ConstraintState = Expression;

const mostMasks = 300; // of 4 kB for 32,000 pieces, 16 kB for 128,000

export class Constraint {
  readonly start: ConstraintState;
  readonly #automaton = new Automaton();
  readonly #trie: VocabularyTrie;
  readonly #endIds: readonly number[];
  readonly #field: string;
  readonly #masks = new Map<ConstraintState, Uint32Array<ArrayBuffer>>();
  readonly #way: ConstraintState[] = [];

  /** Throws PronkError bad-request; facts: field, path (in a schema), found. */
  constructor(wanted: Wanted, trie: VocabularyTrie, { endIds, spaceBefore = false, field }: ConstraintOptions) {
    this.#trie = trie;
    this.#endIds = endIds;
    this.#field = field;
    this.start = this.#told(() => {
      const { expressions } = this.#automaton;
      const text = this.#textOf(wanted);
      const space = spaceBefore ? expressions.optional(expressions.literal(" ")) : expressions.empty;
      return this.#automaton.start(expressions.sequence(space, text));
    });
  }

  #textOf(wanted: Wanted): Expression {
    if ("calls" in wanted)
      return callsExpression(this.#automaton, wanted.calls, wanted.otherwise && this.#textOf(wanted.otherwise));
    if ("schema" in wanted) return schemaExpression(this.#automaton, wanted.schema);
    return "grammar" in wanted ? gbnfExpression(this.#automaton, wanted.grammar) : new JsonText(this.#automaton).object;
  }

  /**
   * Tokens that may follow, bit i % 32 of word i / 32 for token i; those that end the text where it may end.
   * [vocabSize / 32, rounded up]
   */
  mask(state: ConstraintState): Uint32Array<ArrayBuffer> {
    const known = this.#masks.get(state);
    if (known) {
      this.#masks.delete(state); // the oldest goes first
      this.#masks.set(state, known);
      return known;
    }
    const mask = this.#told(() => this.#findMask(state));
    if (this.#masks.size === mostMasks) this.#masks.delete(this.#masks.keys().next().value!);
    this.#masks.set(state, mask);
    return mask;
  }

  #findMask(state: ConstraintState): Uint32Array<ArrayBuffer> {
    const { bytes, depths, ends, tokens, twins, vocabSize } = this.#trie;
    const automaton = this.#automaton;
    const mask = new Uint32Array(Math.ceil(vocabSize / 32));
    const allow = (id: number) => (mask[id >> 5] |= 1 << (id & 31));
    const way = this.#way;
    way[0] = state;
    for (let node = 0; node < bytes.length;) {
      const depth = depths[node];
      const from = way[depth];
      const { classes, next: steps } = from.known;
      const next = (classes && steps?.[classes.of[bytes[node]]]) ?? automaton.next(from, bytes[node]);
      if (next.kind === "none") {
        node = ends[node];
        continue;
      }
      way[depth + 1] = next;
      for (let id = tokens[node]; id >= 0; id = twins[id]) allow(id);
      node++;
    }
    if (automaton.accepts(state)) for (const id of this.#endIds) if (id < vocabSize) allow(id);
    return mask;
  }

  /** The state after a token; undefined where it may not follow. A token that ends the text leads nowhere. */
  next(state: ConstraintState, id: number): ConstraintState | undefined {
    const bytes = this.#trie.bytesOf[id];
    return bytes && this.#told(() => this.#after(state, bytes));
  }

  #after(state: ConstraintState, bytes: Uint8Array): ConstraintState | undefined {
    for (const byte of bytes) state = this.#automaton.next(state, byte);
    return state.kind === "none" ? undefined : state;
  }

  /** After all of them, from the beginning. */
  after(ids: Iterable<number>): ConstraintState | undefined {
    let state: ConstraintState | undefined = this.start;
    for (const id of ids) state &&= this.next(state, id);
    return state;
  }

  /** Whether the text may end here, and whether it must. */
  mayEnd(state: ConstraintState): boolean {
    return this.#automaton.accepts(state);
  }

  mustEnd(state: ConstraintState): boolean {
    return this.#told(() => this.#automaton.accepts(state) && !this.#automaton.goesOn(state));
  }

  /** Tokens that come next whatever is chosen. */
  forcedIds(state: ConstraintState): number[] {
    return longestTokens(this.#trie, this.forcedBytes(state));
  }

  /** Bytes that come next whatever is chosen, at most `most`. */
  forcedBytes(state: ConstraintState, most = 256): Uint8Array {
    return this.#told(() => {
      const forced: number[] = [];
      while (forced.length < most) {
        const byte = this.#automaton.onlyNext(state);
        if (byte === undefined) break;
        forced.push(byte);
        state = this.#automaton.next(state, byte);
      }
      return Uint8Array.from(forced);
    });
  }

  #told<Result>(find: () => Result): Result {
    try {
      return find();
    } catch (error) {
      // Anything nested deeper than its readers check overflows the stack.
      const isLarge =
        error instanceof RangeError || [error, (error as Error).cause].some((it) => it instanceof TooComplex);
      if (!(isLarge || error instanceof Unusable)) throw error;
      const path = error instanceof UnusableSchema ? error.path : undefined;
      const found = error instanceof Unusable ? error.message : "it is nested too deep";
      const field = (error instanceof Unusable ? error.field : undefined) ?? this.#field;
      const advice = isLarge ? "Ask for something simpler" : "Leave it out or say it otherwise";
      throw new PronkError(
        "bad-request",
        `"${field}"${path === undefined ? "" : `, ${path}`}: ${found}. ${advice}.`,
        { field, path, found },
        { cause: error },
      );
    }
  }
}
