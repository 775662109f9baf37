// The rotary embedding's settings in config.json: `rope_theta` with `rope_scaling` (transformers 4, under `type` or
// `rope_type`), or `rope_parameters` with both inside (transformers 5).

import type { JsonFile } from "./json-file.ts";
import type { RopeScaling } from "./model-config.ts";

export function readRope(json: JsonFile, contextLength: number): { ropeTheta: number; ropeScaling: RopeScaling } {
  const parameters = json.object("rope_parameters");
  if (parameters) {
    const ropeTheta = parameters.positive("rope_theta", json.positive("rope_theta", 10_000));
    return { ropeTheta, ropeScaling: readScaling(parameters, contextLength) };
  }
  const scaling = json.object("rope_scaling");
  return {
    ropeTheta: json.positive("rope_theta", 10_000),
    ropeScaling: scaling ? readScaling(scaling, contextLength) : { kind: "none" },
  };
}

function readScaling(json: JsonFile, contextLength: number): RopeScaling {
  const field = json.get("rope_type") !== undefined ? "rope_type" : "type";
  const kind = json.text(field) ?? "default";
  // Where the file does not say for how many positions the model was made, it is max_position_embeddings, as in transformers.
  const originalContextLength = () =>
    json.count("original_max_position_embeddings", { max: 2 ** 31, fallback: contextLength });
  switch (kind) {
    case "default":
      return { kind: "none" };
    case "linear":
      return { kind, factor: json.positive("factor") };
    case "dynamic":
      return { kind, factor: json.positive("factor"), originalContextLength: originalContextLength() };
    case "llama3":
      return {
        kind,
        factor: json.positive("factor"),
        lowFreqFactor: json.positive("low_freq_factor"),
        highFreqFactor: json.positive("high_freq_factor"),
        originalContextLength: originalContextLength(),
      };
    default:
      throw json.unsupported(field, kind, "The scalings that work are linear, dynamic and llama3.");
  }
}
