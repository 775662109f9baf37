// Reads Hugging Face's `tokenizer.json` where it holds a byte-pair or a Unigram vocabulary: of SentencePiece's kind, with spaces
// marked as `▁` by the "legacy" normaliser (Prepend, Replace), by patterns as llm-jp has them, or by Metaspace, or (byte pairs
// only) of GPT-2's, by bytes (byte-rules.ts).
// Why ours and not @huggingface/tokenizers (0.2.0): tokenizer.model needs the same machinery anyway; that package always
// turns a typed `<s>` into the control token and cannot be told which characters a user typed. Its ids are otherwise the same
// (500 random texts), at 2.7 s for 200 kB against 0.2 s here (measured 2026-11-23, two shared cores).

import { briefly } from "../errors.ts";
import { parseJsonObject, type JsonObject } from "../json-bytes.ts";
import { onDemand } from "../on-demand.ts";
import { array, isId, malformed, object, steps, unsupported } from "./json-steps.ts";
import { mergesFromPairs } from "./merge-table.ts";
import { unigram } from "./unigram.ts";
import { byteOfPiece } from "./vocabulary.ts";
import type { AddedToken, SpaceRules, Vocabulary } from "./vocabulary.ts";
import type { PieceKind } from "./piece-kind.ts";

const byteRules = onDemand("cuts text for byte-level tokenizers", () => import("./byte-rules.ts"));

/** Rejects with PronkError format for a damaged file, unsupported for steps this reader does not know. */
export async function readTokenizerJson(bytes: Uint8Array, file: string): Promise<Vocabulary> {
  const root = parseJsonObject(file, bytes, Infinity); // of a vocabulary; no page waits for it
  const model = object(root.model);
  // Files older than 2021 leave the type out.
  const type = model.type ?? (Array.isArray(model.merges) ? "BPE" : undefined);
  if (type !== "BPE" && type !== "Unigram") throw unsupported(file, "model.type", "BPE or Unigram", type);
  const isUnigram = type === "Unigram";
  for (const field of ["continuing_subword_prefix", "end_of_word_suffix"])
    if (model[field]) throw unsupported(file, `model.${field}`, "null", model[field]);
  const byteLevel = steps(root.pre_tokenizer, "pretokenizers").some((step) => step.type === "ByteLevel");
  if (byteLevel && isUnigram) throw unsupported(file, "pre_tokenizer", "none or Metaspace beside Unigram", "ByteLevel");
  if (model.ignore_merges && !byteLevel) throw unsupported(file, "model.ignore_merges", "false", true);

  const pieces: (string | undefined)[] = [];
  const kinds: (PieceKind | undefined)[] = [];
  const byteFallback = !byteLevel && model.byte_fallback === true;
  const scores: number[] = [];
  const ids = isUnigram
    ? array(model.vocab).map((entry, id): [string, unknown] => {
        const [piece, score] = array(entry);
        if (typeof piece !== "string" || typeof score !== "number")
          throw malformed(file, `model.vocab[${id}]`, "a piece and its score", entry);
        scores.push(score);
        return [piece, id];
      })
    : Object.entries(object(model.vocab));
  for (const [piece, id] of ids) {
    if (!isIdOf(bytes, id)) throw malformed(file, `model.vocab[${briefly(piece)}]`, "an id", id);
    pieces[id] = piece;
    kinds[id] = byteFallback && byteOfPiece(piece) !== undefined ? "byte" : "normal";
  }
  if (pieces.length === 0) throw malformed(file, "model.vocab", "pieces", "none");

  const added = array(root.added_tokens).map((entry, index) =>
    readAddedToken(entry, bytes, file, `added_tokens[${index}]`),
  );
  for (const token of added) {
    pieces[token.id] = token.content;
    kinds[token.id] = token.special ? "control" : "user";
  }
  const unkToken = isUnigram ? pieces[Number(model.unk_id ?? -1)] : model.unk_token;
  const unkId = typeof unkToken === "string" ? pieces.indexOf(unkToken) : -1;
  if (isUnigram && kinds[unkId] === "normal") kinds[unkId] = "unknown";
  const template = steps(root.post_processor, "processors").find((step) => step.type === "TemplateProcessing");
  const begin = template && firstOf(template);
  return {
    file,
    pieces,
    kinds,
    merges: mergesFromPairs(pieces as string[], kinds as PieceKind[], readMerges(model.merges, file)),
    ...(isUnigram ? { choose: unigram(pieces as string[], kinds, scores, file) } : {}),
    rules: byteLevel ? (await byteRules()).readByteRules(root, file) : readSpaceRules(root, file),
    added,
    unkId: unkId >= 0 ? unkId : undefined,
    bosId: begin, // and eosId: named by tokenizer_config.json; load-tokenizer.ts fills them in
    eosId: undefined,
    // Files without a template are older than those that transformers writes, and their texts began with it.
    startsWithBos: template ? begin !== undefined : !byteLevel,
    unkSurface: typeof unkToken === "string" ? unkToken : "",
    fuseUnknown: isUnigram || model.fuse_unk === true,
  };
}

/** Ids have no gaps, and each takes bytes: a short file that names a high one would only make long empty lists. */
const isIdOf = (bytes: Uint8Array, id: unknown): id is number => isId(id) && id < bytes.length;

/** The special token that a post-processor's template puts before a text. */
function firstOf(template: JsonObject): number | undefined {
  const name = object(object(array(template.single)[0]).SpecialToken).id;
  const [id] = array(object(object(template.special_tokens)[String(name)]).ids);
  return isId(id) ? id : undefined;
}

/** `"a b"` in old files, `["a", "b"]` in new ones. */
function readMerges(value: unknown, file: string): [string, string][] {
  return array(value).map((entry, index) => {
    const pair = typeof entry === "string" ? entry.split(" ") : entry;
    if (Array.isArray(pair) && pair.length === 2 && pair.every((half) => typeof half === "string"))
      return pair as [string, string];
    throw malformed(file, `model.merges[${index}]`, "two pieces", entry);
  });
}

function readAddedToken(value: unknown, bytes: Uint8Array, file: string, where: string): AddedToken {
  const entry = object(value);
  if (!isIdOf(bytes, entry.id) || typeof entry.content !== "string")
    throw malformed(file, where, "an id and content", value);
  // Where spaces become letters, `normalized` is not obeyed: such tokens would match only after a `▁`, which no template
  // writes; transformers' own tokenizer_config.json overrides it to false for Llama.
  return {
    id: entry.id,
    content: entry.content,
    special: entry.special === true,
    leftStrip: entry.lstrip === true,
    rightStrip: entry.rstrip === true,
    singleWord: entry.single_word === true,
    normalized: entry.normalized === true,
  };
}

/** What a Replace step replaces, a text or a pattern; "" for other steps. */
function replaced(step: unknown): string {
  const { type, pattern } = object(step);
  const { String: text, Regex: regex } = object(pattern);
  return type === "Replace" ? String(text ?? regex) : "";
}

/** Normaliser, pre-tokenizer and decoder, so far as they amount to SentencePiece's rules. */
function readSpaceRules(root: JsonObject, file: string): SpaceRules {
  const rules: SpaceRules = {
    kind: "spaces",
    space: "▁",
    dummyPrefix: "never",
    prefixBeforeSpace: true,
    suffix: false,
    removeExtraSpaces: false,
    splitAtSpaces: false,
    leadingSpace: "▁",
    dropLeading: "none",
  };
  let marked = false;
  const normal = steps(root.normalizer, "normalizers");
  for (const [place, step] of normal.entries()) {
    const [from, to] = [replaced(step), step.content];
    if (place === 0 && (step.type === "NFC" || step.type === "NFKC")) rules.normalForm = step.type;
    else if (step.type === "Prepend" && step.prepend === "▁") rules.dummyPrefix = "each";
    else if (from === " " && to === "▁") marked = true;
    else if (from === "(?<!\\n)^" && to === "▁") rules.dummyPrefix = "each";
    // `^` matches at every line's beginning, and the next step takes the prefix away again there.
    else if (from === "^" && to === "▁" && replaced(normal[place + 1]) === "\\n▁") rules.dummyPrefix = "each";
    else if (from !== "\\n▁" || to !== "\n" || replaced(normal[place - 1]) !== "^")
      throw unsupported(file, "normalizer", "NFC or NFKC, then Prepend ▁ and Replace space by ▁", step);
  }
  for (const step of steps(root.pre_tokenizer, "pretokenizers")) {
    if (step.type !== "Metaspace" || (step.replacement ?? "▁") !== "▁")
      throw unsupported(file, "pre_tokenizer", "none or Metaspace with ▁", step);
    // Before tokenizers 0.14 the scheme was a flag, and pieces always ended at a space.
    const scheme = step.prepend_scheme ?? (step.add_prefix_space === false ? "never" : "always");
    rules.dummyPrefix = scheme === "always" ? "each" : scheme === "first" ? "first" : "never";
    rules.prefixBeforeSpace = false;
    rules.splitAtSpaces = step.split !== false;
    marked = true;
  }
  if (!marked) throw unsupported(file, "normalizer", "a step that replaces spaces by ▁", root.normalizer);
  for (const step of steps(root.decoder, "decoders")) {
    if (/^(\(\?<!\\n\))?\^ $/.test(replaced(step)) && step.content === "") rules.dropLeading = "one";
    if (step.type === "Strip" && step.content === " " && Number(step.start) > 0) rules.dropLeading = "one";
    if (step.type === "Metaspace" && step.prepend_scheme !== "never" && step.add_prefix_space !== false)
      rules.dropLeading = "one";
  }
  return rules;
}
