// What a repository says about its quantization: `quantization_config` in config.json, or quantize_config.json /
// quant_config.json beside it. Layouts that are not read are refused here by name. What the files hold has the last word
// (linear-parts.ts): many repositories say nothing.

import type { JsonFile } from "./json-file.ts";

export interface DeclaredQuantization {
  /** The file that says so, for messages. */
  file: string;
  method: "gptq" | "awq" | "bitsandbytes" | "exl2" | undefined;
  bits: number | undefined;
  groupSize: number | undefined; // -1: one group
  /** GPTQ's `checkpoint_format`: zero points as they are. */
  zeroPointsAsStored: boolean;
}

/** Files that say how a repository is quantized where config.json does not, the usual name first. */
export const quantizationFiles = ["quantize_config.json", "quant_config.json"];

const whatWorks =
  "The quantized layouts that work are GPTQ (v1, v2), AWQ gemm, bitsandbytes nf4, fp4 and int8, EXL2 and GGUF.";
const known = ["gptq", "awq", "bitsandbytes", "exl2"] as const;

/** `config`: config.json. `beside`: the first of `quantizationFiles` that is there. */
export function readDeclaredQuantization(config: JsonFile, beside?: JsonFile): DeclaredQuantization | undefined {
  const json = config.object("quantization_config") ?? beside;
  if (!json) return undefined;
  const method = json.text("quant_method")?.toLowerCase();
  if (method !== undefined && !isKnown(method)) throw json.unsupported("quant_method", method, whatWorks);
  const layout = json.text("checkpoint_format")?.toLowerCase();
  if (json.get("is_marlin_format") === true) throw json.unsupported("is_marlin_format", true, whatWorks);
  if (layout !== undefined && layout !== "gptq" && layout !== "gptq_v2" && !(method === "awq" && layout === "gemm"))
    throw json.unsupported("checkpoint_format", layout, whatWorks);
  const version = json.text("version")?.toLowerCase();
  if ((method === "awq" || method === undefined) && version !== undefined && version !== "gemm")
    throw json.unsupported("version", version, `${whatWorks} Take an AWQ repository of the version gemm.`);
  const number = (...fields: string[]) => {
    for (const field of fields) {
      const value = json.get(field);
      if (value === undefined) continue;
      if (typeof value !== "number") throw json.wrong(field, "a number", value);
      return value;
    }
    return undefined;
  };
  return {
    file: json.file,
    method: method ?? (version === "gemm" ? "awq" : undefined),
    bits: number("bits", "w_bit"),
    groupSize: number("group_size", "q_group_size"),
    zeroPointsAsStored: layout === "gptq_v2",
  };
}

const isKnown = (method: string): method is (typeof known)[number] => (known as readonly string[]).includes(method);
