// Blocks of GGUF's types -> weights, as ggml's reference arithmetic gives them: f32, one rounding after each product and
// sum. Written from the layout of each block and sharing nothing with src/, so that a slip there cannot hide here.

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
