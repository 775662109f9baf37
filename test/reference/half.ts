// Half and bfloat numbers, exactly: decoding of stored bits and the rounding that storage does (to nearest, ties to even,
// subnormals and infinities included). Bit tricks on purpose: no Float16Array, and nothing shared with src/.

const word = new DataView(new ArrayBuffer(4));

/** The value of IEEE binary16 bits. */
export function f16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Bits of the binary16 nearest to `value` rounded to f32 first, as a shader that computes in f32 stores it. */
export function f32ToF16Bits(value: number): number {
  const x = Math.fround(value);
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (size >= 65520) return sign | 0x7c00; // halfway between the largest half and 65536
  // In units of the last place every candidate is an integer; below 2^-14 the unit stays at 2^-24 (subnormals).
  const exponent = Math.max(-14, size === 0 ? -14 : exponentOf(size));
  const units = roundTiesToEven(size * 2 ** (10 - exponent));
  // A subnormal's units are below 1024; a normal's 1024 carries the implicit one, and 2048 spills into the next exponent.
  return sign | ((exponent + 14) * 1024 + units);
}

/** `value` as it comes back from f16 storage. */
export function roundToF16(value: number): number {
  return f16ToNumber(f32ToF16Bits(value));
}

/** The value of bfloat16 bits. */
export function bf16ToNumber(bits: number): number {
  word.setUint32(0, (bits << 16) >>> 0);
  return word.getFloat32(0);
}

/** Bits of the bfloat16 nearest to `value` rounded to f32 first. */
export function f32ToBf16Bits(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

function exponentOf(size: number): number {
  word.setFloat32(0, size);
  return ((word.getUint32(0) >>> 23) & 255) - 127; // an f32 subnormal gives -127, which the caller clamps
}

function roundTiesToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 === 1)) return floor + 1;
  return floor;
}
