// What the readers of tokenizer files produce and the tokenizer runs on: pieces with their kinds, merges, and the rules
// that turn text into the string that merges see. Data only.

import type { EmitPiece } from "./byte-pair-merge.ts";
import type { PieceKind } from "./piece-kind.ts";
import type { CutText } from "./cut-text.ts";
import type { MergeTable } from "./merge-table.ts";

export interface AddedToken {
  id: number;
  content: string;
  /** Becomes its id only where special tokens are parsed; otherwise it always does. */
  special: boolean;
  /** Takes the white space on that side with it. */
  leftStrip: boolean;
  rightStrip: boolean;
  /** Only where no letter or digit touches it. */
  singleWord: boolean;
  /** Is looked for in the normalised text, after the tokens that are not; matters to byte-level vocabularies only. */
  normalized: boolean;
}

/** SentencePiece's way: spaces become a letter. */
export interface SpaceRules {
  kind: "spaces";
  /** Taken before all else. */
  normalForm?: "NFC" | "NFKC";
  /** What stands for a space inside pieces: `▁`, or a plain space in llama2.c's files. */
  space: string;
  /** A space before the text: for each stretch between special tokens, for the first one only, or never. */
  dummyPrefix: "each" | "first" | "never";
  /** The prefix goes even before text that starts with a space (SentencePiece does, Metaspace does not). */
  prefixBeforeSpace: boolean;
  /** The dummy prefix is a suffix (treat_whitespace_as_suffix). */
  suffix: boolean;
  /** Leading, trailing and repeated spaces are dropped. */
  removeExtraSpaces: boolean;
  /** Pieces never reach over a space (Metaspace with split). */
  splitAtSpaces: boolean;
  /** What begins a piece whose leading space decoding may take away: `▁`, or a plain space in llama2.c's files. */
  leadingSpace: string;
  /** Leading spaces that decoding takes away: none, the dummy prefix, or all. */
  dropLeading: "none" | "one" | "all";
}

/** GPT-2's way: text is cut into words and marks, and the bytes of each merge. */
export interface ByteRules {
  kind: "bytes";
  normalForm: "NFC" | undefined;
  /** One after the other, each on the parts of the one before. */
  cuts: CutText[];
  /** A part's bytes as characters, cut again there (Falcon's steps after ByteLevel); default `writeBytes` alone. */
  write?: CutText;
  /** A part that is a piece stays whole, whatever the merges say (ignore_merges). */
  wholeParts: boolean;
}

/** Gives the pieces of a text in order, as mergePairs does. */
export type ChoosePieces = (text: string, table: MergeTable, emit: EmitPiece) => void;

export interface Vocabulary {
  /** The file it came from, for messages. */
  file: string;
  /** By id; undefined where no piece has that id. */
  pieces: (string | undefined)[];
  kinds: (PieceKind | undefined)[];
  merges: MergeTable;
  /** Where pieces are chosen by their scores (Unigram); then nothing merges. */
  choose?: ChoosePieces;
  rules: SpaceRules | ByteRules;
  /** Tokens that cut the text before merging, special or not. */
  added: AddedToken[];
  unkId: number | undefined;
  bosId: number | undefined;
  eosId: number | undefined;
  /** Texts of this model begin with bosId. */
  startsWithBos: boolean;
  /** What the unknown piece decodes to. */
  unkSurface: string;
  /** Neighbouring unknown characters become one unknown piece. */
  fuseUnknown: boolean;
}

const bytePiece = /^<0x([0-9A-Fa-f]{2})>$/;

/** The byte that a piece like `<0x0A>` stands for. */
export function byteOfPiece(piece: string): number | undefined {
  const match = bytePiece.exec(piece);
  return match ? parseInt(match[1], 16) : undefined;
}

/** An added token without white-space rules, as most are. */
export function plainAddedToken(id: number, content: string, special: boolean): AddedToken {
  return { id, content, special, leftStrip: false, rightStrip: false, singleWord: false, normalized: false };
}
