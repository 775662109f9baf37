// GGUF as a list of records, written with whatever counts, types and places are asked for; and a whole file read back into
// that list, without any check, so that fixtures can be mutated.

import { ByteWriter } from "../support/made-gguf.ts";

export type GgufValue =
  { type: number; bytes: Uint8Array } | { type: 9; of: number; count?: bigint; items: Uint8Array[] };

export interface GgufRecord {
  key: string | Uint8Array;
  value: GgufValue;
}

export interface GgufTensorRecord {
  name: string;
  dims: bigint[]; // fastest first
  dimCount?: number;
  typeId: number;
  offset: bigint;
}

export interface GgufParts {
  magic: number;
  version: number;
  tensorCount?: bigint;
  pairCount?: bigint;
  pairs: GgufRecord[];
  tensors: GgufTensorRecord[];
  alignment: number;
  data: Uint8Array;
}

const widths = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8]; // by type

export const word = (value: bigint) => new Uint8Array(new BigUint64Array([BigInt.asUintN(64, value)]).buffer);
export const half = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);

/** A text with its length, or with a false one. */
export function lengthed(text: string | Uint8Array, length?: bigint): Uint8Array {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return new Uint8Array(Buffer.concat([word(length ?? BigInt(bytes.length)), bytes]));
}

export function writeGguf(parts: GgufParts): Uint8Array {
  const { magic, version, pairs, tensors, tensorCount, pairCount, alignment, data } = parts;
  const out = new ByteWriter().u32(magic).u32(version);
  out.raw(word(tensorCount ?? BigInt(tensors.length))).raw(word(pairCount ?? BigInt(pairs.length)));
  for (const { key, value } of pairs) {
    out.raw(typeof key === "string" ? lengthed(key) : key).u32(value.type);
    if (!("items" in value)) out.raw(value.bytes);
    else {
      out.u32(value.of).raw(word(value.count ?? BigInt(value.items.length)));
      for (const item of value.items) out.raw(item);
    }
  }
  for (const { name, dims, dimCount, typeId, offset } of tensors) {
    out.raw(lengthed(name)).u32(dimCount ?? dims.length);
    for (const dim of dims) out.raw(word(dim));
    out.u32(typeId).raw(word(offset));
  }
  return out.pad(alignment).raw(data).done();
}

/** The records of a whole file. */
export function partsOfGguf(bytes: Uint8Array): GgufParts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (count: number) => bytes.slice(at, (at += count));
  const u32 = () => view.getUint32((at += 4) - 4, true);
  const u64 = () => view.getBigUint64((at += 8) - 8, true);
  const text = () => new TextDecoder("utf-8", { ignoreBOM: true }).decode(take(Number(u64())));
  const textBytes = () => take(8 + Number(view.getBigUint64(at, true)));
  const scalar = (type: number) => (type === 8 ? textBytes() : take(widths[type]));
  const [magic, version] = [u32(), u32()];
  const [tensorCount, pairCount] = [Number(u64()), Number(u64())];
  const pairs = Array.from({ length: pairCount }, (): GgufRecord => {
    const key = text();
    const type = u32();
    if (type !== 9) return { key, value: { type, bytes: scalar(type) } };
    const of = u32();
    return { key, value: { type: 9, of, items: Array.from({ length: Number(u64()) }, () => scalar(of)) } };
  });
  const tensors = Array.from({ length: tensorCount }, (): GgufTensorRecord => {
    const name = text();
    return { name, dims: Array.from({ length: u32() }, u64), typeId: u32(), offset: u64() };
  });
  const alignment = 32;
  const data = bytes.subarray(Math.ceil(at / alignment) * alignment);
  return { magic, version, pairs, tensors, alignment, data };
}
