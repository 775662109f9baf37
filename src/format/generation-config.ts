// generation_config.json -> sampling defaults and stop ids. A repository without the file has none. The file is advice: a
// field that makes no sense, or that pronk does not support, is left out with a warning, and the model runs all the same.

import { briefly, PronkError, type PronkWarning } from "../errors.ts";
import type { JsonFile } from "./json-file.ts";
import type { GenerationDefaults } from "./model-config.ts";
import { readIds } from "./token-ids.ts";

export interface GenerationConfig {
  generation: GenerationDefaults;
  eosIds: number[];
  /** Fields that were left out. */
  warnings: PronkWarning[];
}

// transformers' ways of decoding that pronk does not have, each with the value that turns it off.
const notDone: Readonly<Record<string, unknown>> = {
  typical_p: 1,
  epsilon_cutoff: 0,
  eta_cutoff: 0,
  top_h: undefined,
  penalty_alpha: 0,
  encoder_repetition_penalty: 1,
  no_repeat_ngram_size: 0,
  encoder_no_repeat_ngram_size: 0,
  num_beams: 1,
  min_length: 0,
  min_new_tokens: 0,
  bad_words_ids: undefined,
  suppress_tokens: undefined,
  begin_suppress_tokens: undefined,
  sequence_bias: undefined,
  guidance_scale: 1,
};

export function readGenerationConfig(json: JsonFile): GenerationConfig {
  const warnings: PronkWarning[] = [];
  const leaveOut = (field: string, expected: string, found: unknown) => {
    const shown = briefly(found);
    const message = `"${json.file}" says "${field}": ${shown}, where ${expected} is expected; it is left out. A request may say what is meant.`;
    warnings.push({ code: "field-ignored", message, facts: { file: json.file, field, expected, found: shown } });
  };
  const number = (field: string, expected: string, right: (value: number) => boolean) => {
    const value = json.get(field);
    if (value === undefined || (typeof value === "number" && Number.isFinite(value) && right(value))) return value;
    leaveOut(field, expected, value);
    return undefined;
  };

  const doSample = json.get("do_sample");
  if (doSample !== undefined && typeof doSample !== "boolean") leaveOut("do_sample", "true or false", doSample);
  const temperature = number("temperature", "a number, 0 or more", (value) => value >= 0);
  if (doSample === true && temperature === 0)
    leaveOut("do_sample", 'false beside "temperature": 0, which takes the likeliest token', doSample);
  const generation: GenerationDefaults = {
    // Greedy unless do_sample says otherwise: transformers' own default, whatever the temperature beside it.
    temperature: doSample === true ? (temperature ?? 1) : doSample === false ? 0 : temperature,
    topP: number("top_p", "a number over 0, at most 1", (value) => value > 0 && value <= 1),
    topK: number("top_k", "a whole number, 0 or more", (value) => Number.isInteger(value) && value >= 0),
    minP: number("min_p", "a number from 0 to 1", (value) => value >= 0 && value <= 1),
    repetitionPenalty: number("repetition_penalty", "a number over 0", (value) => value > 0),
  };
  for (const key of Object.keys(generation) as (keyof GenerationDefaults)[])
    if (generation[key] === undefined) delete generation[key];
  for (const [field, nothing] of Object.entries(notDone)) {
    const value = json.get(field);
    const empty = Array.isArray(value) && value.length === 0;
    if (value !== undefined && value !== nothing && !empty)
      leaveOut(
        field,
        nothing === undefined ? "nothing" : `${String(nothing)} or nothing (no other is done here)`,
        value,
      );
  }
  return { generation, eosIds: endIds(json, leaveOut), warnings };
}

/** config.json's ids apply where this file's make no sense. */
function endIds(json: JsonFile, leaveOut: (field: string, expected: string, found: unknown) => void): number[] {
  try {
    return readIds(json, "eos_token_id");
  } catch (error) {
    if (!(error instanceof PronkError)) throw error;
    leaveOut("eos_token_id", "a token id or a list of them", json.get("eos_token_id"));
    return [];
  }
}
