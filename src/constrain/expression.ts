// Languages over bytes as expressions: what regular expressions have, with intersection, complement and counts, and rules
// that may refer to themselves. Equal expressions are the same object, so an expression can stand for a state. What a state
// does with a byte is in automaton.ts.

import type { ByteClasses } from "./byte-classes.ts";
import { TooComplex } from "./unusable.ts";

/** A named part of a grammar; `body` is set once it is known. */
export interface Rule {
  readonly name: string;
  body: Expression;
  /** Whether it may be empty, and whether anything fits it: automaton.ts finds out. */
  isNullable: boolean;
  isProductive: boolean;
}

type Shape =
  | { readonly kind: "none" } // nothing fits
  | { readonly kind: "empty" } // ""
  | { readonly kind: "bytes"; readonly set: bigint } // one byte of a set: bit n is byte n
  | { readonly kind: "sequence"; readonly first: Expression; readonly rest: Expression } // `first` is no sequence
  | { readonly kind: "either" | "both"; readonly parts: readonly Expression[] } // two or more, by id
  | { readonly kind: "not"; readonly of: Expression }
  | { readonly kind: "repeat"; readonly of: Expression; readonly min: number; readonly max: number } // max may be Infinity
  | { readonly kind: "multiple"; readonly decimals: Decimals }
  | { readonly kind: "rule"; readonly rule: Rule };

/** The rest of a decimal number that is to be a multiple: its digits, without the point, have a remainder. */
export interface Decimals {
  /** The number is a multiple of divisor * 10^-places. */
  readonly divisor: number;
  readonly places: number;
  /** Of the digits so far, and how many of them come after the point; -1 before it. */
  readonly remainder: number;
  readonly behindPoint: number;
}

export type Expression = Shape & {
  readonly id: number;
  /** Has an intersection or a complement, so that nothing may fit it though it does not look so. */
  readonly isStrict: boolean;
  readonly hasRule: boolean;
  /** Kept here by automaton.ts, so that each is found once. */
  known: {
    isNullable?: boolean;
    isAlive?: boolean;
    classes?: ByteClasses;
    /** By class: what follows, as computed; then without what nothing fits. */
    derived?: (Expression | undefined)[];
    next?: (Expression | undefined)[];
    pruned?: Expression;
  };
};

type Kind<Name> = Extract<Expression, { kind: Name }>;

// Not measured; chosen so that a schema's parts stay far below a tab's memory. A schema takes some thousands, and a long answer
// adds a few for each new state.
const mostExpressions = 100_000;
// Not measured; chosen because a mask is tried once for each way.
const mostWays = 4000;

export class Expressions {
  readonly #known = new Map<string, Expression>();
  readonly none = this.#make("none", { kind: "none" }, []);
  readonly empty = this.#make("empty", { kind: "empty" }, []);

  bytes(set: bigint): Expression {
    return set === 0n ? this.none : this.#make(`b${set.toString(36)}`, { kind: "bytes", set }, []);
  }

  range(from: number, to: number): Expression {
    return this.bytes(((1n << BigInt(to - from + 1)) - 1n) << BigInt(from));
  }

  /** These bytes, one after the other; for a text, its UTF-8. */
  literal(content: string | Uint8Array): Expression {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    let literal = this.empty;
    for (let at = bytes.length - 1; at >= 0; at--) literal = this.sequence(this.range(bytes[at], bytes[at]), literal);
    return literal;
  }

  sequence(...parts: readonly Expression[]): Expression {
    let sequence = this.empty;
    for (const part of parts.toReversed()) sequence = this.#before(part, sequence);
    return sequence;
  }

  #before(first: Expression, rest: Expression): Expression {
    if (first.kind === "none" || rest.kind === "none") return this.none;
    if (first.kind === "empty") return rest;
    if (rest.kind === "empty") return first;
    if (first.kind === "sequence") {
      const heads: Expression[] = [];
      for (; first.kind === "sequence"; first = first.rest) heads.push(first.first);
      let sequence = this.#before(first, rest);
      for (const head of heads.toReversed()) sequence = this.#before(head, sequence);
      return sequence;
    }
    return this.#make(`s${first.id},${rest.id}`, { kind: "sequence", first, rest }, [first, rest]);
  }

  either(given: readonly Expression[]): Expression {
    let set = 0n;
    const parts = new Set<Expression>();
    for (const part of this.#flat("either", given))
      if (part.kind === "bytes") set |= part.set;
      else if (part.kind !== "none") parts.add(part);
    if (set > 0n) parts.add(this.bytes(set));
    this.#joinEnds(parts);
    if ([...parts].some((part) => part.kind === "repeat" && part.min === 0)) parts.delete(this.empty);
    return this.#choice("either", [...parts], this.none);
  }

  /** Ways that continue alike become one: only what they begin with may differ. */
  #joinEnds(parts: Set<Expression>): void {
    const byRest = new Map<Expression, Expression[]>();
    for (const part of parts)
      if (part.kind === "sequence") {
        const same = byRest.get(part.rest);
        if (same) same.push(part);
        else byRest.set(part.rest, [part]);
      }
    for (const [rest, same] of byRest) {
      if (same.length === 1) continue;
      for (const part of same) parts.delete(part);
      parts.add(this.#before(this.either(same.map((part) => (part as Kind<"sequence">).first)), rest));
    }
  }

  /** What fits all of them. It may be that nothing does: see Automaton.both. */
  both(given: readonly Expression[]): Expression {
    const parts = new Set<Expression>();
    for (const part of this.#flat("both", given)) {
      if (part.kind === "none") return this.none;
      if (!(part.kind === "not" && part.of.kind === "none")) parts.add(part);
    }
    return this.#choice("both", [...parts], this.not(this.none));
  }

  #flat(kind: "either" | "both", parts: readonly Expression[]): readonly Expression[] {
    return parts.some((part) => part.kind === kind)
      ? parts.flatMap((part) => (part.kind === kind ? (part as Kind<"either" | "both">).parts : [part]))
      : parts;
  }

  #choice(kind: "either" | "both", parts: Expression[], ofNone: Expression): Expression {
    if (parts.length < 2) return parts[0] ?? ofNone;
    if (parts.length > mostWays) throw new TooComplex(`more than ${mostWays} ways to go on at one place`);
    parts.sort((a, b) => a.id - b.id);
    return this.#make(kind + parts.map(({ id }) => id).join(), { kind, parts }, parts);
  }

  not(of: Expression): Expression {
    return of.kind === "not" ? of.of : this.#make(`n${of.id}`, { kind: "not", of }, [of]);
  }

  repeat(of: Expression, min: number, max = Infinity): Expression {
    if (max <= 0 || of.kind === "empty") return this.empty;
    if (of.kind === "none") return min > 0 ? of : this.empty;
    if (min === 1 && max === 1) return of;
    return this.#make(`r${of.id},${min},${max}`, { kind: "repeat", of, min, max }, [of]);
  }

  optional(of: Expression): Expression {
    return this.either([this.empty, of]);
  }

  /** Decimal numbers without a sign that are a multiple; their form is not checked. */
  multiple(decimals: Decimals): Expression {
    return this.#make(`m${Object.values(decimals).join()}`, { kind: "multiple", decimals }, []);
  }

  rule(rule: Rule): Expression {
    return this.#make(`rule ${rule.name}`, { kind: "rule", rule }, []);
  }

  #make(key: string, shape: Shape, within: readonly Expression[]): Expression {
    const known = this.#known.get(key);
    if (known) return known;
    if (this.#known.size === mostExpressions) throw new TooComplex(`more than ${mostExpressions} parts`);
    const { kind } = shape;
    const isStrict = kind === "both" || kind === "not" || within.some((part) => part.isStrict);
    const hasRule = kind === "rule" || within.some((part) => part.hasRule);
    const made: Expression = { ...shape, id: this.#known.size, isStrict, hasRule, known: {} };
    this.#known.set(key, made);
    return made;
  }
}
