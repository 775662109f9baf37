// Blocks of GGUF's types -> weights, as ggml's reference arithmetic gives them: f32, one rounding after each product and
// sum. Written from the layout of each block, and sharing nothing with src/, so that a slip there cannot hide here, except
// the points of the grids, which are data (with hashes known to a test).

import { gridWords } from "../../src/quant/grid-points.ts";
import { bf16ToNumber, f16ToNumber } from "./half.ts";

const f32 = Math.fround;

interface GgmlType {
  weights: number; // in a block
  bytes: number;
  decode(block: Block, out: (i: number, weight: number) => void): void;
}

class Block {
  readonly view: DataView;
  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  half = (at: number) => f16ToNumber(this.view.getUint16(at, true));
  byte = (at: number) => this.view.getUint8(at);
  signed = (at: number) => this.view.getInt8(at);
  word = (at: number) => this.view.getUint32(at, true);
  /** The nibble of weight i in sixteen bytes: the low ones are weights 0..15, the high ones 16..31. */
  nibble = (at: number, i: number) => (this.byte(at + (i % 16)) >> (i < 16 ? 0 : 4)) & 15;
}

const book = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

/** Scale and minimum j of Q4_K and Q5_K, six bits each, from twelve bytes. */
function scaleAndMinimum(block: Block, at: number, j: number): [number, number] {
  const q = (i: number) => block.byte(at + i);
  if (j < 4) return [q(j) & 63, q(j + 4) & 63];
  return [(q(j + 4) & 15) | ((q(j - 4) >> 6) << 4), (q(j + 4) >> 4) | ((q(j) >> 6) << 4)];
}

export const ggmlTypes: Record<string, GgmlType> = {
  F32: { weights: 1, bytes: 4, decode: (b, out) => out(0, b.view.getFloat32(0, true)) },
  F16: { weights: 1, bytes: 2, decode: (b, out) => out(0, b.half(0)) },
  BF16: { weights: 1, bytes: 2, decode: (b, out) => out(0, bf16ToNumber(b.view.getUint16(0, true))) },
  Q4_0: thirtyTwo(18, (b, i) => f32((b.nibble(2, i) - 8) * b.half(0))),
  Q4_1: thirtyTwo(20, (b, i) => f32(f32(b.nibble(4, i) * b.half(0)) + b.half(2))),
  Q5_0: thirtyTwo(22, (b, i) => f32((b.nibble(6, i) + 16 * ((b.word(2) >>> i) & 1) - 16) * b.half(0))),
  Q5_1: thirtyTwo(24, (b, i) => f32(f32((b.nibble(8, i) + 16 * ((b.word(4) >>> i) & 1)) * b.half(0)) + b.half(2))),
  Q8_0: thirtyTwo(34, (b, i) => f32(b.signed(2 + i) * b.half(0))),
  IQ4_NL: thirtyTwo(18, (b, i) => f32(book[b.nibble(2, i)] * b.half(0))),
  Q2_K: {
    weights: 256,
    bytes: 84,
    decode(b, out) {
      const [d, least] = [b.half(80), b.half(82)];
      for (let i = 0; i < 256; i++) {
        const scale = b.byte(i >> 4);
        const code = (b.byte(16 + 32 * (i >> 7) + (i & 31)) >> (2 * ((i >> 5) & 3))) & 3;
        out(i, f32(f32(f32(d * (scale & 15)) * code) - f32(least * (scale >> 4))));
      }
    },
  },
  Q3_K: {
    weights: 256,
    bytes: 110,
    decode(b, out) {
      const d = b.half(108);
      for (let i = 0; i < 256; i++) {
        const j = i >> 4;
        const low = j < 8 ? b.byte(96 + j) & 15 : b.byte(96 + j - 8) >> 4;
        const high = (b.byte(104 + (j & 3)) >> (2 * (j >> 2))) & 3;
        const code = (b.byte(32 + 32 * (i >> 7) + (i & 31)) >> (2 * ((i >> 5) & 3))) & 3;
        const top = (b.byte(i & 31) >> (i >> 5)) & 1;
        out(i, f32(f32(d * ((low | (high << 4)) - 32)) * (code - (top ? 0 : 4))));
      }
    },
  },
  Q4_K: {
    weights: 256,
    bytes: 144,
    decode(b, out) {
      for (let i = 0; i < 256; i++) {
        const [scale, minimum] = scaleAndMinimum(b, 4, i >> 5);
        const code = (b.byte(16 + 32 * (i >> 6) + (i & 31)) >> (i & 32 ? 4 : 0)) & 15;
        out(i, f32(f32(f32(b.half(0) * scale) * code) - f32(b.half(2) * minimum)));
      }
    },
  },
  Q5_K: {
    weights: 256,
    bytes: 176,
    decode(b, out) {
      for (let i = 0; i < 256; i++) {
        const [scale, minimum] = scaleAndMinimum(b, 4, i >> 5);
        const low = (b.byte(48 + 32 * (i >> 6) + (i & 31)) >> (i & 32 ? 4 : 0)) & 15;
        const code = low + 16 * ((b.byte(16 + (i & 31)) >> (i >> 5)) & 1);
        out(i, f32(f32(f32(b.half(0) * scale) * code) - f32(b.half(2) * minimum)));
      }
    },
  },
  Q6_K: {
    weights: 256,
    bytes: 210,
    decode(b, out) {
      for (let i = 0; i < 256; i++) {
        const [half, quarter, l] = [i >> 7, (i >> 5) & 3, i & 31];
        const low = (b.byte(64 * half + 32 * (quarter & 1) + l) >> (quarter & 2 ? 4 : 0)) & 15;
        const high = (b.byte(128 + 32 * half + l) >> (2 * quarter)) & 3;
        out(i, f32(f32(b.half(208) * b.signed(192 + (i >> 4))) * ((low | (high << 4)) - 32)));
      }
    },
  },
  IQ4_XS: {
    weights: 256,
    bytes: 136,
    decode(b, out) {
      for (let i = 0; i < 256; i++) {
        const j = i >> 5;
        const low = (b.byte(4 + (j >> 1)) >> (4 * (j & 1))) & 15;
        const high = (b.view.getUint16(2, true) >> (2 * j)) & 3;
        const scale = f32(b.half(0) * ((low | (high << 4)) - 32));
        out(i, f32(scale * book[b.nibble(8 + 16 * j, i & 31)]));
      }
    },
  },
};

const e2m1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6];
const fp4 = (code: number) => e2m1[code & 7] * (code & 8 ? -1 : 1);

/** Unsigned E4M3, where ggml has no NaN. */
function e4m3(byte: number): number {
  const [exponent, fraction] = [(byte >> 3) & 15, byte & 7];
  if ((byte & 127) === 127) return 0;
  return exponent === 0 ? 2 ** -6 * (fraction / 8) : 2 ** (exponent - 7) * (1 + fraction / 8);
}

/** The digit of weight i of TQ1_0. */
function ternary(b: Block, i: number): number {
  const [byte, digit] =
    i < 160
      ? [i % 32, Math.floor(i / 32)]
      : i < 240
        ? [32 + ((i - 160) % 16), Math.floor((i - 160) / 16)]
        : [48 + ((i - 240) % 4), Math.floor((i - 240) / 4)];
  return (((b.byte(byte) * 3 ** digit) % 256) * 3) >> 8;
}

type GridName = Parameters<typeof gridWords>[0];

const gridValues: Record<string, number[]> = {
  IQ2: [8, 25, 43],
  IQ1: [-1, 0, 1],
  IQ3_XXS: [4, 12, 20, 28, 36, 44, 52, 62],
  IQ3_S: [1, 3, 5, 7, 9, 11, 13, 15],
};

/** The values of a grid's points, one point after another. */
export function gridPoints(name: GridName): number[] {
  const isWide = name.startsWith("IQ3");
  const values = gridValues[isWide ? name : name.slice(0, 3)];
  const [weights, width] = isWide ? [4, 4] : [8, 2];
  return [...new Uint16Array(gridWords(name).buffer)].flatMap((point) =>
    Array.from({ length: weights }, (_, i) => values[(point >> (width * i)) & (2 ** width - 1)]),
  );
}

const even = (seven: number) => {
  let count = 0;
  for (let i = 0; i < 7; i++) count += (seven >> i) & 1;
  return seven | ((count & 1) << 7);
};

/** An i-quant: eight weights before their scale, which is given for the same place. `eight`: weights 8 j to 8 j + 7. */
function grid(
  name: GridName,
  bytes: number,
  eight: (b: Block, j: number) => { points: number[]; signs?: number; shift?: number; scale: number },
): GgmlType {
  const values = gridPoints(name);
  const length = name.startsWith("IQ3") ? 4 : 8;
  return {
    weights: 256,
    bytes,
    decode(b, out) {
      for (let j = 0; j < 32; j++) {
        const { points, signs = 0, shift = 0, scale } = eight(b, j);
        for (let i = 0; i < 8; i++) {
          const value = values[points[Math.floor(i / length)] * length + (i % length)] + shift;
          out(8 * j + i, f32(f32(scale * value) * ((signs >> i) & 1 ? -1 : 1)));
        }
      }
    },
  };
}

/** IQ1_M's f16, in the upper nibbles of its four words of scales. */
function scatteredHalf(b: Block): number {
  const word = (i: number) => b.view.getUint16(48 + 2 * i, true);
  return f16ToNumber((word(0) >> 12) | ((word(1) >> 12) << 4) | ((word(2) >> 12) << 8) | ((word(3) >> 12) << 12));
}

Object.assign(ggmlTypes, {
  TQ1_0: {
    weights: 256,
    bytes: 54,
    decode: (b, out) => {
      for (let i = 0; i < 256; i++) out(i, f32(b.half(52) * (ternary(b, i) - 1)));
    },
  },
  TQ2_0: {
    weights: 256,
    bytes: 66,
    decode: (b, out) => {
      for (let i = 0; i < 256; i++)
        out(i, f32(b.half(64) * (((b.byte(32 * (i >> 7) + (i & 31)) >> (2 * ((i >> 5) & 3))) & 3) - 1)));
    },
  },
  Q1_0: {
    weights: 128,
    bytes: 18,
    decode: (b, out) => {
      for (let i = 0; i < 128; i++) out(i, (b.byte(2 + (i >> 3)) >> (i & 7)) & 1 ? b.half(0) : -b.half(0));
    },
  },
  Q2_0: {
    weights: 64,
    bytes: 18,
    decode: (b, out) => {
      for (let i = 0; i < 64; i++) out(i, f32((((b.byte(2 + (i >> 2)) >> (2 * (i & 3))) & 3) - 1) * b.half(0)));
    },
  },
  MXFP4: thirtyTwo(17, (b, i) => f32(fp4(b.nibble(1, i)) * 2 ** (b.byte(0) - 127))),
  NVFP4: {
    weights: 64,
    bytes: 36,
    decode: (b, out) => {
      for (let i = 0; i < 64; i++) {
        const sub = i >> 4;
        const code = (b.byte(4 + 8 * sub + (i & 7)) >> (i & 8 ? 4 : 0)) & 15;
        out(i, f32(fp4(code) * e4m3(b.byte(sub))));
      }
    },
  },
  IQ2_XXS: grid("IQ2_XXS", 66, (b, j) => {
    const [chunk, part] = [j >> 2, j & 3];
    const signs = b.word(6 + 8 * chunk);
    return {
      points: [b.byte(2 + 8 * chunk + part)],
      signs: even((signs >>> (7 * part)) & 127),
      scale: f32(f32(b.half(0) * (0.5 + (signs >>> 28))) * 0.25),
    };
  }),
  IQ2_XS: grid("IQ2_XS", 74, (b, j) => {
    const code = b.view.getUint16(2 + 2 * j, true);
    const scale = (b.byte(66 + (j >> 2)) >> (j & 2 ? 4 : 0)) & 15;
    return { points: [code & 511], signs: even(code >> 9), scale: f32(f32(b.half(0) * (0.5 + scale)) * 0.25) };
  }),
  IQ2_S: grid("IQ2_S", 82, (b, j) => {
    const high = (b.byte(66 + (j >> 2)) >> (2 * (j & 3))) & 3;
    const scale = (b.byte(74 + (j >> 2)) >> (j & 2 ? 4 : 0)) & 15;
    return {
      points: [b.byte(2 + j) | (high << 8)],
      signs: b.byte(34 + j),
      scale: f32(f32(b.half(0) * (0.5 + scale)) * 0.25),
    };
  }),
  IQ3_XXS: grid("IQ3_XXS", 98, (b, j) => {
    const signs = b.word(66 + 4 * (j >> 2));
    return {
      points: [b.byte(2 + 2 * j), b.byte(3 + 2 * j)],
      signs: even((signs >>> (7 * (j & 3))) & 127),
      scale: f32(f32(b.half(0) * (0.5 + (signs >>> 28))) * 0.5),
    };
  }),
  IQ3_S: grid("IQ3_S", 110, (b, j) => {
    const point = (n: number) => b.byte(2 + n) | (((b.byte(66 + (n >> 3)) >> (n & 7)) & 1) << 8);
    const scale = (b.byte(106 + (j >> 3)) >> (j & 4 ? 4 : 0)) & 15;
    return { points: [point(2 * j), point(2 * j + 1)], signs: b.byte(74 + j), scale: f32(b.half(0) * (1 + 2 * scale)) };
  }),
  IQ1_S: grid("IQ1", 50, (b, j) => {
    const high = b.view.getUint16(34 + 2 * (j >> 2), true);
    const point = b.byte(2 + j) | (((high >> (3 * (j & 3))) & 7) << 8);
    return {
      points: [point],
      shift: high & 0x8000 ? -0.125 : 0.125,
      scale: f32(b.half(0) * (2 * ((high >> 12) & 7) + 1)),
    };
  }),
  IQ1_M: grid("IQ1", 56, (b, j) => {
    const high = (b.byte(32 + (j >> 1)) >> (j & 1 ? 4 : 0)) & 15;
    const sub = (b.view.getUint16(48 + 2 * (j >> 3), true) >> (3 * ((j >> 1) & 3))) & 7;
    return {
      points: [b.byte(j) | ((high & 7) << 8)],
      shift: high & 8 ? -0.125 : 0.125,
      scale: f32(scatteredHalf(b) * (2 * sub + 1)),
    };
  }),
} satisfies Record<string, GgmlType>);

function thirtyTwo(bytes: number, weight: (block: Block, i: number) => number): GgmlType {
  return {
    weights: 32,
    bytes,
    decode(block, out) {
      for (let i = 0; i < 32; i++) out(i, weight(block, i));
    },
  };
}

/** `bytes`: whole blocks -> every weight in order. */
export function dequantizeGgml(type: string, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const { weights, bytes: blockBytes, decode } = ggmlTypes[type];
  const blocks = bytes.byteLength / blockBytes;
  if (!Number.isInteger(blocks))
    throw new Error(`dequantizeGgml: ${bytes.byteLength} bytes are no whole ${type} blocks`);
  const out = new Float32Array(blocks * weights);
  for (let n = 0; n < blocks; n++)
    decode(new Block(bytes.subarray(n * blockBytes, (n + 1) * blockBytes)), (i, weight) => {
      out[n * weights + i] = weight;
    });
  return out;
}
