// The settings of one conversation as plain data: fields of a request by their own names, and two of the engine, which take
// effect when the model is loaded again. What is absent is the model's own. What is read back is checked field by field, so
// that a wrong one loses nothing but itself.

import type { EngineOptions, SamplingFields } from "../../index.ts";

export type KvChoice = "f32" | "f16" | "q8";
export const kvChoices: readonly KvChoice[] = ["f32", "f16", "q8"];

/** Settings of one conversation; what is absent is the model's own. Fields of a request have its names and mean the same. */
export interface ChatSettings {
  /** 0 to 5. */
  readonly temperature?: number;
  /** 0.01 to 1. */
  readonly top_p?: number;
  /** Whole, 0 (off) to 1,000,000. */
  readonly top_k?: number;
  /** 0 to 1. */
  readonly min_p?: number;
  /** 0.01 to 10; 1 is off. */
  readonly repetition_penalty?: number;
  /** -2 to 2. */
  readonly frequency_penalty?: number;
  /** -2 to 2. */
  readonly presence_penalty?: number;
  /** Whole, 1 to 1,000,000; absent: as far as the context goes. */
  readonly max_tokens?: number;
  /** Whole, 0 to 2^32 - 1; absent: drawn for each answer. */
  readonly seed?: number;
  /** At most 16 texts, of 1 to 1,000 characters. */
  readonly stop?: readonly string[];
  /** Positions to allocate: whole, 16 to 10,000,000. Takes effect when the model is loaded again. */
  readonly context_length?: number;
  /** How keys and values are kept. Takes effect when the model is loaded again. */
  readonly kv?: KvChoice;
}

export type NumberField = Exclude<keyof ChatSettings, "stop" | "kv">;

export interface NumberRule {
  min: number;
  max: number;
  step: number;
  integer?: boolean;
}

/** What the API takes, and the steps of a field's arrows. */
export const numberRules: Readonly<Record<NumberField, NumberRule>> = {
  temperature: { min: 0, max: 5, step: 0.1 },
  top_p: { min: 0.01, max: 1, step: 0.05 },
  top_k: { min: 0, max: 1_000_000, step: 1, integer: true },
  min_p: { min: 0, max: 1, step: 0.01 },
  repetition_penalty: { min: 0.01, max: 10, step: 0.05 },
  frequency_penalty: { min: -2, max: 2, step: 0.1 },
  presence_penalty: { min: -2, max: 2, step: 0.1 },
  max_tokens: { min: 1, max: 1_000_000, step: 1, integer: true },
  seed: { min: 0, max: 2 ** 32 - 1, step: 1, integer: true },
  context_length: { min: 16, max: 10_000_000, step: 1, integer: true },
};

export const numberFields = Object.keys(numberRules) as NumberField[];

/** How many stop strings the API takes, and how long. */
const mostStops = 16;
const longestStop = 1000;

export const presetNames = ["own", "precise", "balanced", "inventive"] as const;
export type PresetName = (typeof presetNames)[number];

const presets: Record<PresetName, ChatSettings> = {
  own: {},
  precise: { temperature: 0.2, top_p: 0.9 },
  balanced: { temperature: 0.7, top_p: 0.95 },
  inventive: { temperature: 1.2, min_p: 0.05 },
};
const ofPreset = ["temperature", "top_p", "top_k", "min_p"] as const;

export function isAllowed(field: NumberField, value: unknown): value is number {
  const { min, max, integer } = numberRules[field];
  return typeof value === "number" && value >= min && value <= max && (!integer || Number.isInteger(value));
}

/** The valid settings in something that was kept or passed in. */
export function readSettings(value: unknown): ChatSettings {
  if (typeof value !== "object" || value === null) return {};
  const given = value as Record<string, unknown>;
  const numbers = numberFields.filter((field) => isAllowed(field, given[field])).map((field) => [field, given[field]]);
  const stop = Array.isArray(given.stop) ? readStops(given.stop) : [];
  const kv = kvChoices.find((choice) => choice === given.kv);
  return { ...Object.fromEntries(numbers), ...(stop.length > 0 ? { stop } : {}), ...(kv ? { kv } : {}) };
}

export const readStops = (lines: readonly unknown[]): string[] =>
  lines
    .filter((line): line is string => typeof line === "string" && line !== "" && line.length <= longestStop)
    .slice(0, mostStops);

const ofEngine: readonly string[] = ["context_length", "kv"];

/** Those of a request, at the next answer. */
export const requestFields = (settings: ChatSettings): SamplingFields =>
  Object.fromEntries(Object.entries(settings).filter(([field]) => !ofEngine.includes(field)));

/** Those of the engine, at the next load. */
export function engineFields({ context_length, kv }: ChatSettings): Pick<EngineOptions, "contextLength" | "kv"> {
  return { ...(context_length ? { contextLength: context_length } : {}), ...(kv ? { kv } : {}) };
}

/** The preset's choices in place of the earlier ones; all else stays. */
export function withPreset(settings: ChatSettings, name: PresetName): ChatSettings {
  const rest: ChatSettings = Object.fromEntries(
    Object.entries(settings).filter(([field]) => !(ofPreset as readonly string[]).includes(field)),
  );
  return { ...rest, ...presets[name] };
}

/** Undefined where the choices are a person's own. */
export const presetOf = (settings: ChatSettings): PresetName | undefined =>
  presetNames.find((name) => ofPreset.every((field) => settings[field] === presets[name][field]));

/** One field changed; undefined makes it the model's own again. */
export function withField<Field extends keyof ChatSettings>(
  settings: ChatSettings,
  field: Field,
  value: ChatSettings[Field],
): ChatSettings {
  const { [field]: _, ...rest } = settings;
  return value === undefined ? rest : { ...rest, [field]: value };
}
