// The rotary embedding's settings in config.json: `rope_theta` with `rope_scaling` (transformers 4, under `type` or
// `rope_type`), or `rope_parameters` with both inside (transformers 5).

import type { JsonFile } from "./json-file.ts";
import type { ModelConfig, RopeScaling } from "./model-config.ts";
import { sizeLimits } from "./size-limits.ts";

/** Throws PronkError `format` or `model-unsupported`, naming the field. */
export type ReadRope = (
  json: JsonFile,
  shape: Pick<ModelConfig, "contextLength" | "headDim"> & { theta?: number },
) => Pick<ModelConfig, "ropeTheta" | "ropeScaling" | "rotaryDim">;

export const readRope: ReadRope = (json, { contextLength, headDim, theta }) => {
  // Transformers goes by it with some scalings and passes over it with others.
  for (const place of [json, json.object("rope_parameters")])
    if ((place?.get("partial_rotary_factor") ?? 1) !== 1)
      throw place!.unsupported("partial_rotary_factor", place!.get("partial_rotary_factor"), "Whole heads are turned.");
  const { ropeTheta, scaling } = ropeFields(json, theta);
  return { ropeTheta, ropeScaling: readScaling(scaling, { contextLength, headDim, ropeTheta }) };
};

/** Of layers that see everything, where others are turned otherwise (Gemma 3, OLMo 3): transformers 5 has one set of parameters for each. */
export const readGlobalRope: ReadRope = (json, shape) => {
  const parameters = json.object("rope_parameters");
  if (!parameters) return readRope(json, shape);
  const own = parameters.object("full_attention");
  if (!own) throw json.wrong("rope_parameters", "full_attention and sliding_attention", json.get("rope_parameters"));
  const ropeTheta = own.positive("rope_theta", shape.theta);
  return { ropeTheta, ropeScaling: readScaling(own, { ...shape, ropeTheta }) };
};

/** The base, and where the scaling stands. */
export function ropeFields(json: JsonFile, theta = 10_000): { ropeTheta: number; scaling: JsonFile | undefined } {
  const parameters = json.object("rope_parameters");
  const ropeTheta = json.positive("rope_theta", theta);
  return {
    ropeTheta: parameters ? parameters.positive("rope_theta", ropeTheta) : ropeTheta,
    scaling: parameters ?? json.object("rope_scaling"),
  };
}

/** The scaling's name and the field that says it. */
export function scalingKind(json: JsonFile): { field: string; kind: string } {
  const field = json.get("rope_type") !== undefined ? "rope_type" : "type";
  return { field, kind: json.text(field) ?? "default" };
}

type ScaledShape = Pick<ModelConfig, "contextLength" | "headDim" | "ropeTheta">;

/** Without `json` there is none. */
function readScaling(json: JsonFile | undefined, shape: ScaledShape): RopeScaling {
  if (!json) return { kind: "none" };
  const { contextLength } = shape;
  const { field, kind } = scalingKind(json);
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
    case "yarn":
      return readYarn(json, { ...shape, originalContextLength: originalContextLength() });
    default:
      throw json.unsupported(field, kind, "The scalings that work are linear, dynamic, llama3 and yarn.");
  }
}

/**
 * YaRN (Peng et al. 2023), as transformers has it: frequencies that turn often in the trained context stay, those that turn
 * seldom are divided by the factor, those between in part, at any length.
 */
function readYarn(
  json: JsonFile,
  { headDim, ropeTheta, contextLength, originalContextLength }: ScaledShape & { originalContextLength: number },
): RopeScaling {
  if ((json.get("truncate") ?? true) !== true)
    throw json.unsupported("truncate", json.get("truncate"), "In yarn the bounds are whole.");
  const factor = json.positive("factor", contextLength / originalContextLength);
  const [own, all] = ["mscale", "mscale_all_dim"].map((name) => json.get(name) !== undefined && json.positive(name));
  const scale = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  const attentionFactor = json.positive("attention_factor", own && all ? scale(own) / scale(all) : scale(1));
  /** The frequency, counted with fractions, that turns so often in the trained context. */
  const turning = (turns: number) =>
    (headDim * Math.log(originalContextLength / (turns * 2 * Math.PI))) / (2 * Math.log(ropeTheta));
  const low = Math.max(Math.floor(turning(json.positive("beta_fast", 32))), 0);
  const high = Math.min(Math.ceil(turning(json.positive("beta_slow", 1))), headDim - 1);
  const divisors = Array.from({ length: headDim / 2 }, (_, i) => {
    const seldom = Math.min(1, Math.max(0, (i - low) / (high === low ? 0.001 : high - low)));
    return 1 / (seldom / factor + 1 - seldom);
  });
  return { kind: "factors", factors: divisors, attentionFactor };
}

/** Columns of a head that are turned, the first ones; in transformers `int(headDim * factor)`. Absent: all. */
export function readRotaryDim(json: JsonFile, headDim: number, fallback: number): { rotaryDim?: number } {
  const parameters = json.object("rope_parameters");
  const place = parameters?.get("partial_rotary_factor") === undefined ? json : parameters;
  const factor = place.positive("partial_rotary_factor", fallback);
  const rotaryDim = Math.trunc(headDim * factor);
  if (factor > 1 || rotaryDim % 2 !== 0 || rotaryDim === 0)
    throw place.wrong("partial_rotary_factor", `an even part of a head's ${headDim} columns`, factor);
  return rotaryDim === headDim ? {} : { rotaryDim };
}

/** StableLM's: a quarter of each head where nothing is said, and no scaling. */
export const readPartialRope: ReadRope = (json, { headDim, contextLength }) => {
  const { ropeTheta, scaling } = ropeFields(json);
  const ropeScaling = readScaling(scaling, { contextLength, headDim, ropeTheta });
  if (ropeScaling.kind !== "none") {
    const { field, kind } = scalingKind(scaling!);
    throw scaling!.unsupported(field, kind, "In StableLM no scaling works.");
  }
  return { ropeTheta, ropeScaling, ...readRotaryDim(json, headDim, 0.25) };
};

/**
 * Phi-3's: longrope, which was called su at first; transformers reads yarn as the same there. The trained length is the
 * model's field, and 4096 without it, whatever stands beside the factors.
 */
export const readLongRope: ReadRope = (json, { contextLength, headDim }) => {
  const { ropeTheta, scaling } = ropeFields(json);
  const rotary = readRotaryDim(json, headDim, 1);
  const { field, kind } = scaling ? scalingKind(scaling) : { field: "", kind: "default" };
  if (!scaling || kind === "default") return { ropeTheta, ropeScaling: { kind: "none" }, ...rotary };
  if (!["longrope", "su", "yarn"].includes(kind)) throw scaling.unsupported(field, kind, "In Phi-3 longrope works.");
  const frequencies = (rotary.rotaryDim ?? headDim) / 2;
  const factorsOf = (name: string) => {
    const value = scaling.get(name);
    const isFactor = (factor: unknown) => typeof factor === "number" && Number.isFinite(factor) && factor > 0;
    if (Array.isArray(value) && value.length === frequencies && value.every(isFactor)) return value as number[];
    throw scaling.wrong(name, `${frequencies} numbers over 0, one for each frequency`, value);
  };
  const originalContextLength = json.count("original_max_position_embeddings", {
    max: sizeLimits.context,
    fallback: 4096,
  });
  const factor = scaling.positive("factor", contextLength / originalContextLength);
  const usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalContextLength));
  return {
    ropeTheta,
    ropeScaling: {
      kind: "long",
      shortFactors: factorsOf("short_factor"),
      longFactors: factorsOf("long_factor"),
      originalContextLength,
      attentionFactor: scaling.positive("attention_factor", usual),
    },
    ...rotary,
  };
};
