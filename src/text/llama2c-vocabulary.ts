// Reads llama2.c's tokenizer file: int32 max_token_length, then per token float32 score, int32 length, bytes
// (little-endian). run.c's rules: a space stays a space, always one before the text, ids 0, 1, 2 are unk, bos, eos.

import { PronkError } from "../errors.ts";
import { mergesFromScores } from "./merge-table.ts";
import { byteOfPiece, plainAddedToken } from "./vocabulary.ts";
import type { Vocabulary } from "./vocabulary.ts";
import type { PieceKind } from "./piece-kind.ts";

/** `vocabSize`: how many tokens to read; the file itself does not say (default: all). Throws PronkError format. */
export function readLlama2cVocabulary(bytes: Uint8Array, file: string, vocabSize = Infinity): Vocabulary {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true }); // U+FEFF is itself a piece
  const pieces: string[] = [];
  const kinds: PieceKind[] = [];
  const scores: number[] = [];
  let at = 4;
  while (at < bytes.length && pieces.length < vocabSize) {
    const id = pieces.length;
    const length = at + 8 <= bytes.length ? view.getInt32(at + 4, true) : -1;
    if (length < 0 || length > bytes.length - at - 8) throw broken(file, `token ${id} at byte ${at} runs past the end`);
    const text = utf8.decode(bytes.subarray(at + 8, at + 8 + length));
    scores.push(view.getFloat32(at, true));
    // The exporter wraps bos and eos in newlines for run.c's printing.
    pieces.push(id === 1 || id === 2 ? text.trim() : text);
    kinds.push(id === 0 ? "unknown" : id <= 2 ? "control" : byteOfPiece(text) !== undefined ? "byte" : "normal");
    at += 8 + length;
  }
  if (pieces.length < 4) throw broken(file, `only ${pieces.length} tokens`);
  return {
    file,
    pieces,
    kinds,
    merges: mergesFromScores(pieces, kinds, scores, file),
    rules: {
      kind: "spaces",
      space: " ",
      dummyPrefix: "each",
      prefixBeforeSpace: true,
      suffix: false,
      removeExtraSpaces: false,
      splitAtSpaces: false,
      leadingSpace: " ",
      dropLeading: "one",
    },
    added: [0, 1, 2].map((id) => plainAddedToken(id, pieces[id], true)),
    unkId: 0,
    bosId: 1,
    eosId: 2,
    startsWithBos: true,
    unkSurface: " \u2047 ",
    fuseUnknown: true,
  };
}

function broken(file: string, found: string): PronkError {
  return new PronkError(
    "format",
    `${file}: expected a llama2.c tokenizer (max_token_length, then score, length and bytes of each token), found ${found}. Give the tokenizer that was exported with this model.`,
    { file, field: "tokens", expected: "a llama2.c tokenizer", found },
  );
}
