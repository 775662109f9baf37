// Runs a stranger's pattern in time that grows with the text, whatever the pattern: a state (a split in the pattern, a place in
// the text) that was tried is remembered with its outcome and never tried again. The matches are those of backtracking, as in
// RE2's BitState; there are no captures or back references, which would need more.

import type { PatternNode } from "./pattern-node.ts";
import { compilePattern, type Program } from "./pattern-program.ts";

/** What cuts a text: a RegExp with the flag g, or this. */
export interface CutPattern {
  [Symbol.matchAll](text: string): Iterable<{ index: number; 0: string }>;
}

export class LinearPattern implements CutPattern {
  readonly #program: Program;

  /** Throws TooComplex. */
  constructor(root: PatternNode) {
    this.#program = compilePattern(root);
  }

  *[Symbol.matchAll](text: string): Generator<{ index: number; 0: string }> {
    const run = new ProgramRun(this.#program, text);
    for (let at = 0; at <= text.length;) {
      run.forgetBefore(at);
      const end = run.match(at);
      if (end >= 0) yield { index: at, 0: text.slice(at, end) };
      at = end > at ? end : at + widthAt(text, at);
    }
  }
}

const widthAt = (text: string, at: number): number => (text.codePointAt(at)! > 0xffff ? 2 : 1);

const mostOutcomes = 2 ** 25; // 128 MiB; a match of 200,000 characters takes a tenth

const failed = -1;
const untried = 0; // any other outcome is one more than the end of the match

/** One program over one text. */
class ProgramRun {
  readonly #program: Program;
  readonly #text: string;
  readonly #inner = new Map<Program, ProgramRun>();
  // Outcomes by pages of places, so a long text needs memory only where it goes back and forth.
  readonly #pages = new Map<number, Int32Array>(); // [places, splits]
  readonly #placeBits: number; // a page has 2 ** placeBits places
  #oldestPage = 0;

  constructor(program: Program, text: string) {
    this.#program = program;
    this.#text = text;
    this.#placeBits = Math.min(12, 32 - Math.clz32(text.length));
  }

  /** Where the match that begins at `start` ends; -1 where none begins. */
  match(start: number): number {
    const { steps } = this.#program;
    const text = this.#text;
    const untriedYet: number[] = []; // step, place, length of the way there
    const way: number[] = []; // index of a split, place: what the outcome is for
    for (let step = 0, at = start; ;) {
      const now = steps[step];
      let fits = false;
      switch (now.kind) {
        case "take":
          if (at < text.length) {
            const code = text.codePointAt(at)!;
            fits = now.set.has(code);
            at += code > 0xffff ? 2 : 1;
          }
          step++;
          break;
        case "split": {
          const page = this.#pageOf(at);
          const place = this.#placeOf(at, now.index);
          const outcome = page[place];
          if (outcome > untried) return this.#remember(way, outcome - 1);
          if (outcome === failed) break;
          page[place] = failed; // until more is known
          way.push(now.index, at);
          untriedYet.push(now.second, at, way.length);
          step = now.first;
          fits = true;
          break;
        }
        case "jump":
          step = now.to;
          fits = true;
          break;
        case "atomic":
          at = this.#runOf(now.program).match(at);
          fits = at >= 0;
          step++;
          break;
        case "next":
          fits = (at < text.length && now.set.has(text.codePointAt(at)!)) !== now.negated;
          step++;
          break;
        case "ahead":
          fits = this.#runOf(now.program).match(at) >= 0 !== now.negated;
          step++;
          break;
        case "behind":
          fits = now.choices.some(({ program, width }) => this.#endsAt(program, width, at)) !== now.negated;
          step++;
          break;
        case "found":
          return this.#remember(way, at);
      }
      if (fits) continue;
      if (untriedYet.length === 0) return -1;
      way.length = untriedYet.pop()!;
      at = untriedYet.pop()!;
      step = untriedYet.pop()!;
    }
  }

  /** Nothing begins there any more, except for a look behind, which is short. */
  forgetBefore(start: number): void {
    const oldest = (start >> this.#placeBits) - 1;
    if (this.#oldestPage >= oldest) return;
    for (; this.#oldestPage < oldest; this.#oldestPage++) this.#pages.delete(this.#oldestPage);
    for (const run of this.#inner.values()) run.forgetBefore(start);
  }

  #endsAt(program: Program, width: number, at: number): boolean {
    let start = at;
    for (let count = 0; count < width; count++) {
      if (start === 0) return false;
      start -= start > 1 && this.#text.codePointAt(start - 2)! > 0xffff ? 2 : 1;
    }
    return this.#runOf(program).match(start) === at;
  }

  #remember(way: readonly number[], end: number): number {
    for (let i = 0; i < way.length; i += 2) {
      const at = way[i + 1];
      this.#pageOf(at)[this.#placeOf(at, way[i])] = end + 1;
    }
    return end;
  }

  #pageOf(at: number): Int32Array {
    const number = at >> this.#placeBits;
    let page = this.#pages.get(number);
    if (page) return page;
    const outcomes = this.#program.splits << this.#placeBits;
    if (this.#pages.size * outcomes > mostOutcomes) throw new RangeError("a match that is too long");
    page = new Int32Array(outcomes);
    this.#pages.set(number, page);
    return page;
  }

  #placeOf(at: number, index: number): number {
    return (at & ((1 << this.#placeBits) - 1)) * this.#program.splits + index;
  }

  #runOf(program: Program): ProgramRun {
    let run = this.#inner.get(program);
    if (!run) this.#inner.set(program, (run = new ProgramRun(program, this.#text)));
    return run;
  }
}
