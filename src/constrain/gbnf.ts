// Grammars in GBNF, llama.cpp's notation (grammars/README.md there), as expressions over bytes. `root` is where a text begins.
// Rules that begin with themselves are refused, as there; tokens by name (`<think>`) are, too.

import type { Automaton } from "./automaton.ts";
import { anyCharacter, charactersOf, inUtf8, othersThan, type WriteCharacter } from "./characters.ts";
import type { Expression, Rule } from "./expression.ts";
import { Unusable } from "./unusable.ts";

const deepestGroup = 200;
const mostRules = 5000;
const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "\\": "\\",
  '"': '"',
  "[": "[",
  "]": "]",
};

/** Throws Unusable; the message names the line. */
export function gbnfExpression(automaton: Automaton, grammar: string): Expression {
  return new GbnfReader(automaton, grammar).read();
}

class GbnfReader {
  readonly #automaton: Automaton;
  readonly #text: string;
  readonly #write: WriteCharacter;
  readonly #rules = new Map<string, { rule: Rule; isDefined: boolean; line: number }>();
  #at = 0;
  #depth = 0;

  constructor(automaton: Automaton, grammar: string) {
    this.#automaton = automaton;
    this.#text = grammar;
    this.#write = inUtf8(automaton.expressions);
  }

  read(): Expression {
    this.#skip(true);
    while (this.#at < this.#text.length) {
      const rule = this.#ruleOf(this.#name());
      this.#skip(false);
      if (!this.#take("::=")) throw this.#refused('"::=" was expected');
      if (rule.isDefined) throw this.#refused("the rule is there already");
      rule.isDefined = true;
      this.#skip(true);
      rule.rule.body = this.#choices(false);
      this.#skip(true);
    }
    const missing = [...this.#rules].find(([, { isDefined }]) => !isDefined);
    if (missing) throw new Unusable(`line ${missing[1].line}: there is no rule "${missing[0].slice(0, 40)}"`);
    const root = this.#rules.get("root");
    if (!root) throw new Unusable('there is no rule "root"');
    return this.#automaton.expressions.rule(root.rule);
  }

  #ruleOf(name: string) {
    let rule = this.#rules.get(name);
    if (!rule) {
      if (this.#rules.size === mostRules) throw this.#refused(`more than ${mostRules} rules`);
      rule = { rule: this.#automaton.newRule(`"${name.slice(0, 40)}"`), isDefined: false, line: this.#line() };
      this.#rules.set(name, rule);
    }
    return rule;
  }

  #name(): string {
    const name = this.#match(/[a-zA-Z0-9_-]+/y);
    if (!name) throw this.#refused("the name of a rule was expected");
    return name[0];
  }

  /** Within brackets a choice may continue on the next line. */
  #choices(isNested: boolean): Expression {
    if (++this.#depth > deepestGroup) throw this.#refused(`brackets more than ${deepestGroup} deep`);
    const choices: Expression[] = [];
    do {
      this.#skip(true);
      choices.push(this.#sequence(isNested));
    } while (this.#take("|"));
    this.#depth--;
    return this.#automaton.expressions.either(choices);
  }

  #sequence(isNested: boolean): Expression {
    const parts: Expression[] = [];
    for (;;) {
      this.#skip(isNested);
      const one = this.#one();
      if (!one) return this.#automaton.expressions.sequence(...parts);
      parts.push(this.#repeated(one, isNested));
    }
  }

  #one(): Expression | undefined {
    const { expressions } = this.#automaton;
    if (this.#take('"')) {
      let literal = "";
      while (!this.#take('"')) literal += this.#character('a literal without its end: """');
      return expressions.literal(literal);
    }
    if (this.#take("[")) return this.#write(this.#class());
    if (this.#take(".")) return this.#write(anyCharacter);
    if (this.#take("(")) {
      const group = this.#choices(true);
      this.#skip(true);
      if (!this.#take(")")) throw this.#refused('")" was expected');
      return group;
    }
    if (/[<!]/.test(this.#text[this.#at] ?? "")) throw this.#refused("tokens by name are not supported");
    const name = this.#match(/[a-zA-Z0-9_-]+/y);
    return name ? expressions.rule(this.#ruleOf(name[0]).rule) : undefined;
  }

  #repeated(of: Expression, isNested: boolean): Expression {
    const { expressions } = this.#automaton;
    for (;;) {
      const counts = this.#match(/[*+?]|\{\s*(\d+)\s*(,?)\s*(\d*)\s*\}/y);
      if (!counts) return of;
      const [sign, least, comma, most] = counts;
      const [min, max] = { "*": [0, Infinity], "+": [1, Infinity], "?": [0, 1] }[sign] ?? [
        Number(least),
        comma ? (most ? Number(most) : Infinity) : Number(least),
      ];
      if (max < min) throw this.#refused("counts in the wrong order");
      of = expressions.repeat(of, min, max);
      this.#skip(isNested);
    }
  }

  #class() {
    const isNegated = this.#take("^");
    const ranges: [number, number][] = [];
    const one = () => this.#character('"[" without its end').codePointAt(0)!;
    while (!this.#take("]")) {
      const from = one();
      const isRange = this.#text[this.#at] === "-" && this.#text[this.#at + 1] !== "]";
      if (isRange) this.#at++;
      const to = isRange ? one() : from;
      if (to < from) throw this.#refused("a range without order");
      ranges.push([from, to]);
    }
    return isNegated ? othersThan(charactersOf(ranges)) : charactersOf(ranges);
  }

  #character(expected: string): string {
    const hex = this.#match(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/y);
    if (hex) {
      const code = parseInt(hex[1] ?? hex[2] ?? hex[3], 16);
      if (code > 0x10ffff) throw this.#refused("a character that Unicode does not have");
      return String.fromCodePoint(code);
    }
    const escape = this.#match(/\\(.?)/y);
    if (escape) {
      if (!Object.hasOwn(escapes, escape[1])) throw this.#refused(`"\\${escape[1]}"`);
      return escapes[escape[1]];
    }
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined || code === 0x0a) throw this.#refused(expected);
    const character = String.fromCodePoint(code);
    this.#at += character.length;
    return character;
  }

  /** White space and comments; with `lines`, past the ends of lines. */
  #skip(lines: boolean): void {
    this.#match(lines ? /(?:[ \t\r\n]|#[^\n]*)*/y : /(?:[ \t]|#[^\n]*)*/y);
  }

  #take(text: string): boolean {
    const taken = this.#text.startsWith(text, this.#at);
    if (taken) this.#at += text.length;
    return taken;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at = pattern.lastIndex;
    return found ?? undefined;
  }

  #line(): number {
    return this.#text.slice(0, this.#at).split("\n").length;
  }

  #refused(what: string): Unusable {
    return new Unusable(`line ${this.#line()}: ${what}`);
  }
}
