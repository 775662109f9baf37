// GGUF files written by hand for tests: any metadata, any tensors, and places to break them.

import { ggmlTraits, type GgmlType } from "../../src/format/ggml-types.ts";

/** Bytes in the order they are asked for, little-endian. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];
  sizeBytes = 0;

  raw(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.sizeBytes += bytes.length;
    return this;
  }
  u32(value: number): this {
    return this.raw(new Uint8Array(new Uint32Array([value]).buffer));
  }
  u64(value: number): this {
    return this.raw(new Uint8Array(new BigUint64Array([BigInt(value)]).buffer));
  }
  f32(value: number): this {
    return this.raw(new Uint8Array(new Float32Array([value]).buffer));
  }
  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.u64(bytes.length).raw(bytes);
  }
  pad(multiple: number): this {
    return this.raw(new Uint8Array((multiple - (this.sizeBytes % multiple)) % multiple));
  }
  done(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.sizeBytes);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

export type MadeValue =
  { u32: number } | { u64: number } | { f32: number } | { flag: boolean } | string | string[] | number[];

export interface MadeTensor {
  name: string;
  type: GgmlType | number;
  /** [out, in]. */
  shape: number[];
  bytes?: Uint8Array;
  offset?: number; // to be wrong on purpose
}

const ids: Record<string, number> = {
  F32: 0, F16: 1, Q4_0: 2, Q4_1: 3, Q5_0: 6, Q5_1: 7, Q8_0: 8, Q2_K: 10, Q3_K: 11, Q4_K: 12, Q5_K: 13, Q6_K: 14,
  IQ4_NL: 20, IQ3_S: 21, IQ4_XS: 23, IQ1_M: 29, BF16: 30, NVFP4: 40,
}; // prettier-ignore

export function madeGguf(
  metadata: Record<string, MadeValue>,
  tensors: MadeTensor[],
  { version = 3, alignment = 32, tensorCount = tensors.length } = {},
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().u32(0x46554747).u32(version).u64(tensorCount).u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    out.text(key);
    if (typeof value === "string") out.u32(8).text(value);
    else if (Array.isArray(value)) {
      const texts = typeof value[0] === "string";
      out
        .u32(9)
        .u32(texts ? 8 : 6)
        .u64(value.length);
      for (const item of value) if (typeof item === "string") out.text(item); else out.f32(item); // prettier-ignore
    } else if ("u32" in value) out.u32(4).u32(value.u32);
    else if ("u64" in value) out.u32(10).u64(value.u64);
    else if ("f32" in value) out.u32(6).f32(value.f32);
    else out.u32(7).raw(new Uint8Array([value.flag ? 1 : 0]));
  }
  let offset = 0;
  const datas = tensors.map((tensor) => {
    const id = typeof tensor.type === "number" ? tensor.type : ids[tensor.type];
    out.text(tensor.name).u32(tensor.shape.length);
    for (const dim of tensor.shape.toReversed()) out.u64(dim);
    out.u32(id).u64(tensor.offset ?? offset);
    const data =
      tensor.bytes ?? new Uint8Array(typeof tensor.type === "number" ? 0 : ggufBytes(tensor.type, tensor.shape));
    offset = Math.ceil((offset + data.length) / alignment) * alignment;
    return data;
  });
  out.pad(alignment);
  for (const data of datas) out.raw(data).pad(alignment);
  return out.done();
}

export function ggufBytes(type: GgmlType, shape: readonly number[]): number {
  const { weights, bytes } = ggmlTraits[type];
  return (shape.reduce((a, b) => a * b, 1) / weights) * bytes;
}
