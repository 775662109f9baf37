// Tokenizer and dialog out of a GGUF file's own metadata, for a model that came without tokenizer files.

import type { GgufTokenizer } from "../format/gguf-tokenizer.ts";
import { ggufVocabulary } from "./gguf-vocabulary.ts";
import { configuredDialog, type DialogOptions } from "./load-dialog.ts";
import { limitTo } from "./load-tokenizer.ts";
import { PieceTokenizer } from "./piece-tokenizer.ts";
import type { ChatDialog, Tokenizer } from "./tokenizer.ts";

/** `vocabSize` is the model's. Throws PronkError format or unsupported. */
export function loadGgufText(
  given: GgufTokenizer,
  { vocabSize, ...options }: DialogOptions & { vocabSize?: number } = {},
): { tokenizer: Tokenizer; dialog: ChatDialog | undefined } {
  const vocabulary = ggufVocabulary(given);
  limitTo(vocabulary, vocabSize);
  const tokenizer = new PieceTokenizer(vocabulary, vocabSize);
  const template = given.chatTemplate ? { source: given.chatTemplate, file: given.file } : undefined;
  return { tokenizer, dialog: configuredDialog({ template, specialTokens: {} }, tokenizer, options) };
}
