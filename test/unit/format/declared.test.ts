// The same weights under every declaration that means them: GPTQModel's old and new fields and its `dynamic`, AutoRound's
// own export. The file is a fixture's; only what config.json says about it differs.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCheckpoint } from "../../../src/format/checkpoint.ts";
import type { QuantizedMatrix } from "../../../src/format/quantized.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";
import { spoilJson } from "../../support/spoiled.ts";

type Declaration = Record<string, unknown>;

async function matricesOf(fixture: string, declaration?: Declaration): Promise<QuantizedMatrix[]> {
  const files = folderFiles(join(import.meta.dirname, "../../fixtures", fixture));
  if (declaration) spoilJson(files, "config.json", (fields) => ({ ...fields, quantization_config: declaration }));
  return (await readCheckpoint(memorySource(files))).matrices;
}

const v1 = "quant-gptq-4bit-32g-bias";
const v2 = "quant-gptq-3bit-64g-v2";
const awq = "quant-awq-64g";
const gptq4: Declaration = { quant_method: "gptq", bits: 4, group_size: 32 };
const autoRound: Declaration = { quant_method: "auto-round", bits: 4, group_size: 32, sym: true, data_type: "int" };

describe("means the same", () => {
  test.each<[string, Declaration]>([
    [v1, { ...gptq4, format: "gptq" }],
    [v1, { ...gptq4, dynamic: null }],
    [v1, { ...gptq4, format: "gptq", checkpoint_format: "gptq", pack_dtype: "int32", dynamic: {} }],
    [v1, { quant_method: "gptq", bits: 8, group_size: 128, dynamic: { "+:.*": { bits: 4, group_size: 32 } } }],
    [v1, { ...gptq4, dynamic: { "-:.*o_proj": {}, ".*up_proj.*": { bits: 8, group_size: 64 } } }],
    [v1, { ...autoRound, packing_format: "auto_round:auto_gptq" }],
    [v1, { ...autoRound, packing_format: "auto_round:gptq", extra_config: { lm_head: { bits: 16 } } }],
    [v1, { ...autoRound, quant_method: "intel/auto-round" }],
    [v1, { ...autoRound, bits: 8, group_size: 128, extra_config: { ".*": { bits: 4, group_size: 32 } } }],
    [v2, { quant_method: "gptq", bits: 3, group_size: 64, format: "gptq_v2" }],
    [v2, { ...autoRound, bits: 3, group_size: 64, packing_format: "auto_round" }],
    [v2, { ...autoRound, bits: 3, group_size: 64, packing_format: "auto_round:gptqmodel" }],
    [awq, { ...autoRound, group_size: 64, packing_format: "auto_round:auto_awq" }],
    [awq, { quant_method: "awq", bits: 4, group_size: 64, format: "gemm" }],
  ])("%s as %j", async (fixture, declaration) => {
    expect(await matricesOf(fixture, declaration)).toEqual(await matricesOf(fixture));
  });
  test("and zero points are what tells version 2 from version 1", async () => {
    const zeroPoints = async (fixture: string, declaration?: Declaration) =>
      (await matricesOf(fixture, declaration)).map(({ scheme }) => scheme.kind === "gptq" && scheme.zeroPoints);
    expect(new Set(await zeroPoints(v1))).toEqual(new Set([1]));
    expect(new Set(await zeroPoints(v2))).toEqual(new Set([2]));
    expect(new Set(await zeroPoints(v1, { ...autoRound, packing_format: "auto_round" }))).toEqual(new Set([2]));
  });
});

describe("is refused by field", () => {
  test.each<[string, Declaration, string, RegExp]>([
    [v1, { ...gptq4, bits: 8, dynamic: { ".*up_proj": { bits: 2 } } }, "format", /4 bits.*8 or 2 bits/],
    [v1, { ...gptq4, bits: 8, dynamic: { "-:.*": { bits: 4 } } }, "format", /4 bits a weight; expected 8 bits/],
    [v1, { ...gptq4, group_size: 64, dynamic: { ".*up_proj": { group_size: 16 } } }, "format", /group_size 64 or 16/],
    [v1, { ...gptq4, group_size: 32, dynamic: { ".*up_proj": { group_size: 40 } } }, "format", /two of the declared/],
    [v1, { ...gptq4, format: "gptq", checkpoint_format: "gptq_v2" }, "format", /"gptq".*"gptq_v2"/],
    [v1, { ...gptq4, format: "gptq_p" }, "model-unsupported", /"quantization_config.format": "gptq_p"/],
    [v1, { ...gptq4, format: "bitblas" }, "model-unsupported", /bitblas/],
    [v1, { ...gptq4, pack_dtype: "int16" }, "model-unsupported", /int16/],
    [v1, { ...gptq4, dynamic: { ".*": { bits: "four" } } }, "format", /dynamic\.\.\*\.bits/],
    [v1, { ...autoRound, packing_format: "auto_round:nv_fp" }, "model-unsupported", /auto_round:nv_fp/],
    [v1, { ...autoRound, packing_format: "mlx" }, "model-unsupported", /mlx/],
    [v1, { ...autoRound, rotation_config: { hadamard: true } }, "model-unsupported", /rotation_config/],
  ])("%s as %j", async (fixture, declaration, code, message) => {
    const error = await rejection(matricesOf(fixture, declaration));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });
});
