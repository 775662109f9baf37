// What a prompt of ids must be. The shapes of api/ check this before an answer begins, to be able to say which field is
// wrong; the generator checks it for everybody.

import { PronkError } from "../errors.ts";

/** Throws unless the ids can be fed to the model: at least one, all of them in the vocabulary, no more than fit. */
export function checkPromptIds(
  { vocabSize, contextLength }: { vocabSize: number; contextLength: number },
  ids: readonly number[],
  field: string,
): void {
  if (ids.length === 0)
    throw new PronkError("bad-request", `"${field}" is empty; give at least one token.`, {
      field,
      expected: "at least one token",
      found: "none",
    });
  const wrong = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize);
  if (wrong >= 0)
    throw new PronkError(
      "bad-request",
      `"${field}" holds ${String(ids[wrong])} at place ${wrong}; the model's ids are whole numbers from 0 to ${vocabSize - 1}.`,
      { field, expected: `0 to ${vocabSize - 1}`, found: String(ids[wrong]) },
    );
  if (ids.length > contextLength) throw contextFull(ids.length, contextLength, "Shorten the prompt");
}

export function contextFull(promptTokens: number, contextLength: number, advice: string): PronkError {
  return new PronkError(
    "context-full",
    `The prompt is ${promptTokens} tokens long and the context holds ${contextLength}. ${advice}, or load the model with a larger contextLength, if it was made for one.`,
    { promptTokens, contextLength },
  );
}
