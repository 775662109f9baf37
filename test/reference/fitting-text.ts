// Whether a text fits a schema or a grammar, or may still come to fit, found the slow way: all ways to read it are tried, and
// if it breaks off within a string or a number, endings are tried until one is valid. Written without looking at
// src/constrain: a schema is read as a schema, a grammar as a tree. Knows only the keywords of its tests.

export type Standing = "fits" | "begins" | "fails";

/** Where a part that began somewhere may end, and whether the text broke off within it. */
interface Reading {
  ends: Set<number>;
  isOpen: boolean;
}
type Read = (text: string, at: number) => Reading;

// oxlint-disable-next-line no-explicit-any -- whatever JSON holds
type Schema = any;

export type Grammar =
  | { text: string }
  | { oneOf: string; not?: boolean }
  | { all: Grammar[] }
  | { any: Grammar[] }
  | { repeat: Grammar; min: number; max: number }
  | { rule: string };

/** In bytes, so that a text may break off within a character. */
export function standingOf(read: Read, bytes: Uint8Array): Standing {
  for (let cut = 0; cut <= Math.min(3, bytes.length); cut++) {
    const head = decoded(bytes.subarray(0, bytes.length - cut));
    if (head === undefined) continue;
    if (cut === 0) return standing(read(head, 0), head.length);
    const begun = [...bytes.subarray(bytes.length - cut)];
    const may = (begunBy.get(begun.join()) ?? []).some(
      (character) => standing(read(head + character, 0), head.length + character.length) !== "fails",
    );
    return may ? "begins" : "fails";
  }
  return "fails";
}

function standing({ ends, isOpen }: Reading, length: number): Standing {
  return ends.has(length) ? "fits" : isOpen ? "begins" : "fails";
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

// For each way that a character's bytes may begin: some characters that do, the first, the last and those of the tests.
const begunBy = new Map<string, string[]>();
const edges = [...Array(0x110000 >> 6).keys()].flatMap((high) => [high << 6, (high << 6) + 63]);
for (const code of [...edges, 0xe9, 0x65e5, 0x672c, 0x1f600]) {
  if (code < 0x80 || (code >= 0xd800 && code <= 0xdfff)) continue;
  const character = String.fromCodePoint(code);
  const bytes = new TextEncoder().encode(character);
  for (let length = 1; length < bytes.length; length++) {
    const key = bytes.subarray(0, length).join();
    const known = begunBy.get(key);
    if (!known) begunBy.set(key, [character]);
    else if (known.length < 2 || code === 0xe9 || code === 0x65e5 || code === 0x672c || code === 0x1f600)
      known.push(character);
    else known[1] = character;
  }
}

const literal =
  (wanted: string): Read =>
  (text, at) => {
    const found = text.slice(at, at + wanted.length);
    if (found === wanted) return { ends: new Set([at + wanted.length]), isOpen: false };
    return { ends: new Set(), isOpen: at + found.length === text.length && wanted.startsWith(found) };
  };

const either =
  (...choices: Read[]): Read =>
  (text, at) => {
    const readings = choices.map((read) => read(text, at));
    return { ends: new Set(readings.flatMap(({ ends }) => [...ends])), isOpen: readings.some(({ isOpen }) => isOpen) };
  };

const inOrder =
  (...parts: Read[]): Read =>
  (text, at) => {
    let starts = new Set([at]);
    let isOpen = false;
    for (const read of parts) {
      const readings = [...starts].map((start) => read(text, start));
      isOpen ||= readings.some((reading) => reading.isOpen);
      starts = new Set(readings.flatMap(({ ends }) => [...ends]));
    }
    return { ends: starts, isOpen };
  };

const repeated =
  (read: Read, min: number, max: number): Read =>
  (text, at) => {
    const ends = new Set<number>();
    let isOpen = false;
    let starts = new Set([at]);
    for (let count = 0; starts.size > 0; count++) {
      // More than there are characters would only add empty ones.
      if (count >= min) for (const start of starts) ends.add(start);
      if (count === max || count > text.length + min) break;
      const readings = [...starts].map((start) => read(text, start));
      isOpen ||= readings.some((reading) => reading.isOpen) || (starts.has(text.length) && count < min);
      starts = new Set(readings.flatMap((reading) => [...reading.ends]));
    }
    return { ends, isOpen };
  };

const maybe = (read: Read): Read => either(literal(""), read);
const letter =
  (fits: (character: string) => boolean): Read =>
  (text, at) => {
    if (at >= text.length) return { ends: new Set(), isOpen: true };
    const character = String.fromCodePoint(text.codePointAt(at)!);
    return { ends: new Set(fits(character) ? [at + character.length] : []), isOpen: false };
  };

export function grammarReader(rules: Readonly<Record<string, Grammar>>): Read {
  const reader = (grammar: Grammar): Read => {
    if ("text" in grammar) return literal(grammar.text);
    if ("oneOf" in grammar)
      return letter((character) => [...grammar.oneOf].includes(character) !== Boolean(grammar.not));
    if ("all" in grammar) return inOrder(...grammar.all.map(reader));
    if ("any" in grammar) return either(...grammar.any.map(reader));
    if ("repeat" in grammar) return repeated(reader(grammar.repeat), grammar.min, grammar.max);
    return (text, at) => reader(rules[grammar.rule])(text, at);
  };
  return reader({ rule: "root" });
}

/** The same grammar in GBNF. */
export function gbnfOf(rules: Readonly<Record<string, Grammar>>): string {
  const hex = (character: string) => `\\U${character.codePointAt(0)!.toString(16).padStart(8, "0")}`;
  const written = (text: string) => [...text].map(hex).join("");
  const write = (grammar: Grammar): string => {
    if ("text" in grammar) return `"${written(grammar.text)}"`;
    if ("oneOf" in grammar) return `[${grammar.not ? "^" : ""}${written(grammar.oneOf)}]`;
    if ("all" in grammar) return `(${grammar.all.map(write).join(" ")})`;
    if ("any" in grammar) return `(${grammar.any.map(write).join(" | ")})`;
    if ("repeat" in grammar)
      return `(${write(grammar.repeat)}){${grammar.min},${grammar.max === Infinity ? "" : grammar.max}}`;
    return grammar.rule;
  };
  return Object.entries(rules)
    .map(([name, grammar]) => `${name} ::= ${write(grammar)}`)
    .join("\n");
}

const space = maybe(
  either(
    literal(" "),
    inOrder(
      literal("\n"),
      repeated(
        letter((it) => it === " " || it === "\t"),
        0,
        40,
      ),
    ),
  ),
);
const comma = inOrder(literal(","), space);
const colon = inOrder(literal(":"), maybe(literal(" ")));

/** `letters`: those that endings of strings are tried with, at most `longest` of them. */
export function schemaReader(root: Schema, letters: string, longest: number): Read {
  const endings = [""];
  for (let from = 0, length = 0; length < longest; length++) {
    const to = endings.length;
    for (; from < to; from++) for (const character of letters) endings.push(endings[from] + character);
  }

  const reader = (schema: Schema): Read => {
    if (schema.$ref) {
      const target = schema.$ref
        .split("/")
        .slice(1)
        .reduce((at: Schema, key: string) => at[key], root);
      return (text, at) => reader(target)(text, at);
    }
    if (schema.anyOf) return either(...schema.anyOf.map(reader));
    if (schema.enum) return either(...schema.enum.map((value: unknown) => literal(JSON.stringify(value))));
    const types: string[] = Array.isArray(schema.type) ? schema.type : [schema.type];
    return either(...types.map((type) => byType[type](schema)));
  };

  const byType: Record<string, (schema: Schema) => Read> = {
    null: () => literal("null"),
    boolean: () => either(literal("true"), literal("false")),
    integer: (schema) => number((text) => /^-?(0|[1-9]\d{0,14})$/.test(text) && isBetween(schema, Number(text))),
    number: (schema) => {
      const form = isBounded(schema)
        ? /^-?(0|[1-9]\d*)(\.\d{1,6})?$/
        : /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?([eE][-+]?\d{1,2})?$/;
      return number((text) => form.test(text) && isBetween(schema, Number(text)));
    },
    string: (schema) => {
      const isFree = !("pattern" in schema || "minLength" in schema || "maxLength" in schema);
      return string((raw) => {
        const value = parsed(`"${raw}"`);
        if (value === undefined || isFree) return value !== undefined;
        const length = [...value].length;
        return (
          JSON.stringify(value) === `"${raw}"` &&
          length >= (schema.minLength ?? 0) &&
          length <= (schema.maxLength ?? Infinity) &&
          (!schema.pattern || new RegExp(schema.pattern, "u").test(value))
        );
      }, endings);
    },
    array: ({ items, minItems = 0, maxItems = Infinity }) => {
      const item = reader(items);
      const some = inOrder(item, repeated(inOrder(comma, item), Math.max(0, minItems - 1), maxItems - 1), space);
      return inOrder(literal("["), space, minItems === 0 ? maybe(some) : some, literal("]"));
    },
    object: ({ properties = {}, required = [], additionalProperties }) => {
      const members = (names: string[], isFirst: boolean): Read => {
        const lead = isFirst ? literal("") : comma;
        const [name, ...others] = names;
        if (name === undefined) {
          if (!additionalProperties) return literal("");
          const key: Read = string((raw) => {
            const value = parsed(`"${raw}"`);
            return value !== undefined && JSON.stringify(value) === `"${raw}"` && !Object.hasOwn(properties, value);
          }, endings);
          const other = inOrder(key, colon, reader(additionalProperties));
          return maybe(inOrder(lead, other, repeated(inOrder(comma, other), 0, Infinity)));
        }
        const member = inOrder(
          lead,
          literal(JSON.stringify(name)),
          colon,
          reader(properties[name]),
          members(others, false),
        );
        return required.includes(name) ? member : either(member, members(others, isFirst));
      };
      return inOrder(literal("{"), space, members(Object.keys(properties), true), space, literal("}"));
    },
  };
  return reader(root);
}

const isBounded = (schema: Schema) =>
  ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].some((name) => name in schema);

const isBetween = (schema: Schema, value: number): boolean =>
  !(value < schema.minimum) && !(value > schema.maximum) && !(value <= schema.exclusiveMinimum) && !(value >= schema.exclusiveMaximum); // prettier-ignore

const numberEndings = [""];
for (let from = 0, length = 0; length < 3; length++) {
  const to = numberEndings.length;
  for (; from < to; from++)
    for (const character of "0123456789.e+-") numberEndings.push(numberEndings[from] + character);
}

const number =
  (isValid: (text: string) => boolean): Read =>
  (text, at) => {
    const [whole] = /^[-+.\deE]*/.exec(text.slice(at))!;
    const ends = new Set<number>();
    for (let length = 1; length <= whole.length; length++) if (isValid(whole.slice(0, length))) ends.add(at + length);
    const isOpen =
      at + whole.length === text.length && numberEndings.slice(1).some((ending) => isValid(whole + ending));
    return { ends, isOpen };
  };

// How a begun escape may end, and what may follow.
const escapes = [...Array(0x20).keys(), 0x22, 0x5c].map((code) =>
  JSON.stringify(String.fromCharCode(code)).slice(1, -1),
);

const string =
  (isValid: (raw: string) => boolean, endings: readonly string[]): Read =>
  (text, at) => {
    if (at >= text.length) return { ends: new Set(), isOpen: true };
    if (text[at] !== '"') return { ends: new Set(), isOpen: false };
    const [raw] = /^(?:[^"\\]|\\.)*\\?/s.exec(text.slice(at + 1))!;
    const close = at + 1 + raw.length;
    if (close < text.length) return { ends: new Set(isValid(raw) ? [close + 1] : []), isOpen: false };
    const escape = escapeAtEnd(raw);
    const heads = escape
      ? [...escapes, "\\/", "\\u1234", `${escape}${"0".repeat(Math.max(0, 6 - escape.length))}`]
          .filter((whole) => whole.startsWith(escape))
          .map((whole) => raw.slice(0, raw.length - escape.length) + whole)
      : [raw];
    return { ends: new Set(), isOpen: heads.some((head) => endings.some((ending) => isValid(head + ending))) };
  };

/** The escape that a string breaks off in. */
function escapeAtEnd(raw: string): string {
  for (let at = 0; at < raw.length; at++) {
    if (raw[at] !== "\\") continue;
    const length = raw[at + 1] === "u" ? 6 : 2;
    if (at + length > raw.length) return raw.slice(at);
    at += length - 1;
  }
  return "";
}

function parsed(json: string): string | undefined {
  try {
    return JSON.parse(json) as string;
  } catch {
    return undefined;
  }
}
