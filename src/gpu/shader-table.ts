// Which files of ../../shaders make a shader, by name. The table with formulas and bindings is shaders/README.md, what each
// file declares is in shader-interfaces.ts, and their texts come from shader-text.ts. A test compiles each combination in
// both browsers.

import { shaderFiles as files } from "./shader-interfaces.ts";

export type ShaderFile = keyof typeof files;

type Table = Record<string, readonly ShaderFile[]>;

/** A kernel with what it is always joined with. */
export const kernels = {
  attention: ["attention", "attention_cache", "cache_whole", "cache_pages"],
  attention_keep: ["attention", "attention_cache", "cache_keep", "cache_bytes", "cache_pages"],
  attention_merge: ["attention_merge"],
  attention_rows: ["attention_rows", "attention_cache", "cache_whole", "cache_pages"],
  attention_rows_keep: ["attention_rows", "attention_cache", "cache_keep", "cache_bytes", "cache_pages"],
  cache_quantize: ["cache_quantize", "cache_bytes", "cache_pages"],
  copy_rows: ["copy_rows"],
  embed: ["embed"],
  gather: ["gather"],
  low_rank_scales: ["low_rank_scales"],
  matmul_int8: ["matmul_int8", "matmul_out"],
  matmul_rows: ["matmul_rows", "matmul_out"],
  matmul_tile: ["matmul_tile", "matmul_out"],
  matvec: ["matvec", "take_span"],
  matvec_bytes: ["matvec_bytes", "byte_span", "matvec_totals"],
  matvec_bytes_few: ["matvec_bytes_few", "byte_span", "matvec_totals"],
  matvec_few: ["matvec_few", "take_span"],
  matvec_subgroup: ["matvec_subgroup", "take_span"],
  matvec_subgroup_few: ["matvec_subgroup_few", "take_span"],
  matvec_tile: ["matvec_tile", "tile_span", "matvec_totals"],
  matvec_tile_few: ["matvec_tile_few", "tile_span", "matvec_totals"],
  norm_rope_cache: ["norm_rope_cache", "rope_rows", "cache_write", "cache_pages"],
  quantize_groups: ["quantize_groups"],
  quantize_rows: ["quantize_rows"],
  repack_blocks: ["repack_blocks"],
  repack_columns: ["repack_columns"],
  repack_grids: ["repack_grids"],
  repack_rows: ["repack_rows"],
  repack_slabs: ["repack_slabs"],
  repack_streams: ["repack_streams"],
  repack_turned: ["repack_turned"],
  rmsnorm: ["rmsnorm"],
  rope_cache: ["rope_cache", "rope_rows", "cache_write", "cache_pages"],
  sample: ["sample"],
  swiglu: ["swiglu"],
  top_tokens: ["top_tokens"],
  word_sum: ["word_sum"],
} as const satisfies Table;

/** What a matrix-vector product takes and what becomes of it. */
export const products = {
  plain_store: ["take_plain", "norm_none", "give_store"],
  plain_swiglu: ["take_plain", "norm_none", "give_swiglu"],
  plain_add: ["take_plain", "norm_none", "give_add"],
  normed_store: ["take_normed", "norm_root", "give_store"],
  normed_cache: ["take_normed", "norm_root", "give_cache", "cache_write", "cache_pages"],
  normed_swiglu: ["take_normed", "norm_root", "give_swiglu"],
  normed_swiglu_up: ["take_normed", "norm_root", "give_swiglu_up"],
} as const satisfies Table;

/** How the rows of a weight are read. */
export const decodes = {
  f32: ["decode_f32"],
  f16: ["decode_f16"],
  f16_native: ["decode_f16_native"],
  bf16: ["decode_bf16"],
  q8: ["decode_q8"],
  q4: ["decode_q4"],
  affine: ["decode_affine"],
  super: ["decode_super"],
  book: ["decode_book"],
  exl2: ["decode_exl2"],
  int8: ["decode_int8"],
  fp8: ["decode_fp8"],
  grid: ["decode_grid"],
  vectors: ["decode_vectors"],
} as const satisfies Table;

/** What stands in for a take where the weight's inputs are not in order. */
const gatheredTakes: Partial<Record<ShaderFile, ShaderFile>> = {
  take_plain: "take_plain_gathered",
  take_normed: "take_normed_gathered",
};

/** Files of functions and structs that several others need: joined where one is needed and none of the files has it. */
const shared: readonly ShaderFile[] = [
  "blocks_piece",
  "chunk_dot",
  "eight",
  "gate_of",
  "half_pair",
  "low_rank_sum",
  "rounded",
  "row_place",
  "soft_cap",
  "span",
  "step",
  "weight_shape",
  "wide_dot",
  "word_mix",
];

export type KernelName = keyof typeof kernels;
export type ProductName = keyof typeof products;
export type DecodeName = keyof typeof decodes;

export interface ShaderChoice {
  kernel: KernelName;
  /** For matrix-vector kernels. */
  product?: ProductName;
  decode?: DecodeName;
  /** Whether a product takes its vector in the weight's own order of inputs. */
  gathered?: boolean;
  /** Whether a product has a bias added. */
  biased?: boolean;
  /** Whether a product is changed by a LoRA, its bias included. */
  adapted?: boolean;
  /** Whether by another LoRA, or none, for each token. */
  adaptedApart?: boolean;
}

const provides = (file: ShaderFile, name: string) => (files[file].provides as readonly string[]).includes(name);

/** The files of a shader, kernel first. */
export function shaderFiles(choice: ShaderChoice): ShaderFile[] {
  const { kernel, product, decode, gathered, biased, adapted, adaptedApart } = choice;
  const taking = (file: ShaderFile) => (gathered && gatheredTakes[file]) || file;
  const lowRank = adaptedApart ? "bias_low_rank_apart" : "bias_low_rank";
  const bias = adapted ? lowRank : biased ? "bias_rows" : "bias_none";
  const ofProduct = product ? ([...products[product].map(taking), bias] as const) : [];
  return withShared([...kernels[kernel], ...ofProduct, ...(decode ? decodes[decode] : [])]);
}

/** The files, and the shared ones that they need. */
export function withShared(some: readonly ShaderFile[]): ShaderFile[] {
  const joined = [...some];
  // It grows while it is walked: what is joined may need something, too.
  for (const file of joined)
    for (const name of files[file].needs) {
      if (joined.some((one) => provides(one, name))) continue;
      const home = shared.find((one) => provides(one, name));
      if (home) joined.push(home);
    }
  return joined;
}

/** Whether a decode gives what a kernel wants of one: matmul_int8 and matvec_bytes want codes that are bytes. */
export function reads(kernel: KernelName, decode: DecodeName): boolean {
  const chosen = shaderFiles({ kernel, decode });
  const given = new Set<string>(Object.values(decodes).flatMap(([file]) => files[file].provides));
  const wanted = kernels[kernel].flatMap((file) => files[file].needs).filter((name) => given.has(name));
  return wanted.every((name) => chosen.some((file) => provides(file, name)));
}

export function shaderName(choice: ShaderChoice): string {
  const { kernel, product, decode, gathered, biased, adapted, adaptedApart } = choice;
  const change = adapted && (adaptedApart ? "adapted-apart" : "adapted");
  return [kernel, product, decode, gathered && "gathered", biased && "biased", change].filter(Boolean).join("+");
}
