// The joined text of a shader, and where each of its lines stands.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { codeOf, joinedLines, placed } from "../../../src/gpu/shader-source.ts";
import { shaderFiles } from "../../../src/gpu/shader-table.ts";
import { shaderTexts } from "../../../src/gpu/shader-text.ts";
import { shaderNamed } from "../../../tools/shader.ts";

const files = shaderFiles({ kernel: "matvec_subgroup", product: "plain_add", decode: "f16_native" });
const lines = joinedLines(files, await shaderTexts(files));
const fileOf = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../shaders/${name}.wgsl`, import.meta.url)), "utf8").split("\n");
const lineOf = (text: string) => lines.findIndex((line) => line.text.includes(text)) + 1;

describe("lines of a joined shader", () => {
  test("are those of its files, directives first", () => {
    const kinds = lines.map(({ text }) => /^(enable|diagnostic\()/.test(text));
    expect(kinds.slice(0, 4)).toEqual([true, true, true, false]);
    expect(kinds.lastIndexOf(true)).toBe(2);
    for (const { text, file, number } of lines.filter((line) => line.text !== "" && line.file))
      expect(fileOf(file!)[number! - 1]).toBe(text);
    expect(new Set(lines.map(({ file }) => file))).toEqual(
      new Set([
        undefined, "matvec_subgroup", "take_span", "take_plain", "norm_none", "give_add", "bias_none",
        "decode_f16_native", "span", "weight_shape", "eight", "chunk_dot",
      ]), // prettier-ignore
    );
  });

  test("tell where a compiler's message belongs", () => {
    const at = { lineNum: lineOf("fn chunk_at("), linePos: 4, message: "no such type" };
    const own = fileOf("decode_f16_native").findIndex((line) => line.startsWith("fn chunk_at(")) + 1;
    const source = "fn chunk_at(row: u32, chunk: u32) -> Chunk {";
    expect(placed(at, lines)).toBe(`decode_f16_native.wgsl:${own}:4 no such type in "${source}"`);
    expect(placed({ ...at, lineNum: 1 }, lines)).toBe('no such type in "enable subgroups;"');
    expect(placed({ ...at, lineNum: 0 }, lines)).toBe("no such type");
    expect(placed({ ...at, lineNum: lines.length + 1 }, lines)).toBe("no such type");
  });
});

describe("a shader by its name", () => {
  test("is what the GPU's compiler is given", () => {
    expect(shaderNamed("matvec_subgroup+plain_add+f16_native")).toBe(codeOf(lines));
    const gathered = shaderNamed("matvec+normed_swiglu+q4+gathered+biased");
    for (const text of ["fn main(", "order: array<vec4u>", "fn give(", "var<storage, read> bias", "fn word_dot("])
      expect(gathered).toContain(text);
  });

  test.each([
    ["", /no kernel "".*\nkernels: attention /],
    ["matvex", /no kernel "matvex".*\nkernels: attention /],
    ["matvec+q5", /no product, decode or flag "q5".*\n.*\nproducts: plain_store .*\ndecodes: f32 /],
    ["matvec+q4", /"matvec\+q4" is no whole shader/],
    ["matmul_int8+bf16", /none of its files has low_bytes_of/],
  ])("that there is not (%s) is told with those that there are", (name, message) => {
    expect(() => shaderNamed(name)).toThrow(message);
  });
});
