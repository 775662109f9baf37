// Quantized matrices of real size whose bytes are never made, only their early parts: one of every scheme and width, for
// plans and their sizes.

import { ggmlTraits, isGridType, type GgmlType } from "../../src/format/ggml-types.ts";
import type { PartRole, QuantizedMatrix, Scheme, TensorSlice } from "../../src/format/quantized.ts";
import type { PartBytes } from "../../src/quant/row-format.ts";

export interface Drawn {
  matrix: QuantizedMatrix;
  early: PartBytes;
  fileBytes: number;
}

const widths: Record<string, number> = { U8: 1, I8: 1, F8_E4M3: 1, F16: 2, BF16: 2, I16: 2, I32: 4, U32: 4, F32: 4 };

function drawn(
  scheme: Scheme,
  [rows, cols]: number[],
  parts: Partial<Record<PartRole, [string, number[]]>>,
  early: PartBytes = {},
): Drawn {
  let fileBytes = 0;
  const slices = Object.fromEntries(
    Object.entries(parts).map(([role, [dtype, shape]]): [string, TensorSlice] => {
      const bytes = shape.reduce((a, b) => a * b, 1) * (widths[dtype] ?? 1);
      fileBytes += bytes;
      return [role, { name: `l.${role}`, dtype, shape, file: "f", start: 0, end: bytes }];
    }),
  );
  return {
    matrix: { name: "l.weight", rows, cols, scheme, parts: slices as QuantizedMatrix["parts"] },
    early,
    fileBytes,
  };
}

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const halves = (values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);
export function gptq(bits: 2 | 3 | 4 | 8, groupSize: number, shape: number[]): Drawn {
  const [rows, cols] = shape;
  const size = groupSize === -1 ? cols : groupSize;
  const groups = Math.ceil(cols / size);
  return drawn({ kind: "gptq", bits, groupSize: size, zeroPoints: 1 }, shape, {
    codes: ["I32", [(cols * bits) / 32, rows]],
    zeros: ["I32", [groups, (rows * bits) / 32]],
    scales: ["F16", [groups, rows]],
  });
}

export function nf4(blocksize: number, nested: boolean, shape: number[]): Drawn {
  const [rows, cols] = shape;
  const blocks = Math.ceil((rows * cols) / blocksize);
  const state = { blocksize, dtype: "float16", shape, nested_blocksize: 256, nested_offset: 0.1 };
  return drawn(
    { kind: "bnb4", book: "nf4", nested },
    shape,
    {
      codes: ["U8", [(rows * cols) / 2, 1]],
      scales: [nested ? "U8" : "F32", [blocks]],
      map: ["F32", [16]],
      state: ["U8", [170]],
      ...(nested ? { nestedScales: ["F32", [Math.ceil(blocks / 256)]], nestedMap: ["F32", [256]] } : {}),
    },
    { state: text(state), map: new Uint8Array(64), nestedMap: new Uint8Array(1024) },
  );
}

/** Groups of one size; the first tenth of the inputs has the higher bits. */
export function exl2(bits: [number, number], groupSize: number, shape: number[]): Drawn {
  const [rows, cols] = shape;
  const count = cols / groupSize;
  let at = 0;
  const groups = Array.from({ length: count }, (_, g) => {
    const width = g < count / 10 ? bits[0] : bits[1];
    at += (width * groupSize) / 32;
    return [width, at - (width * groupSize) / 32];
  });
  return drawn(
    { kind: "exl2" },
    shape,
    {
      codes: ["I32", [at, rows]],
      scales: ["I32", [count, rows / 8]],
      scaleLimits: ["F16", [count]],
      groups: ["I16", [2 * count]],
      inversePermutation: ["I32", [cols]],
    },
    {
      groups: halves(groups.flat()),
      scaleLimits: new Uint8Array(2 * count),
    },
  );
}

/** compressed-tensors' pack-quantized. */
function packedRows(bits: number, groupSize: number, zeros: boolean, [rows, cols]: number[]): Drawn {
  const groups = cols / groupSize;
  return drawn(
    { kind: "integers", packer: "compressed-tensors", bits, groups: { rows: 1, cols: groupSize } },
    [rows, cols],
    {
      codes: ["I32", [rows, (cols * bits) / 32]],
      scales: ["F16", [rows, groups]],
      ...(zeros ? { zeros: ["I32", [(rows * bits) / 32, groups]] } : {}),
    },
  );
}

function mlx(bits: number, [rows, cols]: number[]): Drawn {
  return drawn({ kind: "integers", packer: "mlx", bits, groups: { rows: 1, cols: 64 } }, [rows, cols], {
    codes: ["U32", [rows, (cols * bits) / 32]],
    scales: ["F16", [rows, cols / 64]],
    minima: ["F16", [rows, cols / 64]],
  });
}

function floats(
  type: "FP8" | "MXFP8" | "NVFP4" | "MXFP4",
  groups: (rows: number, cols: number) => { rows: number; cols: number },
  scales: string,
  [rows, cols]: number[],
): Drawn {
  const size = groups(rows, cols);
  const isByte = type.endsWith("8");
  return drawn({ kind: "floats", type, groups: size }, [rows, cols], {
    codes: isByte ? ["F8_E4M3", [rows, cols]] : ["U8", [rows, cols / 2]],
    scales: [scales, [Math.ceil(rows / size.rows), Math.ceil(cols / size.cols)]],
  });
}

function hqq(bits: 1 | 2 | 3 | 4 | 8, [rows, cols]: number[]): Drawn {
  const groups = (rows * cols) / 64;
  return drawn({ kind: "slabs", packer: "hqq", bits, groups: { rows: 1, cols: 64 } }, [rows, cols], {
    codes: bits === 3 ? ["I32", [Math.ceil(groups / 10), 64]] : ["U8", [(groups * bits) / 8, 64]],
    scales: ["F16", [groups, 1]],
    zeros: ["F16", [groups, 1]],
  });
}

/** HQQ along axis 0, zero points in bytes as hqq 0.1 has them. */
export function hqqDown(bits: 2 | 4, [rows, cols]: number[]): Drawn {
  const groups = (rows * cols) / 64;
  return drawn({ kind: "slabs", packer: "hqq", bits, groups: { rows: 64, cols: 1 } }, [rows, cols], {
    codes: ["U8", [8 * bits, groups]],
    scales: ["F16", [1, groups]],
    zeros: ["U8", [1, groups]],
    zeroScales: ["F16", []],
    zeroZeros: ["F16", []],
  });
}

/** AQLM 1x16. */
export function aqlm([rows, cols]: number[]): Drawn {
  return drawn({ kind: "vectors", bits: 16 }, [rows, cols], {
    codes: ["I16", [rows, cols / 8, 1]],
    map: ["F16", [1, 65_536, 1, 8]],
    scales: ["F16", [rows, 1, 1, 1]],
  });
}

const eachRow = (_: number, cols: number) => ({ rows: 1, cols });

/** By name: the matrix of a shape [out, in]. */
export const drawnMatrices: [string, (shape: number[]) => Drawn][] = [
  ...([2, 3, 4, 8] as const).flatMap((bits) =>
    [-1, 32, 64, 128].map((size): [string, (shape: number[]) => Drawn] => [
      `GPTQ ${bits} bit, group ${size}`,
      (shape) => gptq(bits, size, shape),
    ]),
  ),
  ["AWQ", ([rows, cols]) => drawn({ kind: "awq", groupSize: 128 }, [rows, cols], {
    codes: ["I32", [cols, rows / 8]], zeros: ["I32", [cols / 128, rows / 8]], scales: ["F16", [cols / 128, rows]],
  })],
  ["nf4", (shape) => nf4(64, false, shape)],
  ["nf4, nested", (shape) => nf4(64, true, shape)],
  ["nf4, nested, blocks of 32", (shape) => nf4(32, true, shape)],
  ["nf4, nested, blocks of 4096", (shape) => nf4(4096, true, shape)],
  ["int8", ([rows, cols]) => drawn({ kind: "int8" }, [rows, cols], { codes: ["I8", [rows, cols]], scales: ["F32", [rows]] })],
  // Left out: 7 bits, which take 8 on the GPU; TQ1_0, whose base-3 digits take 2 bits there; HQQ's and MLC's 3 bits, ten to a word on file.
  ...[2, 3, 4, 5, 6, 8].flatMap((bits): [string, (shape: number[]) => Drawn][] => [
    [`pack-quantized ${bits} bit`, (shape) => packedRows(bits, 128, false, shape)],
    [`pack-quantized ${bits} bit, asymmetric`, (shape) => packedRows(bits, 128, true, shape)],
    [`MLX ${bits} bit`, (shape) => mlx(bits, shape)],
  ]),
  ["int-quantized", ([rows, cols]) => drawn(
    { kind: "integers", packer: "compressed-tensors", bits: 8, groups: { rows: 1, cols } }, [rows, cols],
    { codes: ["I8", [rows, cols]], scales: ["F16", [rows, 1]] },
  )],
  ["FP8, a scale a row", (shape) => floats("FP8", eachRow, "F16", shape)],
  ["FP8, blocks of 128", (shape) => floats("FP8", () => ({ rows: 128, cols: 128 }), "F32", shape)],
  ["MXFP8", (shape) => floats("MXFP8", () => ({ rows: 1, cols: 32 }), "U8", shape)],
  ["MXFP4 in safetensors", (shape) => floats("MXFP4", () => ({ rows: 1, cols: 32 }), "U8", shape)],
  ["NVFP4 in safetensors", (shape) => floats("NVFP4", () => ({ rows: 1, cols: 16 }), "F8_E4M3", shape)],
  ...([8, 4, 2, 1] as const).map((bits): [string, (shape: number[]) => Drawn] => [`HQQ ${bits} bit`, (shape) => hqq(bits, shape)]),
  ...([4, 2] as const).map((bits): [string, (shape: number[]) => Drawn] => [`HQQ ${bits} bit, axis 0`, (shape) => hqqDown(bits, shape)]),
  ["AWQ gemv", ([rows, cols]) => drawn({ kind: "integers", packer: "awq gemv", bits: 4, groups: { rows: 1, cols: 128 } }, [rows, cols], {
    codes: ["I32", [rows, cols / 8]], zeros: ["I32", [rows, Math.ceil(cols / 1024)]], scales: ["F16", [rows, 8 * Math.ceil(cols / 1024)]],
  })],
  ["AWQ gemv_fast", ([rows, cols]) => drawn({ kind: "integers", packer: "awq gemv_fast", bits: 4, groups: { rows: 1, cols: 128 } }, [rows, cols], {
    codes: ["I16", [rows / 4, cols]], scales: ["F16", [8 * Math.ceil(cols / 1024), rows]], minima: ["F16", [8 * Math.ceil(cols / 1024), rows]],
  })],
  ["Marlin", ([rows, cols]) => drawn({ kind: "marlin", groupSize: 128 }, [rows, cols], {
    codes: ["I32", [cols / 16, 2 * rows]], scales: ["F16", [cols / 128, rows]],
  })],
  ["torchao int4", ([rows, cols]) => drawn({ kind: "integers", packer: "torchao", bits: 4, groups: { rows: 1, cols: 128 } }, [rows, cols], {
    codes: ["I8", [rows, cols / 2]], scales: ["BF16", [cols / 128, rows]], minima: ["BF16", [cols / 128, rows]],
  })],
  ["torchao int4 in tiles", ([rows, cols]) => drawn({ kind: "integers", packer: "torchao", bits: 4, groups: { rows: 1, cols: 128 } }, [rows, cols], {
    codes: ["I32", [rows / 8, cols / 128, 32, 4]], scales: ["BF16", [cols / 128, rows, 2]],
  })],
  ["EETQ", ([rows, cols]) => drawn({ kind: "integers", packer: "eetq", bits: 8, groups: { rows: 1, cols } }, [rows, cols], {
    codes: ["I8", [cols, rows]], scales: ["F16", [rows]],
  })],
  ["MLC q4f16_1", ([rows, cols]) => drawn({ kind: "integers", packer: "mlc", bits: 4, groups: { rows: 1, cols: 32 } }, [rows, cols], {
    codes: ["U32", [rows, cols / 8]], scales: ["F16", [rows, cols / 32]],
  })],
  ...([[2, "F16"], [4, "F16"], [8, "F16"], [4, "F32"]] as const).map(([bits, type]): [string, (shape: number[]) => Drawn] => [
    `ONNX ${bits} bit${type === "F32" ? ", f32 scales" : ""}`,
    ([rows, cols]) => drawn({ kind: "integers", packer: "onnx", bits, groups: { rows: 1, cols: 32 } }, [rows, cols], {
      codes: ["U8", [rows, (cols * bits) / 8]], scales: [type, [rows, cols / 32]],
    }),
  ]),
  ["ONNX inputs as rows, int8", ([rows, cols]) => drawn({ kind: "turned", bits: 8, zero: 128, groups: { rows, cols } }, [rows, cols], {
    codes: ["I8", [cols, rows]], scales: ["F32", []],
  })],
  ["ONNX inputs as rows, f16", ([rows, cols]) => drawn({ kind: "turned", bits: 16, groups: { rows, cols } }, [rows, cols], {
    codes: ["F16", [cols, rows]],
  })],
  ["EXL2 4/3 bit, groups of 32", (shape) => exl2([4, 3], 32, shape)],
  ["EXL2 3/2 bit, groups of 32", (shape) => exl2([3, 2], 32, shape)],
  ["EXL2 5/4 bit, groups of 128", (shape) => exl2([5, 4], 128, shape)],
  ["EXL2 8/6 bit, groups of 128", (shape) => exl2([8, 6], 128, shape)],
  ...(Object.keys(ggmlTraits) as GgmlType[]).filter((type) => !/^B?F\d|^TQ1/.test(type)).map((type): [string, (shape: number[]) => Drawn] => [
    type,
    ([rows, cols]) => {
      const made = drawn(isGridType(type) ? { kind: "grid", type } : { kind: "ggml", type }, [rows, cols], { codes: [type, [rows, cols]] });
      return { ...made, fileBytes: ((rows * cols) / ggmlTraits[type].weights) * ggmlTraits[type].bytes };
    },
  ]),
]; // prettier-ignore
