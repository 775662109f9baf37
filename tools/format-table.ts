// The table of published formats in docs/formats.md: bytes a weight from the layouts at 4096 x 4096, and how many golden
// checkpoints pass, counted from the tests that ran. `npm run formats` writes it.

import { ggmlTraits } from "../src/format/ggml-types.ts";
import { storedRowBytes, type Encoding } from "../src/quant/layout.ts";
import { formatBytes, plainFormat } from "../src/quant/row-format.ts";
import { packedFormats } from "../src/quant/schemes.ts";
import { aqlm, drawnMatrices } from "../test/support/drawn-matrices.ts";

const packedFormat = await packedFormats();

export const head = "| format | bytes a weight: in the file → on the GPU | golden checkpoints that pass |";
const shape = [4096, 4096];

/**
 * `widths`: the table's name for each -> the drawn matrix's name, or the encoding of numbers that are kept as they are.
 * `tests`: the names of its checkpoints in the tests.
 */
const formats: { name: string; widths: Record<string, string>; tests: RegExp }[] = [
  {
    name: "GPTQ: g128 here, any group, v1, v2, act-order",
    widths: Object.fromEntries([2, 3, 4, 8].map((bits) => [`${bits} bit`, `GPTQ ${bits} bit, group 128`])),
    tests: /-gptq-/,
  },
  {
    name: "AWQ gemm, gemv and gemv_fast, g128 here; Marlin's packing of AWQ and GPTQ",
    widths: { gemm: "AWQ", gemv: "AWQ gemv", gemv_fast: "AWQ gemv_fast", Marlin: "Marlin" },
    tests: /-awq-/,
  },
  {
    name: "bitsandbytes nf4, fp4, int8",
    widths: { single: "nf4", double: "nf4, nested", int8: "int8" },
    tests: /-bnb-/,
  },
  {
    name: "EXL2, any mix",
    widths: Object.fromEntries(
      [["3/2", 32], ["4/3", 32], ["5/4", 128], ["8/6", 128]].map(([bits, size]) => [`${bits} bit`, `EXL2 ${bits} bit, groups of ${size}`]),
    ),
    tests: /-exl2-/,
  },
  {
    name: "compressed-tensors: pack-quantized, g128 here, any group, asymmetric, act-order; int-quantized",
    widths: {
      ...Object.fromEntries([2, 3, 4, 5, 6, 8].map((bits) => [`${bits} bit`, `pack-quantized ${bits} bit`])),
      "4 bit asymmetric": "pack-quantized 4 bit, asymmetric",
      int8: "int-quantized",
    },
    tests: / ct-w/,
  },
  {
    name: "FP8: compressed-tensors, vLLM, transformers, FBGEMM, ModelOpt; MXFP8, MLX's too",
    widths: { "a scale a row": "FP8, a scale a row", "blocks of 128": "FP8, blocks of 128", MXFP8: "MXFP8" },
    tests: / ct-fp8/,
  },
  {
    name: "FP4: NVFP4 of compressed-tensors, ModelOpt and MLX, MXFP4",
    widths: { NVFP4: "NVFP4 in safetensors", MXFP4: "MXFP4 in safetensors" },
    tests: / ct-(nv|mx)fp4/,
  },
  {
    name: "MLX affine, g64 here, any group; in safetensors or weights.npz",
    widths: Object.fromEntries([2, 3, 4, 5, 6, 8].map((bits) => [`${bits} bit`, `MLX ${bits} bit`])),
    tests: / mlx-/,
  },
  {
    name: "MLC (WebLLM): q4f16_1, q4f16_2, q4f32_1, q4bf16_1; q3f16_1; q0f16, q0f32, q0bf16",
    widths: { q4f16_1: "MLC q4f16_1", q0f16: "f16" },
    tests: /-mlc-/,
  },
  {
    name: "ONNX (transformers.js, onnxruntime-genai): MatMulNBits and GatherBlockQuantized, blocks of 32 and f16 scales here, any block of a multiple of 16, zero points too; MatMulInteger; MatMul in f16 and f32",
    widths: {
      ...Object.fromEntries([2, 4, 8].map((bits) => [`${bits} bit`, `ONNX ${bits} bit`])),
      "4 bit, f32 scales": "ONNX 4 bit, f32 scales",
      int8: "ONNX inputs as rows, int8",
      f16: "ONNX inputs as rows, f16",
    },
    tests: /-onnx-/,
  },
  {
    name: "HQQ along either axis, g64 here, any group of a multiple of 32 (axis 0: any); 3 bits too; scales and zero points as numbers or in bytes; in safetensors or qmodel.pt",
    widths: {
      ...Object.fromEntries([1, 2, 4, 8].map((bits) => [`${bits} bit`, `HQQ ${bits} bit`])),
      ...Object.fromEntries([2, 4].map((bits) => [`${bits} bit, axis 0, zero points in bytes`, `HQQ ${bits} bit, axis 0`])),
    },
    tests: /[ -]hqq-/,
  },
  {
    name: "optimum-quanto qint8, qfloat8, qint4 and qint2, g64 here; torchao int8, float8, int4 (plain or tile-packed, g128 here); EETQ",
    widths: { int8: "int-quantized", float8: "FP8, a scale a row", qint4: "HQQ 4 bit", qint2: "HQQ 2 bit", int4: "torchao int4", EETQ: "EETQ" },
    tests: / (quanto|torchao)-/,
  },
  {
    name: "AQLM 1x16, groups of 8 inputs",
    widths: { "1x16": "AQLM 1x16" },
    tests: /-aqlm/,
  },
  {
    name: "GGUF",
    widths: Object.fromEntries(drawnMatrices.filter(([name]) => Object.hasOwn(ggmlTraits, name)).map(([name]) => [name, name])),
    tests: /-gguf-|tiny256 as|tiny256, gguf/,
  },
  {
    name: "torch: `pytorch_model.bin`, Meta's `consolidated.00.pth`, tensor-parallel",
    widths: { f32: "f32", f16: "f16", bf16: "bf16" },
    tests: /torch-|torch's|Meta's files/,
  },
]; // prettier-ignore

export interface SeenTest {
  fullName: string;
  status: string;
}

/** Format and sizes of each row: what a test checks the table against. */
export function sizesOf(): [string, string][] {
  const drawn = new Map([...drawnMatrices, ["AQLM 1x16", aqlm] as const]);
  return formats.map(({ name, widths }) => {
    const perWeight = (bytes: number) => (bytes / (shape[0] * shape[1])).toFixed(3);
    const sizes = Object.entries(widths).map(([label, matrixName]) => {
      const made = drawn.get(matrixName)?.(shape);
      if (!made) {
        const encoding = matrixName as Encoding;
        const fileBytes = shape[0] * storedRowBytes(encoding, shape[1]);
        return `${label} ${perWeight(fileBytes)} → ${perWeight(formatBytes(plainFormat(encoding, shape[1]), shape[0]))}`;
      }
      const { matrix, early, fileBytes } = made;
      return `${label} ${perWeight(fileBytes)} → ${perWeight(formatBytes(packedFormat(matrix, early), matrix.rows))}`;
    });
    return [name, sizes.join(", ")];
  });
}

/** The page with its table made anew. Throws if there is none, or if a format has no test. */
export function withTable(page: string, tests: readonly SeenTest[]): string {
  const lines = page.split("\n");
  const start = lines.indexOf(head);
  if (start < 0) throw new Error(`There is no table headed "${head}".`);
  const ran = tests.filter(({ status }) => status === "passed" || status === "failed");
  const rows = sizesOf().map(([name, sizes], i) => {
    const own = ran.filter(({ fullName }) => formats[i].tests.test(fullName));
    if (own.length === 0) throw new Error(`No test of ${name} ran.`);
    const counts = ["Chromium", "Firefox"].flatMap((browser) => {
      const its = own.filter(({ fullName }) => fullName.startsWith(browser.toLowerCase()));
      const passed = its.filter(({ status }) => status === "passed");
      return its.length > 0 ? [`${passed.length} of ${its.length} in ${browser}`] : []; // of a run in one of them
    });
    return `| ${name} | ${sizes} | ${counts.join(", ")} |`;
  });
  let end = start + 2;
  while (lines[end]?.startsWith("|")) end++;
  return [...lines.slice(0, start + 2), ...rows, ...lines.slice(end)].join("\n");
}
