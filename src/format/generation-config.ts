// generation_config.json -> sampling defaults and stop ids. A repository without the file has none.

import type { PronkWarning } from "../errors.ts";
import { readIds } from "./config.ts";
import type { JsonFile } from "./json-file.ts";
import type { GenerationDefaults } from "./model-config.ts";

export interface GenerationConfig {
  generation: GenerationDefaults;
  eosIds: number[];
  /** Fields that cannot be meant, and are left out. */
  warnings: PronkWarning[];
}

export function readGenerationConfig(json: JsonFile): GenerationConfig {
  const warnings: PronkWarning[] = [];
  const number = (field: string) => {
    const value = json.get(field);
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0)
      throw json.wrong(field, "a number, 0 or more", value);
    return value;
  };
  const generation: GenerationDefaults = {
    // Greedy unless do_sample says otherwise: transformers' own default, whatever temperature stands beside it.
    temperature:
      json.get("do_sample") === true
        ? (number("temperature") ?? 1)
        : json.get("do_sample") === false
          ? 0
          : number("temperature"),
    topP: number("top_p"),
    topK: number("top_k"),
    minP: number("min_p"),
    repetitionPenalty: number("repetition_penalty"),
  };
  for (const key of Object.keys(generation) as (keyof GenerationDefaults)[])
    if (generation[key] === undefined) delete generation[key];
  return { generation, eosIds: readIds(json, "eos_token_id"), warnings };
}
