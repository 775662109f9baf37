// Sets of characters as ranges of code points, and how a character is written: in UTF-8, or within a JSON string, where
// a few are escaped. Each is written in one way only, so what is true of characters is true of their bytes.

import type { Expression, Expressions } from "./expression.ts";

/** Ranges of code points, both ends included: in order, apart from each other, without surrogates. */
export type Characters = readonly (readonly [from: number, to: number])[];

export const anyCharacter: Characters = [
  [0, 0xd7ff],
  [0xe000, 0x10ffff],
];

/** From ranges in any order, even overlapping ones. */
export function charactersOf(ranges: readonly (readonly [number, number])[]): Characters {
  const joined: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return common(joined, anyCharacter);
}

/** Those in both. */
export function common(a: readonly (readonly [number, number])[], b: Characters): Characters {
  return a.flatMap(([from, to]) =>
    b
      .filter((other) => other[0] <= to && other[1] >= from)
      .map((other) => [Math.max(from, other[0]), Math.min(to, other[1])] as const),
  );
}

export function othersThan(characters: Characters): Characters {
  const others: [number, number][] = [];
  let next = 0;
  for (const [from, to] of characters) {
    if (from > next) others.push([next, from - 1]);
    next = to + 1;
  }
  return charactersOf([...others, [next, 0x10ffff]]);
}

/** One of the characters, in one way of writing. */
export type WriteCharacter = (characters: Characters) => Expression;

export function inUtf8(expressions: Expressions): WriteCharacter {
  return (characters) => expressions.either(characters.flatMap(([from, to]) => byteRanges(expressions, from, to)));
}

const shortEscapes: Readonly<Record<number, string>> = {
  0x08: "b",
  0x09: "t",
  0x0a: "n",
  0x0c: "f",
  0x0d: "r",
  0x22: '"',
  0x5c: "\\",
};
const plain = othersThan([
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);

/** As JSON.stringify writes them between the quotes. */
export function inJsonString(expressions: Expressions): WriteCharacter {
  const utf8 = inUtf8(expressions);
  const escapes = [...Array(0x20).keys(), 0x22, 0x5c].map((code) => {
    const escape = shortEscapes[code] ?? `u${code.toString(16).padStart(4, "0")}`;
    return [code, expressions.literal(`\\${escape}`)] as const;
  });
  return (characters) =>
    expressions.either([
      utf8(common(characters, plain)),
      ...escapes.filter(([code]) => characters.some(([from, to]) => from <= code && code <= to)).map((it) => it[1]),
    ]);
}

const lastOfLength = [0x7f, 0x7ff, 0xffff, 0x10ffff];

/** Cut where the bytes of the ends don't have the same shape; each part is a sequence of ranges of bytes. */
function byteRanges(expressions: Expressions, from: number, to: number): Expression[] {
  const cut = (at: number) => [...byteRanges(expressions, from, at), ...byteRanges(expressions, at + 1, to)];
  for (const last of lastOfLength) if (from <= last && to > last) return cut(last);
  const length = lastOfLength.findIndex((last) => to <= last) + 1;
  for (let bits = 6; bits < 6 * length; bits += 6) {
    const low = 2 ** bits - 1;
    if (from >> bits === to >> bits) continue;
    if ((from & low) !== 0) return cut(from | low);
    if ((to & low) !== low) return cut((to & ~low) - 1);
  }
  const [first, last] = [from, to].map((code) => new TextEncoder().encode(String.fromCodePoint(code)));
  return [expressions.sequence(...Array.from(first, (byte, at) => expressions.range(byte, last[at])))];
}
