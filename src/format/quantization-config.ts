// What a repository says about its quantization: `quantization_config` in config.json, or a file beside it. Layouts that are
// not read are refused here by name. What the files hold has the last word (packed-parts.ts): many repositories say nothing,
// and where modules differ (GPTQModel's `dynamic`, AutoRound's `extra_config`) their shapes show which is which: no pattern
// from a stranger is run.

import type { JsonFile } from "./json-file.ts";

export interface DeclaredQuantization {
  /** The file that says so, for messages. */
  file: string;
  method: "gptq" | "awq" | "bitsandbytes" | "exl2" | "compressed-tensors" | "fp8" | "library" | undefined;
  /** Every value that some module has; empty where nothing is said. */
  bits: number[];
  groupSizes: number[]; // -1: one group
  /** Rows and columns of blocks that share a scale. */
  blocks: [number, number][];
  /** GPTQ's version 2: zero points are stored unchanged. */
  zeroPointsAsStored: boolean;
}

const whatWorks =
  "The quantized layouts that work are GPTQ (v1, v2, Marlin), AWQ (gemm, gemv, gemv_fast, Marlin), AutoRound's export as either, bitsandbytes nf4, fp4 and int8, EXL2, compressed-tensors, FP8, NVFP4, MLX, HQQ, quanto, torchao int8, int4 and float8, EETQ, AQLM 1x16, and GGUF.";

type Layout = Pick<DeclaredQuantization, "method" | "zeroPointsAsStored">;

const gptq: Layout = { method: "gptq", zeroPointsAsStored: false };
const gptqV2: Layout = { method: "gptq", zeroPointsAsStored: true };
const awq: Layout = { method: "awq", zeroPointsAsStored: false };

/** AutoRound's `packing_format`, as its convert_model.py (0.16) reads it; missing means the first. */
const packings: Readonly<Record<string, Layout>> = {
  "auto_round:gptq": gptq,
  "auto_round:auto_gptq": gptq,
  auto: gptq,
  auto_round: gptqV2, // what it writes without symmetry
  "auto_round:gptqmodel": gptqV2,
  "auto_round:awq": awq,
  "auto_round:auto_awq": awq,
};

const isAwq = (version: string) => ["gemm", "gemv", "gemv_fast", "marlin"].includes(version);

/** `config`: config.json. `beside`: the first of `quantizationFiles` (packed-names.ts) that is there. */
export function readDeclaredQuantization(config: JsonFile, beside?: JsonFile): DeclaredQuantization | undefined {
  const json = config.object("quantization_config") ?? beside;
  if (!json) return undefined;
  const layout = json.text("quant_method")?.includes("auto-round") ? readAutoRound(json) : readLayout(json);
  const groups = modulesOf(json, "config_groups").flatMap((group) => group.object("weights") ?? []);
  const overrides = [json, ...modulesOf(json, "dynamic"), ...modulesOf(json, "extra_config"), ...groups];
  const numbers = (...fields: string[]) => overrides.flatMap((module) => readNumber(module, fields) ?? []);
  return {
    file: json.file,
    ...layout,
    bits: numbers("bits", "w_bit", "num_bits"),
    groupSizes: numbers("group_size", "q_group_size"),
    blocks: [json, ...groups].flatMap((module) => readBlock(module) ?? []),
  };
}

function readLayout(json: JsonFile): Layout {
  const method = json.text("quant_method")?.toLowerCase();
  if (method === "bitsandbytes" || method === "exl2") return { method, zeroPointsAsStored: false };
  if (method === "compressed-tensors") return readCompressed(json);
  if (method === "fp8" || method === "fbgemm_fp8" || method === "modelopt")
    return { method: "fp8", zeroPointsAsStored: false };
  if (method === "hqq" || method === "quanto" || method === "torchao" || method === "eetq" || method === "aqlm")
    return { method: "library", zeroPointsAsStored: false };
  if (method !== undefined && method !== "gptq" && method !== "awq")
    throw json.unsupported("quant_method", [method, json.text("format") ?? []].flat().join(", "), whatWorks);
  const words = json.text("pack_dtype") ?? "int32"; // GPTQModel's
  if (words !== "int32") throw json.unsupported("pack_dtype", words, whatWorks);
  const [format, field] = readFormat(json);
  if (format !== undefined && !/^(gptq|gptq_v2|marlin)$/.test(format) && !(method === "awq" && isAwq(format)))
    throw json.unsupported(field, format, whatWorks);
  const version = json.text("version")?.toLowerCase();
  if (method !== "gptq" && version !== undefined && !isAwq(version))
    throw json.unsupported("version", version, `${whatWorks} Take an AWQ repository of the version gemm.`);
  return {
    method: method ?? (version === undefined ? undefined : "awq"),
    zeroPointsAsStored: format === "gptq_v2",
  };
}

function readCompressed(json: JsonFile): Layout {
  const rotations = json.object("transform_config")?.object("config_groups");
  if (Object.keys(rotations?.fields ?? {}).length > 0)
    throw json.unsupported("transform_config", rotations!.fields, "Rotated inputs do not work.");
  const sparsity = json.object("sparsity_config")?.text("format") ?? "dense";
  if (sparsity !== "dense")
    throw json.unsupported("sparsity_config", sparsity, "Take a repository that is not sparse.");
  const format = json.text("format") ?? "";
  if (format.startsWith("marlin")) throw json.unsupported("format", format, whatWorks);
  return { method: "compressed-tensors", zeroPointsAsStored: false };
}

/** `weight_block_size` of FP8, `block_structure` of compressed-tensors. */
function readBlock(json: JsonFile): [number, number][] | undefined {
  const field = json.get("weight_block_size") === undefined ? "block_structure" : "weight_block_size";
  const value = json.get(field);
  if (value === undefined) return undefined;
  const isSize = (size: unknown) => Number.isInteger(size) && (size as number) > 0;
  if (!Array.isArray(value) || value.length !== 2 || !value.every(isSize))
    throw json.wrong(field, "rows and columns of a block", value);
  return [value as [number, number]];
}

/** GPTQModel writes `format`, and the same as `checkpoint_format` for older readers. */
function readFormat(json: JsonFile): [string | undefined, string] {
  const format = json.text("format")?.toLowerCase();
  const older = json.text("checkpoint_format")?.toLowerCase();
  if (format !== undefined && older !== undefined && format !== older)
    throw json.wrong("format", `"${older}", as "checkpoint_format" says`, format);
  return older === undefined ? [format, "format"] : [older, "checkpoint_format"];
}

function readAutoRound(json: JsonFile): Layout {
  for (const field of ["rotation_config", "spinquant_config"])
    if (json.get(field) !== undefined) throw json.unsupported(field, json.get(field), "Rotated inputs do not work.");
  const packing = json.text("packing_format")?.toLowerCase() ?? "auto_round:gptq";
  if (!Object.hasOwn(packings, packing)) throw json.unsupported("packing_format", packing, whatWorks);
  return packings[packing];
}

/** What is said about single modules, by name or pattern. GPTQModel marks unquantized ones with "-:". */
function modulesOf(json: JsonFile, field: string): JsonFile[] {
  const modules = json.object(field);
  const patterns = Object.keys(modules?.fields ?? {}).filter((pattern) => !pattern.startsWith("-:"));
  return patterns.flatMap((pattern) => modules!.object(pattern) ?? []);
}

function readNumber(json: JsonFile, fields: readonly string[]): number | undefined {
  const field = fields.find((candidate) => json.get(candidate) !== undefined);
  if (field === undefined) return undefined;
  const value = json.get(field);
  if (typeof value !== "number") throw json.wrong(field, "a number", value);
  return value;
}
