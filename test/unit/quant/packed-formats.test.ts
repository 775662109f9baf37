// Plans of quantized matrices without a GPU: bytes against the file's, at the shapes of Llama 2; which matrices may share
// a weight; and every early or late part that contradicts its matrix, each a named error.

import { describe, expect, test } from "vitest";
import type { PartRole } from "../../../src/format/quantized.ts";
import { canShare, estimatedFormat, formatBytes } from "../../../src/quant/row-format.ts";
import { earlyParts, lateParts, packedFormats } from "../../../src/quant/schemes.ts";
import { aqlm, type Drawn, drawnMatrices, exl2, gptq, hqqDown, nf4 } from "../../support/drawn-matrices.ts";
import { blockMatrix } from "../../support/packed-matrix.ts";
import { madeLayers } from "../../support/random-packed.ts";
import { rejection } from "../../support/rejection.ts";

const packedFormat = await packedFormats();

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const words = (values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);
const halves = (values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);
const shapes = [[4096, 4096], [11008, 4096], [4096, 11008], [28672, 8192], [8192, 28672], [1024, 8192]]; // prettier-ignore

describe("bytes on the GPU are at most 12 % more than in the file", () => {
  test.each(drawnMatrices)("%s", (_, make) => {
    for (const shape of shapes) {
      const { matrix, early, fileBytes } = make(shape);
      const more = formatBytes(packedFormat(matrix, early), matrix.rows) / fileBytes;
      expect(more, `${shape}`).toBeLessThanOrEqual(1.12);
      expect(more, `${shape}`).toBeGreaterThan(0.99); // codes keep their bits: no less than in the file, either
    }
  });
});

test("but for AQLM, whose codebook becomes f32; that is counted before any part is read", () => {
  for (const shape of shapes) {
    const { matrix, early, fileBytes } = aqlm(shape);
    const bytes = formatBytes(packedFormat(matrix, early), matrix.rows);
    expect(bytes - fileBytes).toBe(2 ** 20 + 14 * matrix.rows); // a vector of four has the row's scale
    const counted = formatBytes(estimatedFormat(matrix), matrix.rows);
    expect(Math.abs(counted / bytes - 1)).toBeLessThan(0.01);
  }
});

describe("which parts when", () => {
  test("all but the codes are early or late, and none both", () => {
    for (const make of Object.values(madeLayers.all)) {
      const { matrix } = make();
      const roles = [...earlyParts(matrix), ...lateParts(matrix)].map(([role]) => role);
      expect([...roles, "codes"].toSorted()).toEqual(Object.keys(matrix.parts).toSorted());
    }
  });
  test("a format is made of the early parts alone", () => {
    for (const make of Object.values(madeLayers.all)) {
      const { matrix, parts } = make();
      const early = Object.fromEntries(earlyParts(matrix).map(([role]) => [role, parts[role]]));
      const format = packedFormat(matrix, early);
      expect(format.codeWords % 4).toBe(0);
      expect(format.head.length % 64).toBe(0);
    }
  });
  test("scale rows do not depend on how they are cut", () => {
    for (const make of Object.values(madeLayers.all)) {
      const { matrix, parts } = make();
      const format = packedFormat(matrix, parts);
      if (!format.scaleRows) continue; // plain numbers
      const whole = format.scaleRows(parts, 0, matrix.rows);
      expect(whole).toHaveLength(matrix.rows * format.scaleWords);
      const pieces = [format.scaleRows(parts, 0, 3), format.scaleRows(parts, 3, matrix.rows - 3)];
      expect([...pieces[0], ...pieces[1]]).toEqual([...whole]);
    }
  });
  test("sharing a weight: the same scheme and tables, whatever the outputs", () => {
    const format = ({ matrix, early }: Drawn) => packedFormat(matrix, early);
    expect(canShare(format(gptq(4, 128, [4096, 4096])), format(gptq(4, 128, [1024, 4096])))).toBe(true);
    expect(canShare(format(gptq(4, 128, [4096, 4096])), format(gptq(4, 64, [4096, 4096])))).toBe(false);
    expect(canShare(format(nf4(64, true, [4096, 4096])), format(nf4(64, true, [1024, 4096])))).toBe(true);
    expect(canShare(format(nf4(64, true, [4096, 4096])), format(nf4(64, false, [4096, 4096])))).toBe(false);
    expect(canShare(format(hqqDown(4, [4096, 4096])), format(hqqDown(4, [4096, 4096])))).toBe(false); // each has its table
    expect(canShare(format(aqlm([4096, 4096])), format(aqlm([4096, 4096])))).toBe(false);
    expect(canShare(format(exl2([5, 4], 128, [4096, 4096])), format(exl2([4, 3], 128, [4096, 4096])))).toBe(false);
  });
});

describe("act-order", () => {
  const layer = (index: number[]) => {
    const { matrix } = gptq(4, 32, [32, 96]);
    matrix.parts.groupIndex = { ...matrix.parts.codes, name: "l.g_idx" };
    return packedFormat(matrix, { groupIndex: words(index) });
  };
  const inOrder = Array.from({ length: 96 }, (_, k) => Math.floor(k / 32));
  test("inputs are sorted by group, and x is gathered back", () => {
    const index = Array.from({ length: 96 }, (_, k) => (k * 7) % 3);
    const { order, repack } = layer(index);
    const slots = (repack as { slots: Uint32Array }).slots;
    expect([...order!].map((input) => index[input])).toEqual(inOrder);
    expect([...slots].map((slot) => order![slot])).toEqual(Array.from({ length: 96 }, (_, k) => k));
  });
  test("groups in order, or all zeros, need no sorting", () => {
    expect(layer(inOrder).order).toBeUndefined();
    expect(layer(Array.from({ length: 96 }, () => 0)).order).toBeUndefined();
  });
  test.each([
    ["a group that is not there", [3, ...inOrder.slice(1)]],
    ["a negative one", [-1, ...inOrder.slice(1)]],
    ["a group with too many inputs", [1, ...inOrder.slice(1)]],
  ])("%s is refused", async (_, index) => {
    expect(await rejection(() => layer(index))).toMatchObject({ code: "format", facts: { field: "l.g_idx" } });
  });
});

describe("parts that contradict their matrix", () => {
  const spoiledState = (fields: Record<string, unknown>) => () => {
    const { matrix, early } = nf4(64, true, [64, 64]);
    const state = JSON.parse(new TextDecoder().decode(early.state!));
    return packedFormat(matrix, { ...early, state: text({ ...state, ...fields }) });
  };
  const spoiledGroups = (groups: number[]) => () => {
    const { matrix, early } = exl2([5, 4], 32, [32, 64]);
    return packedFormat(matrix, { ...early, groups: halves(groups) });
  };
  const spoiledOrder = (order: number[]) => () => {
    const { matrix, early } = exl2([5, 4], 32, [32, 64]);
    return packedFormat(matrix, early).lateOrder!({ inversePermutation: words(order) });
  };
  const spoiledLayer = (name: string, role: PartRole, bits: number) => () => {
    const { matrix, parts } = madeLayers.all[name]();
    const bytes = parts[role]!.slice();
    new DataView(bytes.buffer)[bits > 0xffff ? "setUint32" : "setUint16"](0, bits, true);
    const changed = { ...parts, [role]: bytes };
    const format = packedFormat(matrix, changed);
    format.lateHead?.(changed);
    format.scaleRows?.(changed, 0, matrix.rows);
  };
  const spoiledBlock = (type: "IQ3_S" | "IQ1_M" | "MXFP4", changes: [number, number][]) => () => {
    const bytes = madeLayers.ggml(type, 16);
    for (const [at, byte] of changes) bytes[at] = byte;
    packedFormat(blockMatrix(type, bytes, 2).matrix, {}).checkCodes!(bytes);
  };
  const cases: [string, () => unknown, RegExp][] = [
    ["quant_state that is no JSON", () => packedFormat(nf4(64, true, [64, 64]).matrix, { state: new TextEncoder().encode("{"), map: new Uint8Array(64) }), /not JSON/],
    ["a block of 0", spoiledState({ blocksize: 0 }), /blocksize/],
    ["a block of 48", spoiledState({ blocksize: 48 }), /blocksize/],
    ["another shape", spoiledState({ shape: [64, 63] }), /shape/],
    ["another nested block", spoiledState({ nested_blocksize: 128 }), /nested_blocksize/],
    ["no offset", spoiledState({ nested_offset: null }), /nested_offset/],
    ["an unknown dtype", spoiledState({ dtype: "int4" }), /dtype/],
    ["EXL2 groups of 7 bits", spoiledGroups([7, 0, 4, 5]), /7 bits/],
    ["EXL2 groups that do not sum up", spoiledGroups([4, 0, 4, 4]), /40|groups of/],
    ["EXL2 groups that go back", spoiledGroups([5, 5, 4, 0]), /a group from row/],
    ["an empty EXL2 group", spoiledGroups([5, 0, 4, 9]), /a group from row/],
    ["an EXL2 permutation with a place twice", spoiledOrder(Array.from({ length: 64 }, () => 5)), /each place once/],
    ["an EXL2 permutation beyond the inputs", spoiledOrder(Array.from({ length: 64 }, (_, k) => k + 1)), /each place once/],
    ["a NaN scale in GPTQ", spoiledLayer("GPTQ 4 bit, groups of 48, no g_idx", "scales", 0x7e00), /not finite/],
    ["an infinite scale in AWQ", spoiledLayer("AWQ, one group", "scales", 0x7c00), /not finite/],
    ["a zero point of torchao's int4 that four bits do not reach", spoiledLayer("torchao int4 for XPU", "zeros", 0x0410), /zero point of 16/],
    ["an infinite scale in HQQ along axis 0", spoiledLayer("HQQ down 1 bit", "scales", 0x7c00), /"l.scale".*not finite, number 0/],
    ["an infinite scale of zero points in HQQ", spoiledLayer("HQQ down 2 bit, bytes of zero points", "zeroScales", 0x7c00), /"l.zero_q".*not finite/],
    ["the same along axis 1", spoiledLayer("HQQ 4 bit, zero points in bytes", "zeroScales", 0x7c00), /"l.zero_q".*not finite/],
    ["an infinite vector in AQLM", spoiledLayer("AQLM 1x12, bfloat16", "map", 0x7f80), /"l.codebooks".*not finite, number 0/],
    ["an infinite scale in AQLM", spoiledLayer("AQLM 1x16", "scales", 0x7c00), /"l.scales".*not finite, number 0/],
    ["a NaN in AQLM's codebook of halves", spoiledLayer("AQLM 1x16", "map", 0x7e00), /"l.codebooks".*not finite/],
    ["an infinite scale in Marlin", spoiledLayer("Marlin of GPTQ, one group", "scales", 0x7c00), /"l.s".*not finite/],
    ["a NaN scale in AWQ gemv_fast", spoiledLayer("AWQ gemv_fast, groups of 64", "scales", 0x7e00), /scales.*not finite/],
    ["a NaN zero point in AWQ gemv_fast", spoiledLayer("AWQ gemv_fast, groups of 64", "minima", 0x7e00), /qzeros.*not finite/],
    ["a NaN scale in torchao's int4", spoiledLayer("torchao int4", "scales", 0x7fc0), /_weight_scale.*not finite/],
    ["a NaN zero point in torchao's tiles", () => {
      const { matrix, parts } = madeLayers.all["torchao int4 in tiles, padded"]();
      const scales = parts.scales!.slice();
      scales.set([0xc0, 0x7f], 2);
      packedFormat(matrix, parts).scaleRows!({ ...parts, scales }, 0, matrix.rows);
    }, /scale_and_zero.*not finite/],
    ["a NaN scale in EETQ", spoiledLayer("EETQ", "scales", 0x7e00), /weight_scales.*not finite/],
    ["a NaN scale in EXL2", spoiledLayer("EXL2, one width", "scaleLimits", 0x7e00), /NaN/],
    ["a NaN scale in nf4", spoiledLayer("nf4, blocks of 4096", "scales", 0x7fc00000), /not finite/],
    ["a NaN outer scale in nf4", spoiledLayer("fp4, blocks of 32, nested", "nestedScales", 0x7fc00000), /not finite/],
    ["a NaN scale in int8", spoiledLayer("int8, whole chunks", "scales", 0x7fc00000), /not finite/],
    ["a NaN scale in pack-quantized", spoiledLayer("pack-quantized 2 bit, groups of 16", "scales", 0x7e00), /weight_scale.*not finite, of output 0, group 0/],
    ["an infinite scale in bfloat16", spoiledLayer("pack-quantized 5 bit, bfloat16", "scales", 0x7f80), /not finite/],
    ["a NaN minimum in MLX", spoiledLayer("MLX 4 bit", "minima", 0x7e00), /biases.*not finite/],
    ["a NaN scale in FP8", spoiledLayer("FP8, a matrix", "scales", 0x7fc00000), /weight_scale.*not finite/],
    ["a NaN scale in NVFP4", spoiledLayer("NVFP4, ModelOpt", "scales", 0x7f), /weight_scale.*not finite/],
    ["a NaN scale in MLX's nvfp4", spoiledLayer("MLX nvfp4", "scales", 0x7f), /scales.*not finite/],
    ["an exponent of MXFP4 that is none", spoiledLayer("MXFP4", "scales", 0xff), /weight_scale.*not finite/],
    ["NVFP4 divided by nothing", () => {
      const { matrix, parts } = madeLayers.all["NVFP4, compressed-tensors"]();
      packedFormat(matrix, parts).scaleRows!({ ...parts, divisor: new Uint8Array(4) }, 0, matrix.rows);
    }, /weight_global_scale.* is 0/],
    ["a NaN factor in NVFP4", spoiledLayer("NVFP4, ModelOpt", "factor", 0x7fc00000), /weight_scale_2.* is NaN/],
    ["a weight of FP8 that is NaN", () => {
      const { matrix, parts } = madeLayers.all["FP8, rows of odd columns"]();
      const codes = parts.codes!.slice();
      codes[codes.length - 1] = 0xff;
      packedFormat(matrix, parts).checkCodes!(codes);
    }, /no number/],
    ["an infinite scale in IQ3_S", spoiledBlock("IQ3_S", [[0, 0], [1, 0x7c]]), /IQ3_S block whose scale/],
    ["an infinite scale in IQ1_M, which has it in nibbles", spoiledBlock("IQ1_M", [[53, 0xc0], [55, 0x70]]), /IQ1_M block whose scale/],
    ["an exponent of MXFP4 in GGUF that is none", spoiledBlock("MXFP4", [[0, 255]]), /MXFP4 block whose scale/],
    ["a zero point that its bits do not reach", () => {
      const { matrix, parts } = madeLayers.all["pack-quantized 4 bit, odd columns"]();
      const zeros = { ...matrix.parts.scales!, dtype: "I8", name: "l.weight_zero_point" };
      const whole = { ...matrix, parts: { ...matrix.parts, zeros } };
      packedFormat(whole, parts).scaleRows!({ ...parts, zeros: new Uint8Array(7).fill(9) }, 0, 7);
    }, /weight_zero_point.*zero point of 9/],
    ["int8 in a GPU's own order", () => {
      const { matrix, parts } = madeLayers.all["int8, whole chunks"]();
      return packedFormat({ ...matrix, parts: { ...matrix.parts, codeOrder: matrix.parts.codes } }, { ...parts, codeOrder: new Uint8Array([2]) });
    }, /weight_format 2/],
  ]; // prettier-ignore
  test.each(cases)("%s", async (_, make, message) => {
    const error = await rejection(make);
    expect(error.message).toMatch(message);
    expect(["format", "model-unsupported"]).toContain(error.code);
  });
});
