// The generated interfaces are those of today's WGSL, and every combination of files that the engine may ask for has each
// name that its files need, once.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { packRecord } from "../../../src/gpu/record.ts";
import { shaderFiles as files, shaderRecords } from "../../../src/gpu/shader-interfaces.ts";
import {
  decodes,
  kernels,
  products,
  reads,
  shaderFiles,
  shaderName,
  type DecodeName,
  type KernelName,
  type ProductName,
  type ShaderChoice,
} from "../../../src/gpu/shader-table.ts";
import { shaderTexts } from "../../../src/gpu/shader-text.ts";
import { overridesIn, shaderInterfaces } from "../../../tools/shader-interfaces.ts";

const source = fileURLToPath(new URL("../../../src", import.meta.url));
const names = <Name extends string>(table: Record<Name, unknown>) => Object.keys(table) as Name[];
const needs = (kernel: KernelName) => kernels[kernel].flatMap((file): readonly string[] => files[file].needs);

function* everyChoice(): Iterable<ShaderChoice> {
  for (const kernel of names<KernelName>(kernels)) {
    const isVector = needs(kernel).includes("raw_at") || needs(kernel).includes("taken");
    if (!needs(kernel).includes("chunk_at")) yield { kernel };
    else
      for (const decode of names<DecodeName>(decodes).filter((one) => reads(kernel, one))) {
        if (!isVector) yield { kernel, decode };
        else
          for (const product of names<ProductName>(products))
            for (const gathered of [false, true])
              for (const biased of [false, true]) yield { kernel, product, decode, gathered, biased };
      }
  }
}

const choices = [...everyChoice()];

describe("shader interfaces", () => {
  test("are what `npm run shaders` makes of the WGSL", async () => {
    for (const [path, text] of await shaderInterfaces())
      expect(readFileSync(join(source, path), "utf8"), `src/${path} is stale: npm run shaders`).toBe(text);
  });

  test("have override constants whose type is that of their number, and none that are computed", () => {
    const wgsl =
      "override a: u32; override b = 4u; override c = 2; override d = 1.5; override e = true; override f = b * 2u;";
    expect(overridesIn(wgsl).map(({ name, type, optional }) => [name, type, optional])).toEqual([
      ["a", "u32", false],
      ["b", "u32", true],
      ["c", "i32", true],
      ["d", "f32", true],
      ["e", "bool", true],
    ]);
  });

  test("hold for combinations of every kind", () => {
    const found = choices.map(shaderName);
    expect(found.length).toBeGreaterThan(500);
    expect(found).toEqual(expect.arrayContaining(["sample", "embed+exl2", "matmul_int8+q8"]));
    expect(found).toContain("matvec_tile+normed_cache+affine+gathered+biased");
    expect(found.filter((name) => /^(matmul_int8|matvec_bytes)/.test(name) && !/q[48]/.test(name))).toEqual([]);
  });

  test("of joined files give every name that one of them needs, once", () => {
    for (const choice of choices) {
      const joined = shaderFiles(choice);
      const given = joined.flatMap((file): readonly string[] => files[file].provides);
      const missing = joined.flatMap((file) => files[file].needs).filter((name) => !given.includes(name));
      expect(missing, shaderName(choice)).toEqual([]);
      expect(new Set(joined).size, shaderName(choice)).toBe(joined.length);
      expect(new Set(given).size, `${shaderName(choice)}: ${given}`).toBe(given.length);
    }
  });

  test("of joined files give each binding one place, and each place one binding", () => {
    for (const choice of choices) {
      const places = shaderFiles(choice).flatMap((file) => Object.entries(files[file].bindings));
      const wheres = places.map(([, place]) => String(place));
      expect(new Set(places.map(([name]) => name)).size, shaderName(choice)).toBe(places.length);
      expect(new Set(wheres).size, `${shaderName(choice)}: ${wheres}`).toBe(places.length);
    }
  });

  test("have a text for every file", async () => {
    const textOf = await shaderTexts(names(files));
    for (const file of names(files)) expect(textOf(file), file).toMatch(/^(fn|struct) /m);
  });
});

test("a record has each field where WGSL has it", () => {
  const extra = [1, 2, 3, 4] as const;
  const shape = packRecord(shaderRecords.WeightShape, {
    extra,
    row_count: 13,
    row_chunks: 10,
    scale_words: 11,
    row_start: 12,
  });
  expect([...new Uint32Array(shape)]).toEqual([10, 11, 12, 13, 1, 2, 3, 4]);
  const settings = packRecord(shaderRecords.Settings, {
    temperature: 0.5,
    top_p: 1,
    min_p: 0,
    repetition: 1,
    frequency: 0,
    presence: -2,
    top_k: 7,
    seed: 0xfffffffe,
    shaped: 1,
    constrained: 2,
  });
  expect([...new Float32Array(settings, 0, 6)]).toEqual([0.5, 1, 0, 1, 0, -2]);
  expect([...new Uint32Array(settings, 24)]).toEqual([7, 0xfffffffe, 1, 2]);
});
