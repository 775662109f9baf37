// Model types whose graph differs from Llama's by a switch or two, as transformers' configuration classes have them: how
// config.json says it. What would change the numbers and is not computed is refused here by its field.

import { mostPositions, type Family } from "./family.ts";
import { takenApart } from "./fused.ts";
import type { JsonFile } from "./json-file.ts";
import { readLongRope } from "./rope-config.ts";

/** By `model_type`; part of `families`. */
export const cousins: Readonly<Record<string, Family>> = {
  phi3: {
    architectures: ["Phi3ForCausalLM"],
    biases: (json) => {
      refuse(json, "attention_bias", false, "Phi-3 has no biases.");
      return [];
    },
    window: (json) =>
      json.get("sliding_window") === undefined ? undefined : json.count("sliding_window", { max: mostPositions }),
    rope: readLongRope,
    more: () => ({ family: "phi3" }),
    takeApart: takenApart,
  },
};

/** Throws `model-unsupported` for a field that says anything but what is known. */
function refuse(json: JsonFile, field: string, known: unknown, whatWorks: string): void {
  const value = json.get(field) ?? known;
  if (value !== known) throw json.unsupported(field, value, whatWorks);
}
