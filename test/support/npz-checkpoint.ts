// A folder of safetensors as MLX's first converters wrote models: an archive of NumPy arrays, under Meta's names and in its order
// of q's and k's rows, or under Hugging Face's. Quantized tensors are included. Nothing here is the reader's.

import { readSafetensors } from "../reference/checkpoint.ts";
import { metaNames } from "./meta-checkpoint.ts";
import type { Files } from "./spoiled.ts";
import { zipBytes, type ZipOptions } from "./torch-writer.ts";

export interface NpzArray {
  name: string;
  descr: string;
  shape: readonly number[];
  bytes: Uint8Array;
  /** Default False. */
  order?: string;
  /** Instead of `shape`, as it stands in the header. */
  tuple?: string;
}

const descrs: Record<string, string> = { f32: "<f4", f16: "<f2", bf16: "<V2", u32: "<u4", u8: "|u1" };

/** One array as a .npy. */
export function npyBytes({ descr, shape, bytes, order = "False", tuple }: NpzArray): Uint8Array {
  const lengths = tuple ?? `(${shape.map((length) => `${length},`).join(" ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${lengths}, }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8);
  return Uint8Array.from([...head, ...new TextEncoder().encode(padded), ...bytes]);
}

export const npzBytes = (arrays: readonly NpzArray[], options: ZipOptions = { alignment: 1, long: true }) =>
  zipBytes(
    arrays.map((array) => ({ name: `${array.name}.npy`, data: npyBytes(array), flags: 0 })),
    options,
  );

/** All tensors of a folder's safetensors as arrays. */
export const npzArraysOf = (files: ReadonlyMap<string, Uint8Array>): NpzArray[] =>
  [...files]
    .filter(([path]) => path.endsWith(".safetensors"))
    .flatMap(([, bytes]) => [...readSafetensors(bytes)])
    .map(([name, { dtype, shape, bytes }]) => ({ name, descr: descrs[dtype], shape, bytes }));

const withoutWeights = (files: ReadonlyMap<string, Uint8Array>) =>
  [...files].filter(([path]) => !/\.safetensors(\.index\.json)?$/.test(path));

/** Under Hugging Face's names, with its config.json. */
export const npzCheckpoint = (files: ReadonlyMap<string, Uint8Array>): Files =>
  new Map([...withoutWeights(files), ["weights.npz", npzBytes(npzArraysOf(files))]]);

/** Under Meta's. `halves`: q and k in Hugging Face's order of rows all the same, as TinyLlama's were. */
export function metaNpzCheckpoint(files: ReadonlyMap<string, Uint8Array>, { halves = false } = {}): Files {
  const config = JSON.parse(new TextDecoder().decode(files.get("config.json")));
  const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  const arrays = npzArraysOf(files).map((array): NpzArray => {
    const [, base, end] = /^(.+)\.(\w+)$/.exec(array.name)!;
    const [, renamed] = metaNames.find(([pattern]) => pattern.test(base))!;
    const name = `${/layers\.\d+\./.exec(base)?.[0] ?? ""}${renamed}.${end}`;
    const pairs = /attention\.w[qk]/.test(renamed) && !halves;
    return { ...array, name, bytes: pairs ? inPairs(array.bytes, array.shape[0], headDim) : array.bytes };
  });
  const params = {
    dim: config.hidden_size,
    n_layers: config.num_hidden_layers,
    n_heads: config.num_attention_heads,
    n_kv_heads: config.num_key_value_heads,
    head_dim: headDim,
    norm_eps: config.rms_norm_eps,
    vocab_size: -1,
    model_type: "llama",
    ...(halves ? { hidden_dim: config.intermediate_size, rope_traditional: false } : { multiple_of: 256 }),
    ...(config.quantization ? { quantization: config.quantization } : {}),
  };
  const others = withoutWeights(files).filter(([path]) => path !== "config.json");
  return new Map([
    ...others,
    ["config.json", new TextEncoder().encode(JSON.stringify(params))],
    ["weights.npz", npzBytes(arrays)],
  ]);
}

/** Each head's rows i and i + headDim / 2 become neighbours, whatever a row is made of. */
function inPairs(bytes: Uint8Array, rows: number, headDim: number): Uint8Array {
  const rowBytes = bytes.length / rows;
  const half = headDim / 2;
  const moved = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++) {
    const within = row % headDim;
    const to = row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
    moved.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), to * rowBytes);
  }
  return moved;
}
