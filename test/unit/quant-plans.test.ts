// Plans of quantized matrices without a GPU: bytes against the file's, at the shapes of Llama 2; which matrices may share
// a weight; and every early or late part that contradicts its matrix, each a named error.

import { describe, expect, test } from "vitest";
import { ggmlBlocks, type GgmlType } from "../../src/format/ggml-types.ts";
import type { PartRole, QuantizedMatrix, Scheme, TensorSlice } from "../../src/format/quantized.ts";
import { canShare, formatBytes, type PartBytes } from "../../src/quant/row-format.ts";
import { earlyParts, lateParts, planMatrix } from "../../src/quant/schemes.ts";
import { madeLayers } from "../support/random-packed.ts";
import { rejection } from "../support/rejection.ts";

interface Drawn {
  matrix: QuantizedMatrix;
  early: PartBytes;
  fileBytes: number;
}

const widths: Record<string, number> = { U8: 1, I8: 1, F16: 2, I16: 2, I32: 4, F32: 4 };

/** A matrix of real size whose bytes are never made: only the early parts are. */
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
const words = (values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);
const halves = (values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);
const shapes = [[4096, 4096], [11008, 4096], [4096, 11008], [28672, 8192], [8192, 28672], [1024, 8192]]; // prettier-ignore

function gptq(bits: 2 | 3 | 4 | 8, groupSize: number, shape: number[]): Drawn {
  const [rows, cols] = shape;
  const size = groupSize === -1 ? cols : groupSize;
  const groups = Math.ceil(cols / size);
  return drawn({ kind: "gptq", bits, groupSize: size, zeroPoints: 1 }, shape, {
    codes: ["I32", [(cols * bits) / 32, rows]],
    zeros: ["I32", [groups, (rows * bits) / 32]],
    scales: ["F16", [groups, rows]],
  });
}

function nf4(blocksize: number, nested: boolean, shape: number[]): Drawn {
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

/** Groups of one size, the first tenth of the inputs with the higher bits. */
function exl2(bits: [number, number], groupSize: number, shape: number[]): Drawn {
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

describe("bytes on the GPU are at most 12 % more than in the file", () => {
  const all: [string, (shape: number[]) => Drawn][] = [
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
    ["EXL2 4/3 bit, groups of 32", (shape) => exl2([4, 3], 32, shape)],
    ["EXL2 3/2 bit, groups of 32", (shape) => exl2([3, 2], 32, shape)],
    ["EXL2 5/4 bit, groups of 128", (shape) => exl2([5, 4], 128, shape)],
    ["EXL2 8/6 bit, groups of 128", (shape) => exl2([8, 6], 128, shape)],
    ...(Object.keys(ggmlBlocks) as GgmlType[]).filter((type) => !type.includes("F")).map((type): [string, (shape: number[]) => Drawn] => [
      type,
      ([rows, cols]) => {
        const made = drawn({ kind: "ggml", type }, [rows, cols], { codes: [type, [rows, cols]] });
        return { ...made, fileBytes: ((rows * cols) / ggmlBlocks[type].weights) * ggmlBlocks[type].bytes };
      },
    ]),
  ]; // prettier-ignore
  test.each(all)("%s", (_, make) => {
    for (const shape of shapes) {
      const { matrix, early, fileBytes } = make(shape);
      const more = formatBytes(planMatrix(matrix, early), matrix.rows) / fileBytes;
      expect(more, `${shape}`).toBeLessThanOrEqual(1.12);
      expect(more, `${shape}`).toBeGreaterThan(0.99); // codes keep their bits: no less than the file has, either
    }
  });
});

describe("which parts when", () => {
  test("all but the codes are early or late, and none both", () => {
    for (const make of Object.values(madeLayers.all)) {
      const { matrix } = make();
      const roles = [...earlyParts(matrix), ...lateParts(matrix)].map(([role]) => role);
      expect([...roles, "codes"].toSorted()).toEqual(Object.keys(matrix.parts).toSorted());
    }
  });
  test("a plan is made of the early parts alone", () => {
    for (const make of Object.values(madeLayers.all)) {
      const { matrix, parts } = make();
      const early = Object.fromEntries(earlyParts(matrix).map(([role]) => [role, parts[role]]));
      const plan = planMatrix(matrix, early);
      expect(plan.codeWords % 4).toBe(0);
      expect(plan.head.length % 64).toBe(0);
    }
  });
  test("scale rows do not depend on how they are cut", () => {
    for (const make of Object.values(madeLayers.all)) {
      const { matrix, parts } = make();
      const plan = planMatrix(matrix, parts);
      const whole = plan.scaleRows!(parts, 0, matrix.rows);
      expect(whole).toHaveLength(matrix.rows * plan.scaleWords);
      const pieces = [plan.scaleRows!(parts, 0, 3), plan.scaleRows!(parts, 3, matrix.rows - 3)];
      expect([...pieces[0], ...pieces[1]]).toEqual([...whole]);
    }
  });
  test("sharing a weight: the same scheme and tables, whatever the outputs", () => {
    const plan = ({ matrix, early }: Drawn) => planMatrix(matrix, early);
    expect(canShare(plan(gptq(4, 128, [4096, 4096])), plan(gptq(4, 128, [1024, 4096])))).toBe(true);
    expect(canShare(plan(gptq(4, 128, [4096, 4096])), plan(gptq(4, 64, [4096, 4096])))).toBe(false);
    expect(canShare(plan(nf4(64, true, [4096, 4096])), plan(nf4(64, true, [1024, 4096])))).toBe(true);
    expect(canShare(plan(nf4(64, true, [4096, 4096])), plan(nf4(64, false, [4096, 4096])))).toBe(false);
    expect(canShare(plan(exl2([5, 4], 128, [4096, 4096])), plan(exl2([4, 3], 128, [4096, 4096])))).toBe(false);
  });
});

describe("act-order", () => {
  const layer = (index: number[]) => {
    const { matrix } = gptq(4, 32, [32, 96]);
    matrix.parts.groupIndex = { ...matrix.parts.codes, name: "l.g_idx" };
    return planMatrix(matrix, { groupIndex: words(index) });
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
    return planMatrix(matrix, { ...early, state: text({ ...state, ...fields }) });
  };
  const spoiledGroups = (groups: number[]) => () => {
    const { matrix, early } = exl2([5, 4], 32, [32, 64]);
    return planMatrix(matrix, { ...early, groups: halves(groups) });
  };
  const spoiledOrder = (order: number[]) => () => {
    const { matrix, early } = exl2([5, 4], 32, [32, 64]);
    return planMatrix(matrix, early).lateOrder!({ inversePermutation: words(order) });
  };
  const spoiledLayer = (name: string, role: PartRole, bits: number) => () => {
    const { matrix, parts } = madeLayers.all[name]();
    const bytes = parts[role]!.slice();
    new DataView(bytes.buffer)[bits > 0xffff ? "setUint32" : "setUint16"](0, bits, true);
    const changed = { ...parts, [role]: bytes };
    planMatrix(matrix, changed).scaleRows!(changed, 0, matrix.rows);
  };
  const cases: [string, () => unknown, RegExp][] = [
    ["quant_state that is no JSON", () => planMatrix(nf4(64, true, [64, 64]).matrix, { state: new TextEncoder().encode("{"), map: new Uint8Array(64) }), /not JSON/],
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
    ["a NaN scale in EXL2", spoiledLayer("EXL2, one width", "scaleLimits", 0x7e00), /NaN/],
    ["a NaN scale in nf4", spoiledLayer("nf4, blocks of 4096", "scales", 0x7fc00000), /not finite/],
    ["a NaN outer scale in nf4", spoiledLayer("fp4, blocks of 32, nested", "nestedScales", 0x7fc00000), /not finite/],
    ["a NaN scale in int8", spoiledLayer("int8, whole chunks", "scales", 0x7fc00000), /not finite/],
    ["int8 in a GPU's own order", () => {
      const { matrix, parts } = madeLayers.all["int8, whole chunks"]();
      return planMatrix({ ...matrix, parts: { ...matrix.parts, codeOrder: matrix.parts.codes } }, { ...parts, codeOrder: new Uint8Array([2]) });
    }, /weight_format 2/],
  ]; // prettier-ignore
  test.each(cases)("%s", async (_, make, message) => {
    const error = await rejection(make);
    expect(error.message).toMatch(message);
    expect(["format", "unsupported"]).toContain(error.code);
  });
});
