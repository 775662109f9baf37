// Request fields -> sampling settings. What the request leaves open comes from sampling-defaults.ts. Does not sample:
// generate/ does.

import type { GenerationDefaults } from "../format/model-config.ts";
import type { SamplingSettings } from "../generate/request.ts";
import { type AnswerForm, readAnswerForm } from "./answer-form.ts";
import { checkFields, streamOptionFields } from "./known-fields.ts";
import { readAdapter } from "./adapter-field.ts";
import type { EngineCore } from "./engine-core.ts";
import type { Fields } from "./request-fields.ts";
import { badField, booleanField, numberField } from "./request-fields.ts";
import { samplingDefaults } from "./sampling-defaults.ts";

/** What the fields that chat.completions and completions share come to. */
export interface RunSettings {
  /** The LoRA's key; undefined: the model as it is. */
  adapter: string | undefined;
  sampling: SamplingSettings;
  /** Undefined: as far as the context goes. */
  maxTokens: number | undefined;
  stopStrings: string[];
  /** Undefined: any text. */
  form: AnswerForm | undefined;
  ignoreEos: boolean;
  /** Answers to each prompt. */
  choices: number;
  /** How many of the most likely tokens to tell beside each chosen one, with their probabilities; undefined: none. */
  topLogprobs: number | undefined;
  stream: boolean;
  includeUsage: boolean;
}

const maxStopStrings = 16; // OpenAI allows 4; each one is searched for in every piece of text
const maxStopLength = 1000; // UTF-16 units; text is held back by up to this much

/** OpenAI's top_logprobs; the sampler's kernel finds as many. */
export const mostLogprobs = 20;
const mostChoices = 128; // OpenAI's

/** Of one of several answers to a prompt: the first is as if it were alone, the others have seeds of their own. */
export function settingsOfChoice(settings: RunSettings, choice: number): RunSettings {
  const { sampling } = settings;
  return choice === 0 ? settings : { ...settings, sampling: { ...sampling, seed: otherSeed(sampling.seed, choice) } };
}

/** Murmur3's finalizer over both: neighbouring seeds and choices have nothing in common. In [0, 2^32). */
function otherSeed(seed: number, choice: number): number {
  let mixed = (seed ^ Math.imul(choice, 0x9e3779b1)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** OpenAI's chat asks by a flag and a number, its completions by a number alone. */
function readLogprobs(fields: Fields): number | undefined {
  const rule = { min: 0, max: mostLogprobs, integer: true };
  if (typeof fields.logprobs === "number") return numberField(fields, "logprobs", rule);
  const top = numberField(fields, "top_logprobs", rule);
  if (booleanField(fields, "logprobs")) return top ?? 0;
  if (top) throw badField("top_logprobs", "left out, or logprobs true", top);
  return undefined;
}

/** `leastTokens`: the least that an answer may be limited to. */
export function readRunSettings(
  fields: Fields,
  core: Pick<EngineCore, "adapters" | "defaults"> & { generator: { vocabSize: number } },
  { leastTokens = 1 } = {},
): RunSettings {
  const streamOptions = fields.stream_options ?? {};
  if (typeof streamOptions !== "object" || Array.isArray(streamOptions))
    throw badField("stream_options", "an object", streamOptions);
  checkFields(streamOptions as Fields, streamOptionFields, "stream_options");
  return {
    adapter: readAdapter(fields, core),
    sampling: readSampling(fields, core.defaults, core.generator.vocabSize),
    maxTokens: readMaxTokens(fields, leastTokens),
    stopStrings: readStop(fields.stop),
    form: readAnswerForm(fields),
    ignoreEos: booleanField(fields, "ignore_eos"),
    choices: numberField(fields, "n", { min: 1, max: mostChoices, integer: true }) ?? 1,
    topLogprobs: readLogprobs(fields),
    stream: booleanField(fields, "stream"),
    includeUsage: booleanField(streamOptions as Fields, "include_usage"),
  };
}

/** OpenAI's newer name is the same here, where nothing is thought in secret. */
function readMaxTokens(fields: Fields, min: number): number | undefined {
  const rule = { min, integer: true };
  const older = numberField(fields, "max_tokens", rule);
  const newer = numberField(fields, "max_completion_tokens", rule);
  if (older !== undefined && newer !== undefined && older !== newer)
    throw badField("max_completion_tokens", `alone, or the same as max_tokens (${older})`, newer);
  return newer ?? older;
}

function readSampling(fields: Fields, published: GenerationDefaults, vocabSize: number): SamplingSettings {
  const own = samplingDefaults(published);
  const seed = numberField(fields, "seed", { integer: true });
  return {
    temperature: numberField(fields, "temperature", { min: 0 }) ?? own.temperature,
    topP: numberField(fields, "top_p", { min: 0, aboveMin: true, max: 1 }) ?? own.topP,
    topK: numberField(fields, "top_k", { min: 0, integer: true }) ?? own.topK,
    minP: numberField(fields, "min_p", { min: 0, max: 1 }) ?? own.minP,
    repetitionPenalty: numberField(fields, "repetition_penalty", { min: 0, aboveMin: true }) ?? own.repetitionPenalty,
    frequencyPenalty: numberField(fields, "frequency_penalty", { min: -2, max: 2 }) ?? 0,
    presencePenalty: numberField(fields, "presence_penalty", { min: -2, max: 2 }) ?? 0,
    seed: seed === undefined ? crypto.getRandomValues(new Uint32Array(1))[0] : seed >>> 0,
    ...readLogitBias(fields.logit_bias, vocabSize),
  };
}

function readLogitBias(value: unknown, vocabSize: number): Pick<SamplingSettings, "logitBias"> {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value))
    throw badField("logit_bias", "an object of token ids and biases", value);
  const logitBias: Record<number, number> = {};
  for (const [key, bias] of Object.entries(value)) {
    const id = Number(key);
    if (!/^\d+$/.test(key) || id >= vocabSize)
      throw badField("logit_bias", `keyed by token ids from 0 to ${vocabSize - 1}`, key);
    if (typeof bias !== "number" || !(bias >= -100 && bias <= 100))
      throw badField(`logit_bias.${key}`, "a number, at least -100 and at most 100", bias);
    logitBias[id] = bias;
  }
  return Object.keys(logitBias).length > 0 ? { logitBias } : {};
}

function readStop(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > maxStopStrings) throw badField("stop", `at most ${maxStopStrings} strings`, value);
  for (const item of list) {
    if (typeof item !== "string") throw badField("stop", "a string or a list of strings", item);
    if (item === "") throw badField("stop", "without empty strings", item);
    if (item.length > maxStopLength) throw badField("stop", `strings of at most ${maxStopLength} characters`, item);
  }
  return list as string[];
}
