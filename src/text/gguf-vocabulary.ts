// The vocabulary in a GGUF file's metadata -> a Vocabulary. "llama" is SentencePiece's, with scores; "gpt2" is byte-level, with
// merges and the name of its pre-tokenizer. Control and user-defined tokens cut the text, as in llama.cpp and transformers.

import { PronkError } from "../errors.ts";
import type { GgufTokenizer } from "../format/gguf-tokenizer.ts";
import { onDemand } from "../on-demand.ts";
import { mergesFromPairs, mergesFromScores } from "./merge-table.ts";
import { byteOfPiece, plainAddedToken } from "./vocabulary.ts";
import { kindOfType } from "./piece-kind.ts";
import type { ByteRules, SpaceRules, Vocabulary } from "./vocabulary.ts";
import type { PieceKind } from "./piece-kind.ts";

const byteRules = onDemand("cuts text for byte-level tokenizers", () => import("./byte-rules.ts"));

/** Rejects with PronkError format, or unsupported for a pre-tokenizer that is not known. */
export async function ggufVocabulary(given: GgufTokenizer): Promise<Vocabulary> {
  const { file, pieces, model, bosId, eosId, unkId } = given;
  const rules = model === "llama" ? spaceRules(given) : await byteRulesOf(given);
  const kinds = pieces.map((piece, id) => kindOf(given, piece, id));
  const merges =
    model === "llama"
      ? mergesFromScores(
          pieces,
          kinds,
          lostScores(given) === undefined ? (given.scores ?? []) : pieces.map(scoreByPlace),
          file,
        )
      : mergesFromPairs(pieces, kinds, (given.merges ?? []).map(halves));
  const added = pieces.flatMap((piece, id) => {
    const special = kinds[id] === "control" || kinds[id] === "unknown";
    return special || kinds[id] === "user" ? [plainAddedToken(id, piece, special)] : [];
  });
  return {
    file,
    pieces,
    kinds,
    merges,
    rules,
    added,
    unkId,
    bosId,
    eosId,
    startsWithBos: given.addBos,
    unkSurface: model === "llama" ? " \u2047 " : "",
    fuseUnknown: true,
  };

  function halves(merge: string, index: number): [string, string] {
    const cut = merge.indexOf(" ", 1);
    if (cut > 0 && cut < merge.length - 1) return [merge.slice(0, cut), merge.slice(cut + 1)];
    const field = `tokenizer.ggml.merges[${index}]`;
    throw new PronkError(
      "format",
      `"${file}" says "${field}": ${JSON.stringify(merge.slice(0, 80))}; expected two pieces. Fetch the file again.`,
      { file, field, expected: "two pieces", found: merge.slice(0, 80) },
    );
  }
}

/**
 * The one score of all pieces of more than one letter, a sign that the scores are lost: converters write it for a
 * vocabulary that they took from a tokenizer.json (convert_hf_to_gguf.py, on folders saved by transformers 5).
 */
export function lostScores(given: GgufTokenizer): number | undefined {
  const { model, pieces, scores = [] } = given;
  if (model !== "llama") return undefined;
  const merged = scores.filter((_, id) => pieces[id].length > 1 && kindOf(given, pieces[id], id) === "normal");
  return merged.length > 1 && merged.every((score) => score === merged[0]) ? merged[0] : undefined;
}

/**
 * SentencePiece's trainer writes the pieces in the order in which they merge, except for runs of spaces, which come last. On
 * 1,161 lines of text that gives Llama 2's own ids for every one; equal scores do for 382 (2026-11-28).
 */
const scoreByPlace = (piece: string, id: number): number => (/^▁▁+$/.test(piece) ? -Infinity : -id);

function spaceRules({ spacePrefix }: GgufTokenizer): SpaceRules {
  return {
    kind: "spaces",
    space: "▁",
    dummyPrefix: spacePrefix ? "each" : "never",
    prefixBeforeSpace: true,
    suffix: false,
    removeExtraSpaces: false,
    splitAtSpaces: false,
    leadingSpace: "▁",
    dropLeading: spacePrefix ? "one" : "none",
  };
}

async function byteRulesOf({ file, pretokenizer }: GgufTokenizer): Promise<ByteRules> {
  const { namedRules } = await byteRules();
  if (Object.hasOwn(namedRules, pretokenizer)) return namedRules[pretokenizer];
  const expected = Object.keys(namedRules).join(", ");
  throw new PronkError(
    "model-unsupported",
    `"${file}" says "tokenizer.ggml.pre": ${JSON.stringify(pretokenizer.slice(0, 80))}, which this version of pronk does not know. Those it knows are ${expected}. Take the same model's safetensors with its tokenizer.json.`,
    { file, field: "tokenizer.ggml.pre", expected, found: pretokenizer.slice(0, 80) },
  );
}

/** Without types (old files): bytes by how they look, and the ids that the file names. */
function kindOf({ model, types, bosId, eosId, unkId }: GgufTokenizer, piece: string, id: number): PieceKind {
  const isByte = model === "llama" && byteOfPiece(piece) !== undefined;
  if (!types) return id === unkId ? "unknown" : id === bosId || id === eosId ? "control" : isByte ? "byte" : "normal";
  const kind = kindOfType[types[id]] ?? "normal";
  return kind === "byte" && !isByte ? "normal" : kind;
}
