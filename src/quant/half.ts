// f16 and bf16 <-> f32, exact in both directions: subnormals, infinities and NaN included. To f16 it rounds to nearest,
// ties to even, as IEEE 754 and every exporter of checkpoints do.

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);

/** The value of every f16 bit pattern. [65536], 256 KiB: a look-up is several times as fast as the arithmetic. */
const valueOfHalf = new Float32Array(65_536).map((_, bits) => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
});

export function halfToFloat(bits: number): number {
  return valueOfHalf[bits];
}

/** Bits of the nearest f16; beyond 65519.99 that is infinity. `value` is rounded to f32 first. */
export function floatToHalf(value: number): number {
  floats[0] = value;
  const word = words[0];
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00); // 65536 and up, infinity, NaN
  if (magnitude < 0x38800000) {
    // Below 2^-14: a count of 2^-24. Adding 0.5 to the f32 aligns its last bit with 2^-24, and the sum rounds to even.
    floats[0] = Math.abs(value);
    floats[0] = floats[0] + 0.5;
    return sign | (words[0] - 0x3f000000);
  }
  // Re-bias the exponent (127 -> 15) and round 13 bits away; a carry runs into the exponent, up to infinity.
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/** dst[i] = the value of src[i], as f16. */
export function halvesToFloats(src: Uint16Array, dst: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) dst[i] = valueOfHalf[src[i]];
}

/** dst[i] = the value of src[i], as bf16: the upper half of an f32. */
export function bfloatsToFloats(src: Uint16Array, dst: Float32Array, count: number): void {
  const bits = new Uint32Array(dst.buffer, dst.byteOffset, count);
  for (let i = 0; i < count; i++) bits[i] = src[i] << 16;
}
