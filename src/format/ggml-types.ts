// ggml's storage types, as GGUF numbers them: how many weights share a block and how many bytes it has. Only the sizes;
// what the bytes mean is in quant/ and in the shaders. Source: github.com/ggml-org/ggml, ggml-common.h.

export type GgmlType =
  | "F32"
  | "F16"
  | "BF16"
  | "Q4_0"
  | "Q4_1"
  | "Q5_0"
  | "Q5_1"
  | "Q8_0"
  | "Q2_K"
  | "Q3_K"
  | "Q4_K"
  | "Q5_K"
  | "Q6_K"
  | "IQ4_NL"
  | "IQ4_XS"
  | "TQ1_0"
  | "TQ2_0"
  | "MXFP4"
  | "NVFP4"
  | "Q1_0"
  | "Q2_0"
  | GridType;

/** Types that take their weights from grids of points. */
export type GridType = "IQ1_S" | "IQ1_M" | "IQ2_XXS" | "IQ2_XS" | "IQ2_S" | "IQ3_XXS" | "IQ3_S";

export interface GgmlTraits {
  weights: number;
  bytes: number;
}

export const ggmlTraits: Record<GgmlType, GgmlTraits> = {
  F32: { weights: 1, bytes: 4 },
  F16: { weights: 1, bytes: 2 },
  BF16: { weights: 1, bytes: 2 },
  Q4_0: { weights: 32, bytes: 18 },
  Q4_1: { weights: 32, bytes: 20 },
  Q5_0: { weights: 32, bytes: 22 },
  Q5_1: { weights: 32, bytes: 24 },
  Q8_0: { weights: 32, bytes: 34 },
  Q2_K: { weights: 256, bytes: 84 },
  Q3_K: { weights: 256, bytes: 110 },
  Q4_K: { weights: 256, bytes: 144 },
  Q5_K: { weights: 256, bytes: 176 },
  Q6_K: { weights: 256, bytes: 210 },
  IQ4_NL: { weights: 32, bytes: 18 },
  IQ4_XS: { weights: 256, bytes: 136 },
  TQ1_0: { weights: 256, bytes: 54 },
  TQ2_0: { weights: 256, bytes: 66 },
  MXFP4: { weights: 32, bytes: 17 },
  NVFP4: { weights: 64, bytes: 36 },
  Q1_0: { weights: 128, bytes: 18 },
  Q2_0: { weights: 64, bytes: 18 },
  IQ1_S: { weights: 256, bytes: 50 },
  IQ1_M: { weights: 256, bytes: 56 },
  IQ2_XXS: { weights: 256, bytes: 66 },
  IQ2_XS: { weights: 256, bytes: 74 },
  IQ2_S: { weights: 256, bytes: 82 },
  IQ3_XXS: { weights: 256, bytes: 98 },
  IQ3_S: { weights: 256, bytes: 110 },
};

/** Every number that GGUF, or a known fork of it, has given out: a type that is not read is refused by its name. */
const names: Record<number, string> = {
  0: "F32",
  1: "F16",
  2: "Q4_0",
  3: "Q4_1",
  4: "Q4_2 (withdrawn)",
  5: "Q4_3 (withdrawn)",
  6: "Q5_0",
  7: "Q5_1",
  8: "Q8_0",
  9: "Q8_1",
  10: "Q2_K",
  11: "Q3_K",
  12: "Q4_K",
  13: "Q5_K",
  14: "Q6_K",
  15: "Q8_K",
  16: "IQ2_XXS",
  17: "IQ2_XS",
  18: "IQ3_XXS",
  19: "IQ1_S",
  20: "IQ4_NL",
  21: "IQ3_S",
  22: "IQ2_S",
  23: "IQ4_XS",
  24: "I8",
  25: "I16",
  26: "I32",
  27: "I64",
  28: "F64",
  29: "IQ1_M",
  30: "BF16",
  31: "Q4_0_4_4 (withdrawn)",
  32: "Q4_0_4_8 (withdrawn)",
  33: "Q4_0_8_8 (withdrawn)",
  34: "TQ1_0",
  35: "TQ2_0",
  36: "IQ4_NL_4_4 (withdrawn)",
  37: "IQ4_NL_4_8 (withdrawn)",
  38: "IQ4_NL_8_8 (withdrawn)",
  39: "MXFP4",
  40: "NVFP4",
  41: "Q1_0",
  42: "Q2_0",
  142: "PQ2_0 of Prism's fork",
  143: "PTQ1_0 of Prism's fork",
};

export const ggmlTypeName = (id: number): string => names[id] ?? `number ${id}`;

export const isGridType = (type: GgmlType): type is GridType => /^IQ[123]/.test(type);

export const isGgmlType = (name: string): name is GgmlType => Object.hasOwn(ggmlTraits, name);
