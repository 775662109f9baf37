// A fast 64-bit checksum of a stored block, to notice what a disk has changed; no proof against intent (the file's SHA-256
// is that). Four lanes over 32-bit words; each step is a bijection of lane and word, so one changed word always shows.

const primes = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f]; // xxHash's, odd and well mixed

/** 16 hex digits. */
export const checksum64 = (bytes: Uint8Array): string => new Checksum64().add(bytes).digest();

/** The same for bytes that come in pieces; each but the last a multiple of 16. */
export class Checksum64 {
  #lanes = [...primes];
  #sizeBytes = 0;

  add(bytes: Uint8Array): this {
    const words = wordsOf(bytes);
    const [p, q, r, s] = primes;
    let [a, b, c, d] = this.#lanes;
    const whole = words.length & ~3;
    for (let i = 0; i < whole; i += 4) {
      a = Math.imul(a ^ words[i], p);
      b = Math.imul(b ^ words[i + 1], q);
      c = Math.imul(c ^ words[i + 2], r);
      d = Math.imul(d ^ words[i + 3], s);
      // The upper bits come down, or they would never affect the others.
      a ^= a >>> 15;
      b ^= b >>> 15;
      c ^= c >>> 15;
      d ^= d >>> 15;
    }
    for (let i = whole; i < words.length; i++) a = mix(a ^ words[i], p);
    for (let i = words.length * 4; i < bytes.length; i++) b = mix(b ^ bytes[i], q);
    this.#lanes = [a, b, c, d];
    this.#sizeBytes += bytes.length;
    return this;
  }

  digest(): string {
    const [p, q, r, s] = primes;
    const [a, b, c, d] = this.#lanes;
    const low = mix(mix(mix(a, r) ^ b, s) ^ this.#sizeBytes, p);
    const high = mix(mix(mix(c, p) ^ d, q) ^ mix(low, s), r);
    return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }
}

const mix = (value: number, prime: number) => {
  const product = Math.imul(value, prime);
  return product ^ (product >>> 15);
};

/** The whole words; every platform with WebGPU is little-endian. A view that starts at an unaligned byte is copied. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const count = bytes.length >>> 2;
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, count);
}
