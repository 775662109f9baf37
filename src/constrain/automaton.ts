// What a language does with a byte: its derivative (Brzozowski, "Derivatives of Regular Expressions", 1964), which is again
// an expression and so the next state. States are made as they are reached, rules nest as deep as the text does, and a
// state that nothing can finish is never entered.

import { ByteClassTable, type ByteClasses } from "./byte-classes.ts";
import { type Decimals, type Expression, Expressions, type Rule } from "./expression.ts";
import { TooComplex, Unusable } from "./unusable.ts";

// For intersections and complements, something that fits is searched for; the longest way in 1,000 random schemas is 300.
const mostTried = 20_000;

const digits = [...Array(10).keys()].map((digit) => 0x30 + digit);
const point = 0x2e;

export class Automaton {
  readonly expressions = new Expressions();
  readonly #classes = new ByteClassTable();
  readonly #rules: Rule[] = [];
  #isSettled = false; // all rules are known

  /** A rule whose body is set later. */
  newRule(name: string): Rule {
    const rule = {
      name: `${this.#rules.length} ${name}`,
      body: this.expressions.none,
      isNullable: false,
      isProductive: false,
    };
    this.#rules.push(rule);
    return rule;
  }

  /** What fits all of them; `none` where nothing does. They have no rules. */
  both(parts: readonly Expression[]): Expression {
    return this.#prune(this.expressions.both(parts));
  }

  /** The state to begin in, once every rule has its body. Throws Unusable. */
  start(root: Expression): Expression {
    const rules = this.#rules;
    untilStable(rules, (rule) => !rule.isProductive && (rule.isProductive = isProductive(rule.body)));
    if (rules.some((rule) => !rule.isProductive)) {
      const known = new Map<Expression, Expression>();
      for (const rule of rules) rule.body = this.#productiveOf(rule.body, known);
      root = this.#productiveOf(root, known);
    }
    if (root.kind === "none") throw new Unusable("nothing fits it");
    untilStable(rules, (rule) => !rule.isNullable && (rule.isNullable = this.accepts(rule.body)));
    this.#isSettled = true;
    this.#refuseLeftRecursion();
    return root;
  }

  /** Whether the text may end here. */
  accepts(state: Expression): boolean {
    const { known } = state;
    if (known.isNullable !== undefined) return known.isNullable;
    const isNullable = this.#isNullable(state);
    if (this.#isSettled || !state.hasRule) known.isNullable = isNullable;
    return isNullable;
  }

  #isNullable(state: Expression): boolean {
    switch (state.kind) {
      case "none":
      case "bytes":
        return false;
      case "empty":
        return true;
      case "sequence":
        return this.accepts(state.first) && this.accepts(state.rest);
      case "either":
        return state.parts.some((part) => this.accepts(part));
      case "both":
        return state.parts.every((part) => this.accepts(part));
      case "not":
        return !this.accepts(state.of);
      case "repeat":
        return state.min === 0 || this.accepts(state.of);
      case "multiple":
        return isMultiple(state.decimals);
      case "rule":
        return state.rule.isNullable;
    }
  }

  /** The state after a byte; `none` where it does not fit. */
  next(state: Expression, byte: number): Expression {
    const { known } = state;
    const number = (known.classes ?? this.classesOf(state)).of[byte];
    return ((known.next ??= [])[number] ??= this.#prune(this.#derived(state, number, byte)));
  }

  /** Bytes that lead to the same state. */
  classesOf(state: Expression): ByteClasses {
    return (state.known.classes ??= this.#findClasses(state));
  }

  /** The only byte that can follow, or undefined where there are several or the text may end. */
  onlyNext(state: Expression): number | undefined {
    if (this.accepts(state)) return undefined;
    const { of, examples } = this.classesOf(state);
    const living = examples.filter((byte) => this.next(state, byte).kind !== "none");
    if (living.length !== 1) return undefined;
    const [byte] = living;
    return of.indexOf(of[byte], byte + 1) < 0 ? byte : undefined;
  }

  /** Whether any byte can follow. */
  goesOn(state: Expression): boolean {
    return this.classesOf(state).examples.some((byte) => this.next(state, byte).kind !== "none");
  }

  #findClasses(state: Expression): ByteClasses {
    const table = this.#classes;
    switch (state.kind) {
      case "none":
      case "empty":
        return table.one;
      case "bytes":
        return table.ofSet(state.set);
      case "sequence": {
        const first = this.classesOf(state.first);
        return this.accepts(state.first) ? table.product(first, this.classesOf(state.rest)) : first;
      }
      case "either":
      case "both":
        return state.parts.reduce((product, part) => table.product(product, this.classesOf(part)), table.one);
      case "not":
      case "repeat":
        return this.classesOf(state.of);
      case "multiple":
        return table.ofEach([...digits, point]);
      case "rule":
        return this.classesOf(state.rule.body);
    }
  }

  #derive(state: Expression, byte: number): Expression {
    return this.#derived(state, this.classesOf(state).of[byte], byte);
  }

  #derived(state: Expression, number: number, byte: number): Expression {
    return ((state.known.derived ??= [])[number] ??= this.#findDerived(state, byte));
  }

  #findDerived(state: Expression, byte: number): Expression {
    const { expressions } = this;
    switch (state.kind) {
      case "none":
      case "empty":
        return expressions.none;
      case "bytes":
        return (state.set >> BigInt(byte)) & 1n ? expressions.empty : expressions.none;
      case "sequence": {
        const { first, rest } = state;
        const onward = expressions.sequence(this.#derive(first, byte), rest);
        return this.accepts(first) ? expressions.either([onward, this.#derive(rest, byte)]) : onward;
      }
      case "either":
      case "both":
        return expressions[state.kind](state.parts.map((part) => this.#derive(part, byte)));
      case "not":
        return expressions.not(this.#derive(state.of, byte));
      case "repeat": {
        const { of, min, max } = state;
        return expressions.sequence(this.#derive(of, byte), expressions.repeat(of, Math.max(0, min - 1), max - 1));
      }
      case "multiple": {
        const decimals = afterByte(state.decimals, byte);
        return decimals ? expressions.multiple(decimals) : expressions.none;
      }
      case "rule":
        return this.#derive(state.rule.body, byte);
    }
  }

  /** Without the ways that nothing can finish. What follows the first part was checked when it was made. */
  #prune(state: Expression): Expression {
    return state.isStrict ? (state.known.pruned ??= this.#findPruned(state)) : state;
  }

  #findPruned(state: Expression): Expression {
    const { expressions } = this;
    if (state.kind === "sequence") return expressions.sequence(this.#prune(state.first), state.rest);
    if (state.kind === "either") return expressions.either(state.parts.map((part) => this.#prune(part)));
    if (state.kind === "both" || state.kind === "not") return this.#isAlive(state) ? state : expressions.none;
    return state;
  }

  /** Looks for something that fits: depth first, since it is mostly counts that make it long. */
  #isAlive(root: Expression): boolean {
    if (root.known.isAlive !== undefined) return root.known.isAlive;
    const cameFrom = new Map<Expression, Expression | undefined>([[root, undefined]]);
    const untried = [root];
    for (let state = untried.pop(); state; state = untried.pop()) {
      if (!state.isStrict || state.known.isAlive || this.accepts(state)) {
        for (let on: Expression | undefined = state; on; on = cameFrom.get(on)) on.known.isAlive = true;
        return true;
      }
      if (state.known.isAlive === false) continue;
      if (cameFrom.size > mostTried) throw new TooComplex("an intersection of too many states");
      for (const byte of this.classesOf(state).examples.toReversed()) {
        const next = this.#derive(state, byte);
        if (next.kind === "none" || cameFrom.has(next)) continue;
        cameFrom.set(next, state);
        untried.push(next);
      }
    }
    for (const state of cameFrom.keys()) state.known.isAlive = false;
    return false;
  }

  /** Rules that nothing fits become `none`. */
  #productiveOf(state: Expression, known: Map<Expression, Expression>): Expression {
    if (!state.hasRule) return state;
    let productive = known.get(state);
    if (!productive) known.set(state, (productive = this.#withProductive(state, known)));
    return productive;
  }

  #withProductive(state: Expression, known: Map<Expression, Expression>): Expression {
    const { expressions } = this;
    switch (state.kind) {
      case "sequence": {
        const parts: Expression[] = [];
        let end: Expression = state;
        for (; end.kind === "sequence"; end = end.rest) parts.push(this.#productiveOf(end.first, known));
        return expressions.sequence(...parts, this.#productiveOf(end, known));
      }
      case "either":
        return expressions.either(state.parts.map((part) => this.#productiveOf(part, known)));
      case "repeat":
        return expressions.repeat(this.#productiveOf(state.of, known), state.min, state.max);
      case "rule":
        return state.rule.isProductive ? state : expressions.none;
      default:
        return state;
    }
  }

  #refuseLeftRecursion(): void {
    const done = new Set<Rule>();
    const under = new Set<Rule>();
    const visit = (rule: Rule): void => {
      if (done.has(rule)) return;
      if (under.has(rule)) throw new Unusable(`${rule.name.replace(/^\d+ /, "")} begins with itself`);
      under.add(rule);
      if (under.size > 1000) throw new TooComplex("rules that begin with each other, more than 1,000 deep");
      this.#heads(rule.body).forEach(visit);
      under.delete(rule);
      done.add(rule);
    };
    this.#rules.forEach(visit);
  }

  /** Rules that it may begin with. */
  #heads(state: Expression): Rule[] {
    switch (state.kind) {
      case "sequence":
        return [...this.#heads(state.first), ...(this.accepts(state.first) ? this.#heads(state.rest) : [])];
      case "either":
        return state.parts.flatMap((part) => this.#heads(part));
      case "repeat":
        return this.#heads(state.of);
      case "rule":
        return [state.rule];
      default:
        return [];
    }
  }
}

function untilStable(rules: readonly Rule[], changes: (rule: Rule) => boolean): void {
  while (rules.filter(changes).length > 0);
}

/** Whether anything fits, as far as the rules' own answers are known. */
function isProductive(state: Expression): boolean {
  for (; state.kind === "sequence"; state = state.rest) if (!isProductive(state.first)) return false;
  switch (state.kind) {
    case "none":
      return false;
    case "either":
      return state.parts.some(isProductive);
    case "repeat":
      return state.min === 0 || isProductive(state.of);
    case "rule":
      return state.rule.isProductive;
    default:
      return true;
  }
}

function afterByte(decimals: Decimals, byte: number): Decimals | undefined {
  const { divisor, places, remainder, behindPoint } = decimals;
  if (byte === point) return behindPoint < 0 && places > 0 ? { ...decimals, behindPoint: 0 } : undefined;
  const digit = digits.indexOf(byte);
  if (digit < 0 || behindPoint === places) return undefined;
  return {
    ...decimals,
    remainder: (remainder * 10 + digit) % divisor,
    behindPoint: behindPoint < 0 ? -1 : behindPoint + 1,
  };
}

function isMultiple({ divisor, places, remainder, behindPoint }: Decimals): boolean {
  let whole = remainder;
  for (let at = Math.max(0, behindPoint); at < places; at++) whole = (whole * 10) % divisor;
  return whole === 0;
}
