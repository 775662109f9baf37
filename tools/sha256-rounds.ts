// Writes src/source/sha256-rounds.ts: the 64 rounds of SHA-256 (FIPS 180-4, section 6.2.2) one after another, because
// engines keep sixteen local variables of the schedule in registers, but not an array. Run it after a change here:
// `npx tsx tools/sha256-rounds.ts`.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../cli/built.ts";

/** The fractions of the cube roots of the first 64 primes, 32 bits of each. */
function roundConstants(): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes.map((prime) => ((Math.cbrt(prime) % 1) * 2 ** 32) | 0);
}

const rotate = (name: string, bits: number) => `((${name} >>> ${bits}) | (${name} << ${32 - bits}))`;
const big = (name: string, ...bits: number[]) => bits.map((count) => rotate(name, count)).join(" ^ ");

function round(index: number, constant: number): string[] {
  const word = (back: number) => `w${(index + 16 - back) % 16}`;
  const now = word(0);
  const schedule =
    index < 16
      ? `${now} = view.getInt32(at + ${4 * index});`
      : `${now} = (${now} + ${word(7)} + (${big(word(15), 7, 18)} ^ (${word(15)} >>> 3)) + (${big(word(2), 17, 19)} ^ (${word(2)} >>> 10))) | 0;`;
  // Instead of moving eight variables along, each round names them one place on.
  const [a, b, c, d, e, f, g, h] = Array.from({ length: 8 }, (_, i) => "abcdefgh"[(i + 64 - index) % 8]);
  return [
    schedule,
    `${h} = (${h} + (${big(e, 6, 11, 25)}) + (${g} ^ (${e} & (${f} ^ ${g}))) + ${constant} + ${now}) | 0;`,
    `${d} = (${d} + ${h}) | 0;`,
    `${h} = (${h} + (${big(a, 2, 13, 22)}) + ((${a} & ${b}) ^ (${c} & (${a} ^ ${b})))) | 0;`,
  ];
}

const letters = [..."abcdefgh"];
const lines = [
  "// Made by tools/sha256-rounds.ts, which says why it looks like this. Do not edit.",
  "",
  "/** Takes whole blocks, bytes [start, end) of the view, into the eight words of `state`. */",
  "// prettier-ignore",
  "export function sha256Rounds(state: Int32Array, view: DataView, start: number, end: number): void {",
  `  let ${letters.map((name, i) => `${name}0 = state[${i}]`).join(", ")};`,
  `  let ${Array.from({ length: 16 }, (_, i) => `w${i} = 0`).join(", ")};`,
  "  for (let at = start; at < end; at += 64) {",
  `    let ${letters.map((name) => `${name} = ${name}0`).join(", ")};`,
  ...roundConstants()
    .flatMap((constant, index) => round(index, constant))
    .map((line) => `    ${line}`),
  `    ${letters.map((name) => `${name}0 = (${name}0 + ${name}) | 0;`).join(" ")}`,
  "  }",
  `  ${letters.map((name, i) => `state[${i}] = ${name}0;`).join(" ")}`,
  "}",
  "",
];
writeFileSync(join(root, "src/source/sha256-rounds.ts"), lines.join("\n"));
