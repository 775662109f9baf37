// Seeded random matrices in every stored encoding, for kernel checks: the bytes are drawn directly, so that every code and
// awkward scales occur, not just what a quantizer would choose.

import { storedRowBytes, type Encoding } from "../../src/quant/layout.ts";
import { f32ToBf16Bits, f32ToF16Bits } from "../reference/half.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";

/** -> rows * storedRowBytes(encoding, cols) bytes; weights are about 0.1 in size. */
export function randomStored(encoding: Encoding, rows: number, cols: number, seed: number): Uint8Array {
  const random = randomNumbers(seed);
  const rowBytes = storedRowBytes(encoding, cols);
  const bytes = new Uint8Array(rows * rowBytes);
  const view = new DataView(bytes.buffer);
  for (let r = 0; r < rows; r++) {
    const at = r * rowBytes;
    if (encoding === "f32") for (let c = 0; c < cols; c++) view.setFloat32(at + 4 * c, random() * 0.1, true);
    else if (encoding === "f16")
      for (let c = 0; c < cols; c++) view.setUint16(at + 2 * c, f32ToF16Bits(random() * 0.1), true);
    else if (encoding === "bf16")
      for (let c = 0; c < cols; c++) view.setUint16(at + 2 * c, f32ToBf16Bits(random() * 0.1), true);
    else {
      const groups = Math.ceil(cols / 32);
      const size = encoding === "q8" ? 0.001 : 0.0125;
      for (let g = 0; g < groups; g++) view.setUint16(at + 2 * g, f32ToF16Bits(random() * size), true);
      const codes = bytes.subarray(at + 2 * groups, at + rowBytes);
      for (let i = 0; i < codes.length; i++) codes[i] = Math.floor((random() + 1) * 128);
      padWithZeroCodes(encoding, codes, cols);
    }
  }
  return bytes;
}

/** Padding after the last column has the code that means 0, as the quantizer writes it. */
function padWithZeroCodes(encoding: "q8" | "q4", codes: Uint8Array, cols: number): void {
  if (encoding === "q8") codes.fill(0, cols);
  else {
    if (cols % 2) codes[cols >> 1] = (codes[cols >> 1] & 15) | 0x80;
    codes.fill(0x88, (cols + 1) >> 1);
  }
}
