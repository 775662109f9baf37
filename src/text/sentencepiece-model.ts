// Reads SentencePiece's `tokenizer.model` (sentencepiece_model.proto) into a Vocabulary. Byte-pair models only, and only
// the identity normaliser: that covers every Llama; anything else is refused by name rather than tokenized almost right.

import { PronkError } from "../errors.ts";
import { mergesFromScores } from "./merge-table.ts";
import { protoFloat, protoFields } from "./protobuf.ts";
import { byteOfPiece, plainAddedToken } from "./vocabulary.ts";
import { kindOfType } from "./piece-kind.ts";
import type { Vocabulary } from "./vocabulary.ts";
import type { PieceKind } from "./piece-kind.ts";

const modelTypes = ["", "unigram", "bpe", "word", "char"];

/** Throws PronkError format for a damaged file, unsupported for another kind of model. */
export function readSentencePieceModel(bytes: Uint8Array, file: string): Vocabulary {
  const pieces: string[] = [];
  const kinds: PieceKind[] = [];
  const scores: number[] = [];
  const trainer = { modelType: 1, byteFallback: false, suffix: false, bosId: 1, eosId: 2, unkSurface: " \u2047 " };
  const normalizer = { charsMapBytes: 0, dummyPrefix: true, removeExtraSpaces: true, escapeSpaces: true };
  // U+FEFF is itself a piece. Not fatal: a broken name never matches text.
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

  for (const field of protoFields(bytes, file)) {
    if (field.number === 1) {
      const piece = { text: "", score: 0, type: 1 };
      for (const part of protoFields(field.bytes, file)) {
        if (part.number === 1) piece.text = utf8.decode(part.bytes);
        else if (part.number === 2) piece.score = protoFloat(part);
        else if (part.number === 3) piece.type = part.varint;
      }
      const kind = kindOfType[piece.type];
      if (piece.text === "" || kind === undefined)
        throw malformed(
          file,
          `pieces[${pieces.length}]`,
          "a piece with text and a type of 1 to 6",
          JSON.stringify(piece),
        );
      if (kind === "byte" && byteOfPiece(piece.text) === undefined)
        throw malformed(file, `pieces[${pieces.length}]`, "a byte piece such as <0x0A>", JSON.stringify(piece.text));
      pieces.push(piece.text);
      scores.push(piece.score);
      kinds.push(kind);
    } else if (field.number === 2) {
      for (const part of protoFields(field.bytes, file)) {
        if (part.number === 3) trainer.modelType = part.varint;
        else if (part.number === 24) trainer.suffix = part.varint !== 0;
        else if (part.number === 35) trainer.byteFallback = part.varint !== 0;
        else if (part.number === 41) trainer.bosId = part.varint;
        else if (part.number === 42) trainer.eosId = part.varint;
        else if (part.number === 44) trainer.unkSurface = utf8.decode(part.bytes);
      }
    } else if (field.number === 3) {
      for (const part of protoFields(field.bytes, file)) {
        if (part.number === 2) normalizer.charsMapBytes = part.bytes.length;
        else if (part.number === 3) normalizer.dummyPrefix = part.varint !== 0;
        else if (part.number === 4) normalizer.removeExtraSpaces = part.varint !== 0;
        else if (part.number === 5) normalizer.escapeSpaces = part.varint !== 0;
      }
    }
  }

  if (pieces.length === 0) throw malformed(file, "pieces", "at least one piece", "none");
  if (trainer.modelType !== 2)
    throw unsupported(file, "trainer_spec.model_type", "bpe", modelTypes[trainer.modelType] ?? `${trainer.modelType}`);
  if (normalizer.charsMapBytes > 0)
    throw unsupported(
      file,
      "normalizer_spec.precompiled_charsmap",
      "none (the identity normaliser)",
      `${normalizer.charsMapBytes} bytes`,
    );
  const unkId = kinds.indexOf("unknown");
  if (unkId < 0) throw malformed(file, "pieces", "one piece of type unknown", "none");
  if (trainer.byteFallback && kinds.filter((kind) => kind === "byte").length !== 256)
    throw malformed(file, "pieces", "256 byte pieces (byte_fallback is set)", "another number");

  const known = (id: number): number | undefined => (kinds[id] === "control" ? id : undefined);
  const added = pieces.flatMap((piece, id) =>
    kinds[id] === "control" || kinds[id] === "unknown" ? [plainAddedToken(id, piece, true)] : [],
  );
  const drop = normalizer.removeExtraSpaces ? "all" : normalizer.dummyPrefix ? "one" : "none";
  return {
    file,
    pieces,
    kinds,
    merges: mergesFromScores(pieces, kinds, scores, file),
    rules: {
      kind: "spaces",
      space: normalizer.escapeSpaces ? "▁" : " ",
      dummyPrefix: normalizer.dummyPrefix ? "each" : "never",
      prefixBeforeSpace: true,
      suffix: trainer.suffix,
      removeExtraSpaces: normalizer.removeExtraSpaces,
      splitAtSpaces: false,
      leadingSpace: "▁", // whatever escape_whitespaces says
      dropLeading: drop,
    },
    added,
    unkId,
    bosId: known(trainer.bosId),
    eosId: known(trainer.eosId),
    startsWithBos: true,
    unkSurface: trainer.unkSurface,
    fuseUnknown: true,
  };
}

function malformed(file: string, field: string, expected: string, found: string): PronkError {
  return new PronkError(
    "format",
    `${file}: ${field}: expected ${expected}, found ${found}. The file is damaged; fetch it again.`,
    { file, field, expected, found },
  );
}

function unsupported(file: string, field: string, expected: string, found: string): PronkError {
  return new PronkError(
    "model-unsupported",
    `${file}: ${field}: expected ${expected}, found ${found}. This version reads Llama's SentencePiece models only; use a Llama-family model, or give a tokenizer.json.`,
    { file, field, expected, found },
  );
}
