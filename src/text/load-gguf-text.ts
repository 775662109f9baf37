// Tokenizer and dialog out of a GGUF file's own metadata, for a model that came without tokenizer files.

import type { PronkWarning } from "../errors.ts";
import type { GgufTokenizer } from "../format/gguf-tokenizer.ts";
import { ggufVocabulary, lostScores } from "./gguf-vocabulary.ts";
import { configuredDialog, ggufTemplate, type DialogOptions } from "./load-dialog.ts";
import { limitTo } from "./load-tokenizer.ts";
import { PieceTokenizer } from "./piece-tokenizer.ts";
import type { ChatDialog, Tokenizer } from "./tokenizer.ts";

/** `vocabSize` is the model's. Rejects with PronkError format or unsupported. */
export async function loadGgufText(
  given: GgufTokenizer,
  { vocabSize, ...options }: DialogOptions & { vocabSize?: number } = {},
): Promise<{ tokenizer: Tokenizer; dialog: ChatDialog | undefined; warnings: PronkWarning[] }> {
  const vocabulary = await ggufVocabulary(given);
  limitTo(vocabulary, vocabSize);
  const tokenizer = new PieceTokenizer(vocabulary, vocabSize);
  const dialog = await configuredDialog({ template: ggufTemplate(given), specialTokens: {} }, tokenizer, options);
  return { tokenizer, dialog, warnings: warningsOf(given) };
}

function warningsOf(given: GgufTokenizer): PronkWarning[] {
  const score = lostScores(given);
  if (score === undefined) return [];
  const { file } = given;
  const message = `"${file}" gives all pieces of its vocabulary the score ${score}, so in which order they join is lost. Their order in the file is taken for it, which may cut some words wrongly. Put the model's tokenizer.json beside it, or take another export.`;
  const facts = { file, field: "tokenizer.ggml.scores", expected: "a score for each piece", found: score };
  return [{ code: "tokenizer-scores", message, facts }];
}
