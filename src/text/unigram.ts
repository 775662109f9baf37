// Unigram's choice of pieces: of all ways to write a text in pieces, the one with the largest sum of scores; a character that
// is no piece counts as ten less than the least score. Ties go to the longer first piece, as in tokenizers
// (models/unigram/model.rs, 0.23).

import { PronkError } from "../errors.ts";
import type { PieceKind } from "./piece-kind.ts";
import type { ChoosePieces } from "./vocabulary.ts";

const unknownPenalty = 10;
// Of squared piece lengths: what all their beginnings take. llm-jp's 100,000 have some 2^22.
const mostUnits = 2 ** 26;

/** Only normal pieces are found in text. Throws PronkError format where they are longer than in any published file. */
export function unigram(
  pieces: readonly string[],
  kinds: readonly (PieceKind | undefined)[],
  scores: readonly number[],
  file: string,
): ChoosePieces {
  const idOf = new Map<string, number>(); // pieces and all their beginnings; -1 for what is no piece
  let units = 0;
  for (const [id, piece] of pieces.entries()) {
    if (kinds[id] !== "normal" || piece === "") continue;
    units += piece.length ** 2;
    if (units > mostUnits)
      throw new PronkError(
        "format",
        `${file}: expected pieces of a few characters, found more long ones than any vocabulary has. The file is damaged; fetch it again.`,
        { file, field: "model.vocab", expected: "pieces of a few characters", found: "many long ones" },
      );
    for (let end = 1; end < piece.length; end++) {
      const beginning = piece.slice(0, end);
      if (!idOf.has(beginning)) idOf.set(beginning, -1);
    }
    idOf.set(piece, id);
  }
  const unknownScore = scores.reduce((least, score) => Math.min(least, score), Infinity) - unknownPenalty;

  return (text, _, emit): void => {
    const size = text.length;
    const best = new Float64Array(size + 1); // the largest sum of scores up to there
    const start = new Int32Array(size + 1).fill(-1); // of the piece that ends there
    const chosen = new Int32Array(size + 1); // its id, or -1
    const offer = (from: number, to: number, id: number, score: number): void => {
      if (start[to] >= 0 && score <= best[to]) return;
      best[to] = score;
      start[to] = from;
      chosen[to] = id;
    };
    for (let at = 0; at < size;) {
      const next = at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
      let isPiece = false; // the character alone
      for (let end = at + 1; end <= size; end++) {
        const id = idOf.get(text.slice(at, end));
        if (id === undefined) break;
        if (id < 0) continue;
        offer(at, end, id, best[at] + scores[id]);
        isPiece ||= end === next;
      }
      if (!isPiece) offer(at, next, -1, best[at] + unknownScore);
      at = next;
    }
    const ends: number[] = []; // unknown neighbours have one
    for (let end = size, wasUnknown = false; end > 0; end = start[end]) {
      const isUnknown = chosen[end] < 0;
      if (!isUnknown || !wasUnknown) ends.push(end);
      wasUnknown = isUnknown;
    }
    let from = 0;
    for (const end of ends.reverse()) {
      emit(chosen[end], from, end);
      from = end;
    }
  };
}
