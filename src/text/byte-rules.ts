// Reads how a byte-level tokenizer.json treats text before merges: normaliser and pre-tokenizer, step by step. A step that is
// not known is refused by name.

import { cutAt, cutAtDigits, cutAtNumbers, cutLikeGpt2, type CutText, patternOf, prefixSpace } from "./cut-text.ts";
import { type Json, object, steps, unsupported } from "./json-steps.ts";
import { textPattern } from "./split-pattern.ts";
import type { ByteRules } from "./vocabulary.ts";

// Each costs a run over the whole text. Published files have six steps at most, and texts of a character or two.
const mostCuts = 32;
const longestText = 1000;

export function isByteLevel(root: Json): boolean {
  return steps(root.pre_tokenizer, "pretokenizers").some((step) => step.type === "ByteLevel");
}

/** Throws PronkError unsupported. */
export function readByteRules(root: Json, file: string): ByteRules {
  let normalForm: ByteRules["normalForm"];
  for (const step of steps(root.normalizer, "normalizers")) {
    if (step.type !== "NFC") throw unsupported(file, "normalizer", "none or NFC", step);
    normalForm = "NFC";
  }
  const cutSteps = steps(root.pre_tokenizer, "pretokenizers");
  // Behind it the text would be bytes written as characters.
  if (cutSteps.findIndex((step) => step.type === "ByteLevel") !== cutSteps.length - 1)
    throw unsupported(file, "pre_tokenizer", "ByteLevel as the last step", root.pre_tokenizer);
  if (cutSteps.length > mostCuts)
    throw unsupported(file, "pre_tokenizer", `at most ${mostCuts} steps`, cutSteps.length);
  const cuts = cutSteps.flatMap((step) => readCuts(step, file));
  return { kind: "bytes", normalForm, cuts, wholeParts: object(root.model).ignore_merges === true };
}

function readCuts(step: Json, file: string): CutText[] {
  switch (step.type) {
    case "Digits":
      return [step.individual_digits === true ? cutAtDigits : cutAtNumbers];
    case "ByteLevel":
      return [
        ...(step.add_prefix_space === false ? [] : [prefixSpace]),
        ...(step.use_regex === false ? [] : [cutLikeGpt2]),
      ];
    case "Split":
      return [readSplit(step, file)];
    default:
      throw unsupported(file, "pre_tokenizer", "Split, Digits and ByteLevel", step);
  }
}

function readSplit(step: Json, file: string): CutText {
  const { Regex: regex, String: text } = object(step.pattern);
  const isPattern = typeof regex === "string" || (typeof text === "string" && text.length <= longestText);
  if (!isPattern) throw unsupported(file, "pre_tokenizer", "a pattern", step);
  const pattern = typeof regex === "string" ? patternOf(regex, file) : textPattern(text as string);
  if (step.behavior === "Isolated") return cutAt(pattern);
  if (step.behavior === "Removed") return cutAt(pattern, step.invert === true ? "matches" : "between");
  throw unsupported(file, "pre_tokenizer", "a Split that is Isolated or Removed", step);
}
