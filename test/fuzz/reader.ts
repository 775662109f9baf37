// What a file in this folder provides: inputs of one structure, most of them mutated, and what is done with them. An input
// is made from random numbers alone, so that case i of a seed can be made again anywhere.

export type Random = () => number;

export interface FuzzInput {
  /** Path -> bytes; a single text counts as one file. */
  files: Map<string, Uint8Array>;
  /** A whole input must be read, one broken in a certain way must be refused. Undefined: either will do. */
  must?: "read" | "refuse";
}

export interface FuzzReader {
  /** For `--only`. */
  name: string;
  make(random: Random): FuzzInput;
  /**
   * Reads the input and uses what was read. A PronkError is a refusal; anything else thrown is a failure. `pass` is called
   * once what comes before everything else (a length, a magic number, JSON that parses) has been accepted.
   */
  use(input: FuzzInput, random: Random, pass: () => void): void | Promise<void>;
}

/** Something that a reader let through. */
export class WrongResult extends Error {
  override readonly name = "WrongResult";
}

export function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new WrongResult(what);
}

export const sizeOf = ({ files }: FuzzInput): number =>
  [...files.values()].reduce((sum, { length }) => sum + length, 0);

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export const chance = (random: Random, share: number): boolean => random() < share;

/** A share of the inputs stays whole, to show that whole ones are read. */
export const wholeShare = 0.1;

/** A whole number in [from, to]. */
export const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1));

/** Whether the bytes are JSON, for readers that parse it themselves. */
export function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}
