// What the readers of tokenizer.json share: loose values as checked ones, lists of steps flattened, and the two ways to refuse.

import { briefly, PronkError } from "../errors.ts";
import { isObject, type JsonObject } from "../json-bytes.ts";

const deepestSequence = 8; // published files have Sequences of steps, and none within another

/** A step, or the steps of a Sequence, whatever its list is called; one nested too deep stays, as an unknown step. */
export function steps(value: unknown, listName: string, depth = 0): JsonObject[] {
  if (value === null || value === undefined) return [];
  const step = object(value);
  if (step.type !== "Sequence" || depth === deepestSequence) return [step];
  return array(step[listName]).flatMap((inner) => steps(inner, listName, depth + 1));
}

export function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An id that a vocabulary could have; a wild one must not make an array of gigabytes. */
export function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 0x1000000;
}

export function malformed(file: string, field: string, expected: string, value: unknown): PronkError {
  const found = briefly(value, 120);
  return new PronkError(
    "format",
    `${file}: ${field}: expected ${expected}, found ${found}. The file is damaged; fetch it again.`,
    { file, field, expected, found },
  );
}

export function unsupported(file: string, field: string, expected: string, value: unknown): PronkError {
  const found = briefly(value, 120);
  return new PronkError(
    "model-unsupported",
    `${file}: ${field}: expected ${expected}, found ${found}. This version reads the BPE and Unigram tokenizers of Llama, Mistral, Qwen and SmolLM and those like them; add tokenizer.model to the files if the model has one.`,
    { file, field, expected, found },
  );
}
