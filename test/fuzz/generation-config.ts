// generation_config.json: advice, so a field that cannot be meant is left out, and reported. Only what isn't a JSON object
// is refused.

import { readGenerationConfig } from "../../src/format/generation-config.ts";
import { JsonFile } from "../../src/format/json-file.ts";
import { pick } from "../long/proof.ts";
import { type Json, jsonBytes, mutateJson, oddValue } from "./mutate-json.ts";
import { between, chance, demand, type FuzzInput, type FuzzReader, type Random, utf8, wholeShare } from "./reader.ts";

const path = "generation_config.json";

function make(random: Random): FuzzInput {
  const config: Record<string, Json> = {
    bos_token_id: 1,
    eos_token_id: pick<Json>(random, [2, [2, 32_000], -1, null]),
    do_sample: chance(random, 0.5),
    temperature: between(random, 1, 20) / 10,
    top_p: between(random, 1, 10) / 10,
    top_k: between(random, 0, 60),
    min_p: between(random, 0, 10) / 10,
    repetition_penalty: 1.1,
    num_beams: 1,
    suppress_tokens: [],
  };
  if (chance(random, wholeShare)) return { files: new Map([[path, utf8(JSON.stringify(config))]]), must: "read" };
  if (chance(random, 0.4))
    config[pick(random, [...Object.keys(config), "typical_p", "guidance_scale"])] = oddValue(random);
  return { files: new Map([[path, jsonBytes(mutateJson(config, random), random)]]) };
}

function use({ files }: FuzzInput, _: Random, pass: () => void): void {
  const json = JsonFile.parse(path, files.get(path)!);
  pass();
  const { generation, eosIds, warnings } = readGenerationConfig(json);
  for (const [name, value] of Object.entries(generation))
    demand(Number.isFinite(value) && value >= 0, `${name} is ${value}`);
  const { topP = 1, minP = 0, topK = 0, repetitionPenalty = 1 } = generation;
  demand(
    topP > 0 && topP <= 1 && minP <= 1 && Number.isInteger(topK) && repetitionPenalty > 0,
    "a setting out of range",
  );
  demand(
    eosIds.every((id) => Number.isInteger(id) && id >= 0),
    `an end ${eosIds.join()}`,
  );
  for (const { message } of warnings) demand(message.length < 1000, "a warning without end");
}

export const generationConfigReader: FuzzReader = { name: "generation-config", make, use };
