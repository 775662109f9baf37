// What kinds of pieces a vocabulary has, by SentencePiece's names and numbers.

/**
 * SentencePiece's types: `control` pieces never match text and decode to nothing, `user` pieces always match whole,
 * `unused` ones appear in no result, `byte` ones stand for the bytes of characters that are no piece.
 */
export type PieceKind = "normal" | "unknown" | "control" | "user" | "unused" | "byte";

/** By SentencePiece's numbers, which GGUF's token types use too. */
export const kindOfType: Readonly<Record<number, PieceKind>> = {
  1: "normal",
  2: "unknown",
  3: "control",
  4: "user",
  5: "unused",
  6: "byte",
};
