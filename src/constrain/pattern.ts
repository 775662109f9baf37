// Regular expressions of JSON Schema's `pattern`, which are JavaScript's in Unicode mode, as expressions over bytes. A
// pattern may be found anywhere in the text unless it is anchored. What is not a regular language, or only by a detour
// (back references, lookbehinds, word boundaries), is refused by name.

import type { Automaton } from "./automaton.ts";
import { anyCharacter, type Characters, charactersOf, common, othersThan, type WriteCharacter } from "./characters.ts";
import type { Expression } from "./expression.ts";
import { Unusable } from "./unusable.ts";

const deepestGroup = 100;

const digit: Characters = [[0x30, 0x39]];
const word: Characters = charactersOf([[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]]); // prettier-ignore
const space: Characters = charactersOf([
  [0x09, 0x0d], [0x20, 0x20], [0xa0, 0xa0], [0x1680, 0x1680], [0x2000, 0x200a], [0x2028, 0x2029], [0x202f, 0x202f],
  [0x205f, 0x205f], [0x3000, 0x3000], [0xfeff, 0xfeff],
]); // prettier-ignore
const notLineEnd = othersThan(charactersOf([[0x0a, 0x0a], [0x0d, 0x0d], [0x2028, 0x2029]])); // prettier-ignore
const classes: Readonly<Record<string, Characters>> = { d: digit, w: word, s: space };
const controls: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, v: 0x0b, f: 0x0c, 0: 0 };

/** What texts fit. Throws Unusable; the message names the part. */
export function patternExpression(automaton: Automaton, pattern: string, write: WriteCharacter): Expression {
  return new PatternReader(automaton, pattern, write).read();
}

class PatternReader {
  readonly #automaton: Automaton;
  readonly #text: readonly string[]; // characters
  readonly #write: WriteCharacter;
  readonly #anything: Expression;
  #at = 0;
  #depth = 0;

  constructor(automaton: Automaton, pattern: string, write: WriteCharacter) {
    this.#automaton = automaton;
    this.#text = [...pattern];
    this.#write = write;
    this.#anything = automaton.expressions.repeat(write(anyCharacter), 0);
  }

  read(): Expression {
    const choices: Expression[] = [];
    do choices.push(this.#searched());
    while (this.#take("|"));
    if (this.#at < this.#text.length) throw this.#refused("a bracket that nothing opens");
    return this.#automaton.expressions.either(choices);
  }

  /** One choice of the whole pattern, with what may stand before and after it. */
  #searched(): Expression {
    const { expressions } = this.#automaton;
    const looks: Expression[] = [];
    const isAnchored = this.#take("^");
    while (this.#looksAhead(isAnchored)) {
      this.#at += 2;
      const isNegated = this.#text[this.#at++] === "!";
      const ahead = this.#choices(true);
      looks.push(isNegated ? expressions.not(ahead) : ahead);
    }
    const found = this.#sequence();
    const isEnded = this.#take("$");
    const whole = expressions.sequence(
      isAnchored ? expressions.empty : this.#anything,
      found,
      isEnded ? expressions.empty : this.#anything,
    );
    return looks.length > 0 ? this.#automaton.both([whole, ...looks]) : whole;
  }

  #looksAhead(isAnchored: boolean): boolean {
    return isAnchored && /^\(\?[=!]/.test(this.#text.slice(this.#at, this.#at + 3).join(""));
  }

  /** The inside of a group and its end. With `ahead`, of a look: whatever follows it, unless it says where the text ends. */
  #choices(ahead = false): Expression {
    if (++this.#depth > deepestGroup) throw this.#refused(`groups more than ${deepestGroup} deep`);
    const { expressions } = this.#automaton;
    const choices: Expression[] = [];
    do {
      const choice = this.#sequence();
      choices.push(ahead && !this.#take("$") ? expressions.sequence(choice, this.#anything) : choice);
    } while (this.#take("|"));
    if (!this.#take(")")) throw this.#refused(`"${this.#text[this.#at] ?? "("}" within a group`);
    this.#depth--;
    return expressions.either(choices);
  }

  #sequence(): Expression {
    const parts: Expression[] = [];
    for (let next = this.#text[this.#at]; next !== undefined && !"|)$".includes(next); next = this.#text[this.#at])
      parts.push(this.#repeated(this.#one()));
    return this.#automaton.expressions.sequence(...parts);
  }

  #repeated(of: Expression): Expression {
    const { expressions } = this.#automaton;
    const counts = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.#text.slice(this.#at, this.#at + 30).join(""));
    if (!counts) return of;
    this.#at += counts[0].length;
    const [sign, least, comma, most] = counts;
    if (sign[0] === "*") return expressions.repeat(of, 0);
    if (sign[0] === "+") return expressions.repeat(of, 1);
    if (sign[0] === "?") return expressions.optional(of);
    const min = Number(least);
    const max = comma ? (most ? Number(most) : Infinity) : min;
    if (max < min) throw this.#refused("counts in the wrong order");
    return expressions.repeat(of, min, max);
  }

  #one(): Expression {
    const next = this.#text[this.#at++];
    switch (next) {
      case "(":
        return this.#group();
      case "[":
        return this.#write(this.#class());
      case ".":
        return this.#write(notLineEnd);
      case "\\": {
        const escaped = this.#escape(false);
        return this.#write(typeof escaped === "number" ? charactersOf([[escaped, escaped]]) : escaped);
      }
      case "^":
        throw this.#refused('"^" that is not at the beginning');
      case "*":
      case "+":
      case "?":
      case "{":
      case "}":
      case "]":
        throw this.#refused(`"${next}" by itself`);
      default: {
        const code = next.codePointAt(0)!;
        return this.#write(charactersOf([[code, code]]));
      }
    }
  }

  #group(): Expression {
    if (this.#take("?")) {
      const kind = this.#text.slice(this.#at, this.#at + 2).join("");
      if (kind[0] === ":") this.#at++;
      else if (kind[0] === "<" && !/^<[=!]/.test(kind))
        this.#at = this.#text.indexOf(">", this.#at) + 1 || this.#text.length;
      else throw this.#refused(kind[0] === "<" ? "a look behind" : "a look ahead that is not behind ^, or flags");
    }
    return this.#choices();
  }

  #class(): Characters {
    const isNegated = this.#take("^");
    const ranges: (readonly [number, number])[] = [];
    while (!this.#take("]")) {
      const from = this.#inClass();
      const isRange = this.#text[this.#at] === "-" && this.#text[this.#at + 1] !== "]";
      if (!isRange) {
        if (typeof from === "number") ranges.push([from, from]);
        else for (const range of from) ranges.push(range);
        continue;
      }
      this.#at++;
      const to = this.#inClass();
      if (typeof from !== "number" || typeof to !== "number" || to < from) throw this.#refused("a range without order");
      ranges.push([from, to]);
    }
    const characters = charactersOf(ranges);
    return isNegated ? othersThan(characters) : characters;
  }

  #inClass(): number | Characters {
    const next = this.#text[this.#at++];
    if (next === undefined) throw this.#refused('"[" without its end');
    return next === "\\" ? this.#escape(true) : next.codePointAt(0)!;
  }

  /** After a backslash. */
  #escape(inClass: boolean): number | Characters {
    const next = this.#text[this.#at++] ?? "";
    const set = classes[next.toLowerCase()];
    if (set) return next === next.toLowerCase() ? set : othersThan(set);
    if (inClass && next === "b") return 0x08;
    if (/[pP]/.test(next)) return this.#property(next);
    if (Object.hasOwn(controls, next) && !/\d/.test(next === "0" ? (this.#text[this.#at] ?? "") : ""))
      return controls[next];
    const rest = this.#text.slice(this.#at, this.#at + 12).join("");
    const hex = { x: /^([\da-f]{2})/i, u: /^(?:\{([\da-f]{1,6})\}|([\da-f]{4}))/i, c: /^([a-z])/i }[next]?.exec(rest);
    if (hex) {
      this.#at += hex[0].length;
      return next === "c" ? hex[1].charCodeAt(0) % 32 : this.#joined(parseInt(hex[1] ?? hex[2], 16));
    }
    if (/[\^$\\.*+?()[\]{}|/-]/.test(next)) return next.codePointAt(0)!;
    throw this.#refused(`"\\${next}"`);
  }

  /** Two escapes may be the halves of one character. */
  #joined(code: number): number {
    if (code < 0xd800 || code > 0xdbff) return code;
    const half = /^\\u(d[c-f][\da-f]{2})/i.exec(this.#text.slice(this.#at, this.#at + 6).join(""));
    if (!half) return code;
    this.#at += 6;
    return String.fromCharCode(code, parseInt(half[1], 16)).codePointAt(0)!;
  }

  /** What the browser knows of characters. */
  #property(letter: string): Characters {
    const name = /^\{[\w=]{1,60}\}/.exec(this.#text.slice(this.#at, this.#at + 64).join(""))?.[0] ?? "";
    let pattern: RegExp;
    try {
      pattern = new RegExp(`\\${letter}${name}`, "u");
    } catch {
      throw this.#refused(`"\\${letter}${name}"`);
    }
    this.#at += name.length;
    let characters = properties.get(pattern.source);
    if (!characters) properties.set(pattern.source, (characters = charactersFitting(pattern)));
    return characters;
  }

  #take(character: string): boolean {
    const taken = this.#text[this.#at] === character;
    if (taken) this.#at++;
    return taken;
  }

  #refused(what: string): Unusable {
    return new Unusable(`${what} at character ${this.#at} of the pattern`);
  }
}

const properties = new Map<string, Characters>(); // asking takes 56 ms of processor time (Node 20.20, 2026-11-28)

function charactersFitting(pattern: RegExp): Characters {
  const ranges: [number, number][] = [];
  for (let code = 0, last = -2; code <= 0x10ffff; code++) {
    if (!pattern.test(String.fromCodePoint(code))) continue;
    if (last === code - 1) ranges[ranges.length - 1][1] = code;
    else ranges.push([code, code]);
    last = code;
  }
  return common(ranges, anyCharacter);
}
