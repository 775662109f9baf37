// How byte-level vocabularies treat text before merges. A tokenizer.json spells it out step by step, in its normaliser and
// pre-tokenizer, and an unknown step is refused by name; a GGUF file names one of llama.cpp's pre-tokenizers.

import { writeBytes } from "./byte-level.ts";
import type { JsonObject } from "../json-bytes.ts";
import {
  cutAt,
  cutAtDigits,
  cutAtMarks,
  cutAtNumbers,
  cutAtRunsOfMarks,
  cutByDefault,
  cutLikeDeepseekCoder,
  cutLikeDeepseekLlm,
  cutLikeGpt2,
  cutLikeLlama3,
  cutLikeQwen2,
  cutLikeTekken,
  type CutText,
  patternOf,
  prefixSpace,
} from "./cut-text.ts";
import { object, steps, unsupported } from "./json-steps.ts";
import { textPattern } from "./split-pattern.ts";
import type { ByteRules } from "./vocabulary.ts";

const llama3: ByteRules = { kind: "bytes", normalForm: undefined, cuts: [cutLikeLlama3], wholeParts: true };
// NFC as in the models' own tokenizer.json; GGUF does not say it.
const qwen2: ByteRules = { kind: "bytes", normalForm: "NFC", cuts: [cutLikeQwen2], wholeParts: false };
const gpt2: ByteRules = { kind: "bytes", normalForm: undefined, cuts: [cutLikeGpt2], wholeParts: false };

/** By llama.cpp's names. */
export const namedRules: Readonly<Record<string, ByteRules>> = {
  "llama-bpe": llama3,
  llama3,
  "llama-v3": llama3,
  falcon3: llama3,
  "smaug-bpe": { ...llama3, wholeParts: false },
  dbrx: { ...llama3, wholeParts: false }, // OLMo 2 goes by it
  tekken: { ...llama3, cuts: [cutLikeTekken] },
  "deepseek-llm": { ...gpt2, cuts: cutLikeDeepseekLlm },
  "deepseek-coder": { ...gpt2, cuts: cutLikeDeepseekCoder },
  qwen2,
  "deepseek-r1-qwen": qwen2,
  stablelm2: { ...qwen2, normalForm: undefined },
  smollm: { ...gpt2, cuts: [cutAtDigits, cutLikeGpt2] },
  "gpt-2": gpt2,
  default: { ...gpt2, cuts: cutByDefault },
};

// Each costs a run over the whole text. Published files have six steps at most, and texts of a character or two.
const mostCuts = 32;
const longestText = 1000;

/** Throws PronkError unsupported. */
export function readByteRules(root: JsonObject, file: string): ByteRules {
  let normalForm: ByteRules["normalForm"];
  for (const step of steps(root.normalizer, "normalizers")) {
    if (step.type !== "NFC") throw unsupported(file, "normalizer", "none or NFC", step);
    normalForm = "NFC";
  }
  const cutSteps = steps(root.pre_tokenizer, "pretokenizers");
  if (cutSteps.filter((step) => step.type === "ByteLevel").length !== 1)
    throw unsupported(file, "pre_tokenizer", "ByteLevel once", root.pre_tokenizer);
  if (cutSteps.length > mostCuts)
    throw unsupported(file, "pre_tokenizer", `at most ${mostCuts} steps`, cutSteps.length);
  // After it the text is bytes written as characters.
  const last = cutSteps.findIndex((step) => step.type === "ByteLevel") + 1;
  const cuts = cutSteps.slice(0, last).flatMap((step) => readCuts(step, file));
  const late = cutSteps.slice(last).flatMap((step) => readCuts(step, file));
  const write = (part: string) => late.reduce((parts, cut) => parts.flatMap(cut), [writeBytes(part)]);
  const wholeParts = object(root.model).ignore_merges === true;
  return { kind: "bytes", normalForm, cuts, ...(late.length > 0 ? { write } : {}), wholeParts };
}

function readCuts(step: JsonObject, file: string): CutText[] {
  switch (step.type) {
    case "Digits":
      return [step.individual_digits === true ? cutAtDigits : cutAtNumbers];
    case "Punctuation":
      if ((step.behavior ?? "Isolated") === "Isolated") return [cutAtMarks];
      if (step.behavior === "Contiguous") return [cutAtRunsOfMarks];
      throw unsupported(file, "pre_tokenizer", "Punctuation that is Isolated or Contiguous", step);
    case "ByteLevel":
      return [
        ...(step.add_prefix_space === false ? [] : [prefixSpace]),
        ...(step.use_regex === false ? [] : [cutLikeGpt2]),
      ];
    case "Split":
      return [readSplit(step, file)];
    default:
      throw unsupported(file, "pre_tokenizer", "Split, Digits, Punctuation and ByteLevel", step);
  }
}

function readSplit(step: JsonObject, file: string): CutText {
  const { Regex: regex, String: text } = object(step.pattern);
  const isPattern = typeof regex === "string" || (typeof text === "string" && text.length <= longestText);
  if (!isPattern) throw unsupported(file, "pre_tokenizer", "a pattern", step);
  const pattern = typeof regex === "string" ? patternOf(regex, file) : textPattern(text as string);
  if (step.behavior === "Isolated") return cutAt(pattern);
  if (step.behavior === "Removed") return cutAt(pattern, step.invert === true ? "matches" : "between");
  throw unsupported(file, "pre_tokenizer", "a Split that is Isolated or Removed", step);
}
