// What the readers of tokenizer.json share: loose values as checked ones, lists of steps flattened, and the two ways to refuse.

import { briefly, PronkError } from "../errors.ts";

export type Json = Record<string, unknown>;

/** Parsed JSON that must be an object. Throws PronkError format. */
export function parseObject(bytes: Uint8Array, file: string): Json {
  try {
    return object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new PronkError(
      "format",
      `${file}: expected JSON, found ${bytes.length} bytes that do not parse. The file is damaged; fetch it again.`,
      { file, field: "", expected: "JSON", found: "text that does not parse" },
      { cause },
    );
  }
}

const deepestSequence = 8; // published files have Sequences of steps, and none within another

/** A step, or the steps of a Sequence, whatever its list is called; one that lies too deep stays a step that nobody knows. */
export function steps(value: unknown, listName: string, depth = 0): Json[] {
  if (value === null || value === undefined) return [];
  const step = object(value);
  if (step.type !== "Sequence" || depth === deepestSequence) return [step];
  return array(step[listName]).flatMap((inner) => steps(inner, listName, depth + 1));
}

export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
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
    `${file}: ${field}: expected ${expected}, found ${found}. This version reads the BPE tokenizers of Llama, Mistral, Qwen and SmolLM and those like them; add tokenizer.model to the files if the model has one.`,
    { file, field, expected, found },
  );
}
