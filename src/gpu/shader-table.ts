// Every shader of the project as text, by name. The only place that imports ../../shaders; the table with formulas and
// bindings is shaders/README.md, and a test compiles each pair that `kernelDecodes` allows, in both browsers.

import attention from "../../shaders/attention.wgsl?raw";
import decodeBf16 from "../../shaders/decode_bf16.wgsl?raw";
import decodeF16 from "../../shaders/decode_f16.wgsl?raw";
import decodeF16Native from "../../shaders/decode_f16_native.wgsl?raw";
import decodeF32 from "../../shaders/decode_f32.wgsl?raw";
import decodeQ4 from "../../shaders/decode_q4.wgsl?raw";
import decodeQ8 from "../../shaders/decode_q8.wgsl?raw";
import embed from "../../shaders/embed.wgsl?raw";
import kvWrite from "../../shaders/kv_write.wgsl?raw";
import matmulTile from "../../shaders/matmul_tile.wgsl?raw";
import matvec from "../../shaders/matvec.wgsl?raw";
import matvecSubgroup from "../../shaders/matvec_subgroup.wgsl?raw";
import repackRows from "../../shaders/repack_rows.wgsl?raw";
import rmsnorm from "../../shaders/rmsnorm.wgsl?raw";
import rope from "../../shaders/rope.wgsl?raw";
import sample from "../../shaders/sample.wgsl?raw";
import swiglu from "../../shaders/swiglu.wgsl?raw";

export const kernels = {
  attention,
  embed,
  kv_write: kvWrite,
  matmul_tile: matmulTile,
  matvec,
  matvec_subgroup: matvecSubgroup,
  repack_rows: repackRows,
  rmsnorm,
  rope,
  sample,
  swiglu,
};

export const decodes = {
  f32: decodeF32,
  f16: decodeF16,
  f16_native: decodeF16Native,
  bf16: decodeBf16,
  q8: decodeQ8,
  q4: decodeQ4,
};

export type KernelName = keyof typeof kernels;
export type DecodeName = keyof typeof decodes;

/** Kernels that read weights; each works with every decode. */
export const weightKernels: KernelName[] = ["embed", "matvec", "matvec_subgroup", "matmul_tile"];
