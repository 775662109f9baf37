// One character's test: a class as JavaScript writes it, asked once for each character and remembered.

const oneCharacter = /^(?:([^\\[])|\\u\{([0-9a-f]+)\})$/u;

export class CharacterSet {
  readonly #only: number | undefined; // the one that it has
  readonly #pattern: RegExp;
  readonly #known = Array.from<Uint8Array | undefined>({ length: 0x1100 }); // by 256 characters; 0: not asked yet, 1: no, 2: yes

  /** `source`: a class, an escape or a character, in Unicode's mode. */
  constructor(source: string) {
    const [whole, character, hex] = oneCharacter.exec(source) ?? [];
    this.#only = whole === undefined ? undefined : character ? character.codePointAt(0) : parseInt(hex, 16);
    this.#pattern = new RegExp(`^${source}$`, "u");
  }

  has(code: number): boolean {
    if (this.#only !== undefined) return code === this.#only;
    const row = (this.#known[code >> 8] ??= new Uint8Array(256));
    const place = code & 255;
    if (row[place] === 0) row[place] = this.#pattern.test(String.fromCodePoint(code)) ? 2 : 1;
    return row[place] === 2;
  }
}
