// Regular expressions of tokenizer.json, written for Oniguruma: what JavaScript knows too is read so as to find the same;
// whatever else a pattern uses is refused by name rather than read almost right. The differences that matter: `\s` (U+FEFF and
// U+0085), `.`, `^` and `$`, possessive quantifiers, case folding, and characters beyond U+FFFF. What is read runs in linear
// time (linear-pattern.ts): it is a stranger's, and backtracking may take forever.

import { briefly, PronkError } from "../errors.ts";
import { type CutPattern, LinearPattern } from "./linear-pattern.ts";
import { type PatternNode, toJavaScript } from "./pattern-node.ts";
import { TooComplex } from "./pattern-program.ts";

const spaces = "\\p{White_Space}";
/** General categories, and the scripts that published patterns name. */
const properties = /^([LMNPSZC][a-z]?|Han|Hiragana|Katakana|Hangul|Thai|Arabic|Hebrew|Cyrillic|Greek|Latin)$/;
/** Two letters that a single character (ß, ﬆ, ﬁ) folds to: Oniguruma's (?i:) finds that too. */
const foldedPairs = /ss|st|f[fil]/i;

const deepestGroup = 50;
const longestPattern = 20_000; // characters; more than a thousand steps are refused later (pattern-program.ts)
const longestPart = 2000; // a quantifier farther from the beginning of its atom is refused
const notNewline: PatternNode = { kind: "set", source: "[^\\n]" };
const looks: [open: string, behind: boolean, negated: boolean][] = [
  ["(?=", false, false],
  ["(?!", false, true],
  ["(?<=", true, false],
  ["(?<!", true, true],
];

/** Throws PronkError model-unsupported, naming what is unknown. */
export function readPattern(pattern: string, file: string): PatternNode {
  if (pattern.length > longestPattern) throw refusal(pattern, file, `more than ${longestPattern} characters`);
  return new PatternReader(pattern, file).whole();
}

/** Finds all matches. Throws PronkError model-unsupported. */
export function splitPattern(pattern: string, file: string): CutPattern {
  const root = readPattern(pattern, file);
  try {
    return new LinearPattern(root);
  } catch (error) {
    if (error instanceof TooComplex) throw refusal(pattern, file, error.message);
    throw error;
  }
}

/** The same for our own patterns, which are known to be quick: run by JavaScript. */
export function ownPattern(pattern: string): RegExp {
  return new RegExp(toJavaScript(readPattern(pattern, "pronk")), "gu");
}

/** Finds a text as it is. */
export function textPattern(text: string): RegExp {
  return new RegExp([...text].map(literal).join(""), "gu");
}

function refusal(pattern: string, file: string, what: string): PronkError {
  return new PronkError(
    "model-unsupported",
    `${file}: pre_tokenizer: the pattern ${briefly(pattern)} uses ${what}, which this version does not know. Use a model of the Llama, Qwen, Mistral or SmolLM family.`,
    { file, field: "pre_tokenizer", expected: "a pattern that is known", found: what },
  );
}

class PatternReader {
  readonly #pattern: string;
  readonly #file: string;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, file: string) {
    this.#pattern = pattern;
    this.#file = file;
  }

  whole(): PatternNode {
    const result = this.#alternatives(false);
    if (this.#at < this.#pattern.length) throw this.#refuse(")");
    return result;
  }

  #alternatives(foldCase: boolean): PatternNode {
    const choices: PatternNode[] = [];
    let parts: PatternNode[] = [];
    const endChoice = () => choices.push(parts.length === 1 ? parts[0] : { kind: "sequence", parts });
    for (;;) {
      const next = this.#pattern[this.#at];
      if (next === undefined || next === ")") break;
      if (this.#take("|")) {
        endChoice();
        parts = [];
      } else parts.push(this.#quantified(foldCase));
    }
    endChoice();
    return choices.length === 1 ? choices[0] : { kind: "either", choices };
  }

  #quantified(foldCase: boolean): PatternNode {
    const from = this.#at;
    let result = this.#atom(foldCase);
    for (let depth = 0; ; depth++) {
      const [quantifier, , least, comma, most] =
        /^([*+?]|\{(\d+)(,(\d*))?\})/.exec(this.#pattern.slice(this.#at, from + longestPart)) ?? [];
      if (quantifier === undefined) return result;
      if (depth === deepestGroup) throw this.#refuse(`more than ${deepestGroup} quantifiers in a row`);
      this.#at += quantifier.length;
      const min = least === undefined ? (quantifier === "+" ? 1 : 0) : Number(least);
      const max = least === undefined ? (quantifier === "?" ? 1 : Infinity) : !comma ? min : Number(most || Infinity);
      if (min > max) throw this.#refuse(quantifier);
      if (least !== undefined && !comma && this.#pattern[this.#at] === "?") throw this.#refuse(`${quantifier}?`);
      const lazy = this.#take("?");
      const repeat: PatternNode = { kind: "repeat", of: result, min, max, lazy };
      // A `+` after an interval repeats it, and does not make it possessive.
      result = !lazy && least === undefined && this.#take("+") ? { kind: "atomic", of: repeat } : repeat;
    }
  }

  #atom(foldCase: boolean): PatternNode {
    if (this.#take("(?:")) return this.#group(foldCase);
    if (this.#take("(?i:")) return this.#group(true);
    for (const [open, behind, negated] of looks)
      if (this.#take(open)) return { kind: "look", of: this.#group(foldCase), behind, negated };
    if (this.#take("(?>")) return { kind: "atomic", of: this.#group(foldCase) };
    if (this.#pattern.startsWith("(?", this.#at)) throw this.#refuse(this.#pattern.slice(this.#at, this.#at + 4));
    if (this.#take("(")) return this.#group(foldCase);
    if (this.#take("[")) return this.#set(this.#characterClass(foldCase));
    if (this.#take("^")) return { kind: "look", of: notNewline, behind: true, negated: true }; // at every line, as Oniguruma
    if (this.#take("$")) return { kind: "look", of: notNewline, behind: false, negated: true };
    if (this.#take(".")) return notNewline;
    if (this.#take("\\")) return this.#set(this.#escape(foldCase, false));
    const pair = this.#pattern.slice(this.#at, this.#at + 2);
    if (foldCase && foldedPairs.test(pair)) throw this.#refuse(`"${pair}" where case does not count`);
    const character = this.#character();
    if ("*+?{".includes(character)) throw this.#refuse(character);
    return this.#set(foldCase ? this.#folded(character) : literal(character));
  }

  /** Once it is known to be one; a range may be the wrong way round. */
  #set(source: string): PatternNode {
    try {
      return { kind: "set", source: new RegExp(source, "u").source };
    } catch (cause) {
      throw this.#refuse((cause as Error).message);
    }
  }

  #group(foldCase: boolean): PatternNode {
    if (++this.#depth > deepestGroup) throw this.#refuse(`more than ${deepestGroup} groups in one another`);
    const inner = this.#alternatives(foldCase);
    if (!this.#take(")")) throw this.#refuse("a group without end");
    this.#depth--;
    return inner;
  }

  #characterClass(foldCase: boolean): string {
    let result = !foldCase && this.#take("^") ? "[^" : "[";
    for (let first = true; first || this.#pattern[this.#at] !== "]"; first = false) {
      if (this.#pattern[this.#at] === "[" || this.#pattern.startsWith("&&", this.#at))
        throw this.#refuse("a class within a class");
      if (this.#at >= this.#pattern.length || this.#pattern[this.#at] === "]")
        throw this.#refuse("a class without end");
      if (foldCase && !/^[a-z]$/i.test(this.#pattern[this.#at]))
        throw this.#refuse("a class where case does not count");
      if (this.#take("\\")) result += this.#escape(false, true);
      else if (foldCase) result += this.#folded(this.#character()).slice(1, -1);
      else {
        const character = this.#character();
        const alone = first || this.#pattern[this.#at] === "]";
        result += character === "-" && !alone ? "-" : literal(character);
      }
    }
    this.#at++;
    return `${result}]`;
  }

  #escape(foldCase: boolean, inClass: boolean): string {
    const character = this.#character();
    if (character === "s") return spaces;
    if (character === "S") return `\\P${spaces.slice(2)}`;
    if (character === "d") return "\\p{Nd}";
    if (character === "D") return "\\P{Nd}";
    if ("tnrfv".includes(character)) return `\\${character}`;
    if (character === "p" || character === "P") {
      if (foldCase) throw this.#refuse(`\\${character} where case does not count`);
      const [whole, name] = /^\{(\w+)\}/.exec(this.#pattern.slice(this.#at)) ?? ["", ""];
      if (!properties.test(name))
        throw this.#refuse(`\\${character}${whole || this.#pattern.slice(this.#at, this.#at + 8)}`);
      this.#at += whole.length;
      return `\\${character}{${name.length > 2 ? "Script=" : ""}${name}}`;
    }
    if (character === "u" || character === "x") {
      const [whole, hex] =
        (character === "u" ? /^([0-9a-fA-F]{4})/ : /^\{([0-9a-fA-F]{1,6})\}/).exec(this.#pattern.slice(this.#at)) ?? [];
      if (!whole || parseInt(hex!, 16) > 0x10ffff) throw this.#refuse(`\\${character}`);
      this.#at += whole.length;
      return literal(String.fromCodePoint(parseInt(hex!, 16)));
    }
    if (/[0-9A-Za-z]/.test(character)) throw this.#refuse(`\\${character}`);
    return foldCase && !inClass ? this.#folded(character) : literal(character);
  }

  /** Both cases of an ASCII letter, and the two letters beyond ASCII that fold to one. */
  #folded(character: string): string {
    if (character > "\x7f") throw this.#refuse(`"${character}" where case does not count`);
    const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
    if (lower === upper) return literal(character);
    return `[${lower}${upper}${lower === "s" ? "\u017f" : lower === "k" ? "\u212a" : ""}]`;
  }

  #character(): string {
    if (this.#at >= this.#pattern.length) throw this.#refuse("a pattern that ends too soon");
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at)!);
    this.#at += character.length;
    return character;
  }

  #take(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #refuse(what: string): PronkError {
    return refusal(this.#pattern, this.#file, what);
  }
}

/** A character as itself, wherever it stands. */
function literal(character: string): string {
  return /^[0-9A-Za-z]$/.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
