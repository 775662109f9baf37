// The merges of a byte-pair vocabulary as one table, whichever way the file gives them: SentencePiece gives every piece
// a score and lets any two neighbours join whose union is a piece; tokenizer.json lists ranked pairs.
// Symbols are piece ids; characters that are no piece but part of one get ids from `pieceCount` up.

import { PronkError } from "../errors.ts";
import type { PieceKind } from "./piece-kind.ts";

export interface MergeTable {
  pieceCount: number;
  /** Single characters and pieces that text may become. */
  symbolOf: Map<string, number>;
  /** pairKey(left, right) -> index into `rank` and `merged`. */
  pairs: Map<number, number>;
  /** Lower merges first; equal ranks merge from the left. */
  rank: number[];
  merged: number[];
  /** Pieces that may appear on the way but not in the result (SentencePiece's UNUSED). */
  unused: Set<number>;
}

/** Ids stay below 2^26 so that a pair is an exact double. */
export function pairKey(left: number, right: number): number {
  return left * 0x4000000 + right;
}

// Longer pieces can only be user-defined ones, which are matched whole; the bound keeps a hostile file from costing
// the square of its size.
const longestMergedPiece = 1024;
const mostCuts = 2 ** 26; // the sum of squared lengths; Llama 2's vocabulary has 1,025,391

/** SentencePiece's rule. Pieces of other kinds than normal and unused are never built from their characters. */
export function mergesFromScores(
  pieces: string[],
  kinds: PieceKind[],
  scores: ArrayLike<number>,
  file: string,
): MergeTable {
  const table = emptyTable(pieces.length);
  const mergeable = (id: number): boolean => kinds[id] === "normal" || kinds[id] === "unused";
  const score = (id: number): number => (Number.isNaN(scores[id]) ? -Infinity : scores[id]);
  pieces.forEach((piece, id) => {
    if (mergeable(id) || kinds[id] === "user") table.symbolOf.set(piece, id);
    if (kinds[id] === "unused") table.unused.add(id);
  });
  const ordered = [...new Set(pieces.map((_, id) => score(id)))].sort((a, b) => b - a);
  const rankOfScore = new Map(ordered.map((value, rank) => [value, rank]));
  let extra = pieces.length;
  const symbol = (text: string): number | undefined => {
    const known = table.symbolOf.get(text);
    if (known !== undefined) return known;
    if (text.length > 2 || text.length !== (text.codePointAt(0)! > 0xffff ? 2 : 1)) return undefined;
    table.symbolOf.set(text, extra); // an unknown character still merges into a piece that contains it
    return extra++;
  };
  let cuts = 0;
  for (let id = 0; id < pieces.length; id++) {
    const piece = pieces[id];
    if (!mergeable(id) || piece.length > longestMergedPiece) continue;
    cuts += piece.length ** 2;
    if (cuts > mostCuts) throw tooLong(file);
    for (let cut = 1; cut < piece.length; cut++) {
      const unit = piece.charCodeAt(cut);
      if (unit >= 0xdc00 && unit <= 0xdfff) continue; // not inside a character
      const left = symbol(piece.slice(0, cut));
      const right = left === undefined ? undefined : symbol(piece.slice(cut));
      if (left === undefined || right === undefined) continue;
      table.pairs.set(pairKey(left, right), table.merged.length);
      table.merged.push(id);
      table.rank.push(rankOfScore.get(score(id))!);
    }
  }
  return table;
}

function tooLong(file: string): PronkError {
  return new PronkError(
    "format",
    `${file}: expected pieces of a few characters, found more long ones than any vocabulary has. The file is damaged; fetch it again.`,
    { file, field: "pieces", expected: "pieces of a few characters", found: "many long ones" },
  );
}

/** tokenizer.json's rule: only listed pairs merge, in the order of the list. */
export function mergesFromPairs(pieces: string[], kinds: PieceKind[], list: [string, string][]): MergeTable {
  const table = emptyTable(pieces.length);
  pieces.forEach((piece, id) => {
    if (piece !== undefined && kinds[id] === "normal") table.symbolOf.set(piece, id);
  });
  list.forEach(([left, right], rank) => {
    const from = table.symbolOf.get(left);
    const to = table.symbolOf.get(right);
    const id = table.symbolOf.get(left + right);
    if (from === undefined || to === undefined || id === undefined) return;
    const key = pairKey(from, to);
    if (table.pairs.has(key)) return;
    table.pairs.set(key, table.merged.length);
    table.merged.push(id);
    table.rank.push(rank);
  });
  return table;
}

function emptyTable(pieceCount: number): MergeTable {
  return { pieceCount, symbolOf: new Map(), pairs: new Map(), rank: [], merged: [], unused: new Set() };
}
