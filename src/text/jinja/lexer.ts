// A template's text as tokens, with white space around tags as transformers sets it: the first line break after a block
// or comment goes (trim_blocks), and so do spaces before one that begins its line (lstrip_blocks); `-` takes all white
// space on its side and `+` none. Line breaks are \n whatever the file has, and one at the end goes.

import { space, trimEnd } from "./characters.ts";
import { checkedInt, maxDigits } from "./numbers.ts";
import { fail } from "./template-error.ts";
import type { Value } from "./values.ts";

export type TokenType = "data" | "begin" | "end" | "name" | "string" | "number" | "operator" | "eof";

/** `begin` and `end` have "{{", "{%", "}}" or "%}" as their text; strings and numbers a value besides. */
export interface Token {
  type: TokenType;
  text: string;
  value?: Value;
  line: number;
}

const spaces = new RegExp(`[${space}]*`, "y");
const rawBegin = new RegExp(`\\{%[-+]?[${space}]*raw[${space}]*(?:-%\\}[${space}]*|%\\})`, "y");
const rawEnd = new RegExp(`\\{%([-+]?)[${space}]*endraw[${space}]*(?:\\+%\\}|-%\\}[${space}]*|%\\}\\n?)`, "g");
const float = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[-+]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const integer = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const name = /[\p{L}\p{M}\p{N}\p{Pc}·]+/uy;
const identifier = /^[\p{ID_Start}_]\p{ID_Continue}*$/u;
const operator = /\/\/|\*\*|[=!<>]=|[-+/*%~[\](){}<>=.:|,;]/y;
const closing: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

export function tokenize(template: string): Token[] {
  const source = template.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const tokens: Token[] = [];
  let [counted, line] = [0, 1];
  const lineAt = (place: number): number => {
    for (; counted < place; counted++) if (source[counted] === "\n") line++;
    return line;
  };
  const match = (pattern: RegExp, place: number): string | undefined => {
    pattern.lastIndex = place;
    return pattern.exec(source)?.[0];
  };
  const skipSpace = (place: number): number => place + match(spaces, place)!.length;
  const data = (text: string, place: number) => {
    if (text !== "") tokens.push({ type: "data", text, line: lineAt(place) });
  };
  /** The text before a tag whose sign is `sign`. */
  const before = (text: string, place: number, sign: string, isBlock: boolean): void => {
    if (sign === "-") return data(trimEnd(text), place);
    const start = text.lastIndexOf("\n") + 1;
    const lineStarts = start > 0 || place === 0 || source[place - 1] === "\n";
    const strip = isBlock && sign !== "+" && lineStarts && trimEnd(text.slice(start)) === "";
    data(strip ? text.slice(0, start) : text, place);
  };

  let place = 0;
  while (place < source.length) {
    const start = nextTag(source, place);
    if (start < 0) {
      data(source.slice(place), place);
      break;
    }
    const open = source.slice(start, start + 2);
    const sign = /[-+]/.test(source[start + 2] ?? "") ? source[start + 2] : "";
    before(source.slice(place, start), place, sign, open !== "{{");
    const raw = match(rawBegin, start);
    if (raw !== undefined) place = readRaw(start + raw.length);
    else if (open === "{#") place = readComment(start + 2 + sign.length);
    else place = readTag(open, start, start + 2 + sign.length);
  }
  tokens.push({ type: "eof", text: "end of template", line: lineAt(source.length) });
  return tokens;

  function readRaw(from: number): number {
    rawEnd.lastIndex = from;
    const end = rawEnd.exec(source) ?? fail("Missing end of raw directive");
    before(source.slice(from, end.index), from, end[1], true);
    return end.index + end[0].length;
  }

  function readComment(from: number): number {
    const end = source.indexOf("#}", from);
    if (end < 0) fail(`line ${lineAt(from)}: Missing end of comment tag`);
    const last = end > from ? source[end - 1] : "";
    return afterTag(last, end + 2);
  }

  /** Where the text resumes after a block or comment whose last sign is `sign`. */
  function afterTag(sign: string, end: number): number {
    if (sign === "-") return skipSpace(end);
    return sign !== "+" && source[end] === "\n" ? end + 1 : end;
  }

  function readTag(open: string, start: number, from: number): number {
    const close = open === "{{" ? "}}" : "%}";
    tokens.push({ type: "begin", text: open, line: lineAt(start) });
    const open_: string[] = [];
    let at = from;
    for (;;) {
      at = skipSpace(at);
      if (at >= source.length) fail(`line ${lineAt(start)}: ${open} without ${close}`);
      const line = lineAt(at);
      const sign = source[at] === "-" || (source[at] === "+" && close === "%}") ? source[at] : "";
      if (open_.length === 0 && source.startsWith(close, at + sign.length)) {
        tokens.push({ type: "end", text: close, line });
        const end = at + sign.length + 2;
        return close === "%}" ? afterTag(sign, end) : sign === "-" ? skipSpace(end) : end;
      }
      const token = readToken(at, line);
      if (token.type === "operator") {
        if (closing[token.text]) open_.push(closing[token.text]);
        else if (/[)\]}]/.test(token.text) && open_.pop() !== token.text)
          fail(`line ${line}: unexpected '${token.text}'`);
      }
      tokens.push(token);
    }

    function readToken(place: number, line: number): Token {
      const quote = source[place];
      if (quote === "'" || quote === '"') {
        const end = stringEnd(source, place);
        if (end < 0) fail(`line ${line}: unexpected char ${quote}`);
        at = end + 1;
        return { type: "string", text: "string", value: unescape(source.slice(place + 1, end)), line };
      }
      let text = match(float, place);
      if (text !== undefined) {
        at = place + text.length;
        return { type: "number", text: "float", value: Number(text.replaceAll("_", "")), line };
      }
      text = match(integer, place);
      if (text !== undefined) {
        at = place + text.length;
        if (text.length > 2 * maxDigits) fail(`line ${line}: an integer of too many digits`);
        return { type: "number", text: "integer", value: checkedInt(BigInt(text.replaceAll("_", ""))), line };
      }
      text = match(name, place);
      if (text !== undefined) {
        at = place + text.length;
        if (!identifier.test(text)) fail(`line ${line}: Invalid character in identifier`);
        return { type: "name", text, line };
      }
      text =
        match(operator, place) ??
        fail(`line ${line}: unexpected char '${String.fromCodePoint(source.codePointAt(place)!)}'`);
      at = place + text.length;
      return { type: "operator", text, line };
    }
  }
}

function nextTag(source: string, from: number): number {
  for (let start = source.indexOf("{", from); start >= 0; start = source.indexOf("{", start + 1))
    if (/[{%#]/.test(source[start + 1] ?? "")) return start;
  return -1;
}

function stringEnd(source: string, start: number): number {
  for (let place = start + 1; place < source.length; place++) {
    if (source[place] === "\\") place++;
    else if (source[place] === source[start]) return place;
  }
  return -1;
}

const escapes: Record<string, string> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Python's escapes. Unknown ones stay, and a character beyond ASCII after a backslash becomes its escape's letters. */
function unescape(text: string): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([^]))/gu,
    (whole: string, x?: string, u?: string, U?: string, octal?: string, other?: string) => {
      const hex = x ?? u ?? U;
      if (hex !== undefined) {
        const code = parseInt(hex, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : fail("illegal Unicode character");
      }
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
      const character = other!;
      if (/[xuUN]/.test(character)) fail(`truncated \\${character} escape`);
      if (character > "\x7f") return escapedLetters(character);
      return escapes[character] ?? whole;
    },
  );
}

function escapedLetters(character: string): string {
  const code = character.codePointAt(0)!;
  const [letter, width] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
  return `\\${letter}${code.toString(16).padStart(width, "0")}`;
}
