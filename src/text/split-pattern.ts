// Regular expressions of tokenizer.json, written for Oniguruma, as JavaScript's: what both know is rewritten so that it finds
// the same; whatever else a pattern uses is refused by name rather than read almost right. The differences that matter:
// `\s` (U+FEFF and U+0085), `.`, `^` and `$`, possessive quantifiers, case folding, and characters beyond U+FFFF.

import { PronkError } from "../errors.ts";

const spaces = "\\p{White_Space}";
/** General categories, and the scripts that published patterns name. */
const properties = /^([LMNPSZC][a-z]?|Han|Hiragana|Katakana|Hangul|Thai|Arabic|Hebrew|Cyrillic|Greek|Latin)$/;
/** Two letters that a single character (ß, ﬆ, ﬁ) folds to: Oniguruma's (?i:) finds that too. */
const foldedPairs = /ss|st|f[fil]/i;

/** Finds all matches (flags g, u). Throws PronkError unsupported, naming what is not known. */
export function splitPattern(pattern: string, file: string): RegExp {
  const reader = new PatternReader(pattern, file);
  const rewritten = reader.whole();
  try {
    return new RegExp(rewritten, "gu");
  } catch (cause) {
    throw reader.refuse((cause as Error).message);
  }
}

/** Finds a text as it is. */
export function textPattern(text: string): RegExp {
  return new RegExp([...text].map(literal).join(""), "gu");
}

class PatternReader {
  readonly #pattern: string;
  readonly #file: string;
  #at = 0;
  #atomics = 0;

  constructor(pattern: string, file: string) {
    this.#pattern = pattern;
    this.#file = file;
  }

  whole(): string {
    const result = this.#alternatives(false);
    if (this.#at < this.#pattern.length) throw this.refuse(")");
    return result;
  }

  #alternatives(foldCase: boolean): string {
    let result = "";
    for (;;) {
      const next = this.#pattern[this.#at];
      if (next === undefined || next === ")") return result;
      if (this.#take("|")) result += "|";
      else result += this.#quantified(foldCase);
    }
  }

  #quantified(foldCase: boolean): string {
    const from = this.#at;
    let result = this.#atom(foldCase);
    for (;;) {
      const [quantifier] = /^([*+?]|\{\d+(,\d*)?\})/.exec(this.#pattern.slice(this.#at)) ?? [];
      if (quantifier === undefined) return result;
      this.#at += quantifier.length;
      const interval = quantifier[0] === "{";
      if (interval && !quantifier.includes(",") && this.#pattern[this.#at] === "?") throw this.refuse(`${quantifier}?`);
      if (this.#take("?")) result = `(?:${result}${quantifier}?)`;
      else if (!interval && this.#take("+")) result = this.#atomic(`${result}${quantifier}`);
      else result = `(?:${result}${quantifier})`; // and a `+` behind an interval repeats it: it does not make it possessive
      if (this.#at - from > 2000) throw this.refuse("a part of more than 2000 characters");
    }
  }

  /** A match that is never given back: a look ahead is not, and what it found is then taken. */
  #atomic(inner: string): string {
    const name = `atomic${this.#atomics++}`;
    return `(?:(?=(?<${name}>${inner}))\\k<${name}>)`;
  }

  #atom(foldCase: boolean): string {
    if (this.#take("(?:")) return this.#group("(?:", foldCase);
    if (this.#take("(?i:")) return this.#group("(?:", true);
    for (const look of ["(?=", "(?!", "(?<=", "(?<!"]) if (this.#take(look)) return this.#group(look, foldCase);
    if (this.#take("(?>")) return this.#atomic(this.#group("(?:", foldCase));
    if (this.#pattern.startsWith("(?", this.#at)) throw this.refuse(this.#pattern.slice(this.#at, this.#at + 4));
    if (this.#take("(")) return this.#group("(?:", foldCase);
    if (this.#take("[")) return this.#characterClass(foldCase);
    if (this.#take("^")) return "(?<![^\\n])"; // at every line, as Oniguruma
    if (this.#take("$")) return "(?![^\\n])";
    if (this.#take(".")) return "[^\\n]";
    if (this.#take("\\")) return this.#escape(foldCase, false);
    const pair = this.#pattern.slice(this.#at, this.#at + 2);
    if (foldCase && foldedPairs.test(pair)) throw this.refuse(`"${pair}" where case does not count`);
    const character = this.#character();
    if ("*+?{".includes(character)) throw this.refuse(character);
    return foldCase ? this.#folded(character) : literal(character);
  }

  #group(open: string, foldCase: boolean): string {
    const inner = this.#alternatives(foldCase);
    if (!this.#take(")")) throw this.refuse("a group without end");
    return `${open}${inner})`;
  }

  #characterClass(foldCase: boolean): string {
    let result = !foldCase && this.#take("^") ? "[^" : "[";
    for (let first = true; first || this.#pattern[this.#at] !== "]"; first = false) {
      if (this.#pattern[this.#at] === "[" || this.#pattern.startsWith("&&", this.#at))
        throw this.refuse("a class within a class");
      if (this.#at >= this.#pattern.length || this.#pattern[this.#at] === "]") throw this.refuse("a class without end");
      if (foldCase && !/^[a-z]$/i.test(this.#pattern[this.#at])) throw this.refuse("a class where case does not count");
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
      if (foldCase) throw this.refuse(`\\${character} where case does not count`);
      const [whole, name] = /^\{(\w+)\}/.exec(this.#pattern.slice(this.#at)) ?? ["", ""];
      if (!properties.test(name))
        throw this.refuse(`\\${character}${whole || this.#pattern.slice(this.#at, this.#at + 8)}`);
      this.#at += whole.length;
      return `\\${character}{${name.length > 2 ? "Script=" : ""}${name}}`;
    }
    if (character === "u" || character === "x") {
      const [whole, hex] =
        (character === "u" ? /^([0-9a-fA-F]{4})/ : /^\{([0-9a-fA-F]{1,6})\}/).exec(this.#pattern.slice(this.#at)) ?? [];
      if (!whole || parseInt(hex!, 16) > 0x10ffff) throw this.refuse(`\\${character}`);
      this.#at += whole.length;
      return literal(String.fromCodePoint(parseInt(hex!, 16)));
    }
    if (/[0-9A-Za-z]/.test(character)) throw this.refuse(`\\${character}`);
    return foldCase && !inClass ? this.#folded(character) : literal(character);
  }

  /** Both cases of an ASCII letter, and the two letters beyond ASCII that fold to one. */
  #folded(character: string): string {
    if (character > "\x7f") throw this.refuse(`"${character}" where case does not count`);
    const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
    if (lower === upper) return literal(character);
    return `[${lower}${upper}${lower === "s" ? "\u017f" : lower === "k" ? "\u212a" : ""}]`;
  }

  #character(): string {
    if (this.#at >= this.#pattern.length) throw this.refuse("a pattern that ends too soon");
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at)!);
    this.#at += character.length;
    return character;
  }

  #take(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  refuse(what: string): PronkError {
    return new PronkError(
      "model-unsupported",
      `${this.#file}: pre_tokenizer: the pattern ${JSON.stringify(this.#pattern.slice(0, 200))} uses ${what}, which this version does not know. Use a model of the Llama, Qwen, Mistral or SmolLM family.`,
      { file: this.#file, field: "pre_tokenizer", expected: "a pattern that is known", found: what },
    );
  }
}

/** A character as itself, wherever it stands. */
function literal(character: string): string {
  return /^[0-9A-Za-z]$/.test(character) ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
