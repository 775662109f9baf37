// Every shader of the project as text, by name, and which files make one. The only place that imports ../../shaders; the
// table with formulas and bindings is shaders/README.md, and a test compiles each combination in both browsers.

import attention from "../../shaders/attention.wgsl?raw";
import attentionCache from "../../shaders/attention_cache.wgsl?raw";
import attentionMerge from "../../shaders/attention_merge.wgsl?raw";
import attentionRows from "../../shaders/attention_rows.wgsl?raw";
import biasNone from "../../shaders/bias_none.wgsl?raw";
import biasRows from "../../shaders/bias_rows.wgsl?raw";
import cacheBytes from "../../shaders/cache_bytes.wgsl?raw";
import cacheKeep from "../../shaders/cache_keep.wgsl?raw";
import cacheQuantize from "../../shaders/cache_quantize.wgsl?raw";
import cacheWhole from "../../shaders/cache_whole.wgsl?raw";
import cacheWrite from "../../shaders/cache_write.wgsl?raw";
import chunkDot from "../../shaders/chunk_dot.wgsl?raw";
import copyRows from "../../shaders/copy_rows.wgsl?raw";
import decodeAffine from "../../shaders/decode_affine.wgsl?raw";
import decodeBf16 from "../../shaders/decode_bf16.wgsl?raw";
import decodeBook from "../../shaders/decode_book.wgsl?raw";
import decodeExl2 from "../../shaders/decode_exl2.wgsl?raw";
import decodeF16 from "../../shaders/decode_f16.wgsl?raw";
import decodeF16Native from "../../shaders/decode_f16_native.wgsl?raw";
import decodeF32 from "../../shaders/decode_f32.wgsl?raw";
import decodeInt8 from "../../shaders/decode_int8.wgsl?raw";
import decodeQ4 from "../../shaders/decode_q4.wgsl?raw";
import decodeQ8 from "../../shaders/decode_q8.wgsl?raw";
import decodeSuper from "../../shaders/decode_super.wgsl?raw";
import embed from "../../shaders/embed.wgsl?raw";
import gather from "../../shaders/gather.wgsl?raw";
import giveAdd from "../../shaders/give_add.wgsl?raw";
import giveCache from "../../shaders/give_cache.wgsl?raw";
import giveStore from "../../shaders/give_store.wgsl?raw";
import giveSwiglu from "../../shaders/give_swiglu.wgsl?raw";
import giveSwigluUp from "../../shaders/give_swiglu_up.wgsl?raw";
import halfPair from "../../shaders/half_pair.wgsl?raw";
import matmulInt8 from "../../shaders/matmul_int8.wgsl?raw";
import matmulOut from "../../shaders/matmul_out.wgsl?raw";
import matmulRows from "../../shaders/matmul_rows.wgsl?raw";
import matmulTile from "../../shaders/matmul_tile.wgsl?raw";
import matvec from "../../shaders/matvec.wgsl?raw";
import matvecBytes from "../../shaders/matvec_bytes.wgsl?raw";
import matvecSubgroup from "../../shaders/matvec_subgroup.wgsl?raw";
import matvecTile from "../../shaders/matvec_tile.wgsl?raw";
import matvecTotals from "../../shaders/matvec_totals.wgsl?raw";
import normRopeCache from "../../shaders/norm_rope_cache.wgsl?raw";
import quantizeGroups from "../../shaders/quantize_groups.wgsl?raw";
import quantizeRows from "../../shaders/quantize_rows.wgsl?raw";
import repackBlocks from "../../shaders/repack_blocks.wgsl?raw";
import repackColumns from "../../shaders/repack_columns.wgsl?raw";
import repackRows from "../../shaders/repack_rows.wgsl?raw";
import rmsnorm from "../../shaders/rmsnorm.wgsl?raw";
import ropeCache from "../../shaders/rope_cache.wgsl?raw";
import rowPlace from "../../shaders/row_place.wgsl?raw";
import sample from "../../shaders/sample.wgsl?raw";
import span from "../../shaders/span.wgsl?raw";
import swiglu from "../../shaders/swiglu.wgsl?raw";
import takeNormed from "../../shaders/take_normed.wgsl?raw";
import takeNormedGathered from "../../shaders/take_normed_gathered.wgsl?raw";
import takePlain from "../../shaders/take_plain.wgsl?raw";
import takePlainGathered from "../../shaders/take_plain_gathered.wgsl?raw";
import takeSpan from "../../shaders/take_span.wgsl?raw";
import topTokens from "../../shaders/top_tokens.wgsl?raw";

/** A kernel with what it is always joined with. */
export const kernels = {
  attention: [attention, attentionCache, cacheWhole],
  attention_keep: [attention, attentionCache, cacheKeep, cacheBytes, halfPair],
  attention_merge: [attentionMerge],
  attention_rows: [attentionRows, attentionCache, cacheWhole],
  attention_rows_keep: [attentionRows, attentionCache, cacheKeep, cacheBytes, halfPair],
  cache_quantize: [cacheQuantize, cacheBytes, halfPair],
  copy_rows: [copyRows, rowPlace],
  embed: [embed],
  gather: [gather],
  matmul_int8: [matmulInt8, matmulOut],
  matmul_rows: [matmulRows, matmulOut],
  matmul_tile: [matmulTile, matmulOut],
  matvec: [matvec, takeSpan],
  matvec_bytes: [matvecBytes, matvecTotals],
  matvec_subgroup: [matvecSubgroup, takeSpan],
  matvec_tile: [matvecTile, matvecTotals],
  norm_rope_cache: [normRopeCache, cacheWrite, halfPair],
  quantize_groups: [quantizeGroups],
  quantize_rows: [quantizeRows],
  repack_blocks: [repackBlocks, rowPlace],
  repack_columns: [repackColumns, rowPlace],
  repack_rows: [repackRows, rowPlace],
  rmsnorm: [rmsnorm],
  rope_cache: [ropeCache, cacheWrite, halfPair],
  sample: [sample],
  swiglu: [swiglu],
  top_tokens: [topTokens],
};

/** What a matrix-vector product takes and what becomes of it. */
export const products = {
  plain_store: [takePlain, giveStore],
  plain_add: [takePlain, giveAdd],
  normed_store: [takeNormed, giveStore],
  normed_cache: [takeNormed, giveCache, cacheWrite, halfPair],
  normed_swiglu: [takeNormed, giveSwiglu],
  normed_swiglu_up: [takeNormed, giveSwigluUp],
};

export const decodes = {
  f32: decodeF32,
  f16: decodeF16,
  f16_native: decodeF16Native,
  bf16: decodeBf16,
  q8: decodeQ8,
  q4: decodeQ4,
  affine: decodeAffine,
  super: decodeSuper,
  book: decodeBook,
  exl2: decodeExl2,
  int8: decodeInt8,
};

/** What stands in for a take where the weight's inputs are not in order. */
const gatheredTakes = new Map([
  [takePlain, takePlainGathered],
  [takeNormed, takeNormedGathered],
]);

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
}

/** The files of a shader, kernel first. A decode knows spans; one without a dot product of its own gets the general one. */
export function shaderFiles({ kernel, product, decode, gathered, biased }: ShaderChoice): string[] {
  const taking = (file: string) => (gathered && gatheredTakes.get(file)) || file;
  const files = [
    ...kernels[kernel],
    ...(product ? [...products[product].map(taking), biased ? biasRows : biasNone] : []),
  ];
  if (!decode) return files;
  files.push(decodes[decode], span);
  if (product && !decodes[decode].includes("fn chunk_dot(")) files.push(chunkDot);
  return files;
}

export function shaderName({ kernel, product, decode, gathered, biased }: ShaderChoice): string {
  return [kernel, product, decode, gathered && "gathered", biased && "biased"].filter(Boolean).join("+");
}
