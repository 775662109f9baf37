// Which bytes a state cannot tell apart. Most states know a handful of classes, so one step is computed for each class and
// not for each of 256 bytes (Owens, Reppy, Turon: "Regular-expression derivatives re-examined", 2009).

/** Equal partitions are the same object. */
export interface ByteClasses {
  readonly id: number;
  /** Class of each byte. [256] */
  readonly of: Uint8Array;
  /** A byte of each class. [number of classes] */
  readonly examples: readonly number[];
}

export class ByteClassTable {
  readonly #known = new Map<string, ByteClasses>();
  readonly #products = new Map<string, ByteClasses>();
  readonly one = this.#intern(() => 0);

  /** Bytes of the set, and the others. Bit n of `set` stands for byte n. */
  ofSet(set: bigint): ByteClasses {
    return this.#intern((byte) => Number((set >> BigInt(byte)) & 1n));
  }

  /** Each of these bytes by itself, and the others. */
  ofEach(bytes: readonly number[]): ByteClasses {
    return this.#intern((byte) => bytes.indexOf(byte));
  }

  /** Classes of bytes that neither tells apart. */
  product(a: ByteClasses, b: ByteClasses): ByteClasses {
    if (a === b || b === this.one) return a;
    if (a === this.one) return b;
    const key = `${a.id},${b.id}`;
    let product = this.#products.get(key);
    if (!product) this.#products.set(key, (product = this.#intern((byte) => a.of[byte] * 256 + b.of[byte])));
    return product;
  }

  #intern(label: (byte: number) => number): ByteClasses {
    const of = new Uint8Array(256);
    const examples: number[] = [];
    const numbers = new Map<number, number>();
    for (let byte = 0; byte < 256; byte++) {
      const own = label(byte);
      let number = numbers.get(own);
      if (number === undefined) {
        numbers.set(own, (number = examples.length));
        examples.push(byte);
      }
      of[byte] = number;
    }
    const key = of.join();
    let classes = this.#known.get(key);
    if (!classes) this.#known.set(key, (classes = { id: this.#known.size, of, examples }));
    return classes;
  }
}
