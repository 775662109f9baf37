// Picks the tokenizer among a repository's small files and joins what tokenizer_config.json says about its tokens.
// tokenizer.json wins, as in transformers: it carries the added tokens that chat templates write. Then tokenizer.model
// (also when tokenizer.json is of a kind not read here), then llama2.c's .bin.

import { PronkError } from "../errors.ts";
import { onDemand } from "../on-demand.ts";
import { PieceTokenizer } from "./piece-tokenizer.ts";
import { readTokenizerConfig } from "./tokenizer-config.ts";
import type { TokenizerConfig } from "./tokenizer-config.ts";
import type { Tokenizer } from "./tokenizer.ts";
import type { Vocabulary } from "./vocabulary.ts";

const tokenizerJson = onDemand("reads tokenizer.json", () => import("./tokenizer-json.ts"));
const sentencePiece = onDemand("reads tokenizer.model", () => import("./sentencepiece-model.ts"));
const llama2cVocabulary = onDemand("reads llama2.c's tokenizers", () => import("./llama2c-vocabulary.ts"));

export interface TokenizerOptions {
  /** The model's; ids from the last piece up to it decode to "". */
  vocabSize?: number;
  /** config.json's, for when the tokenizer's files are silent: a fine-tune's eos_token is often newer than config.json. */
  bosId?: number;
  eosIds?: readonly number[];
}

/**
 * Rejects with PronkError: format (damaged, or no tokenizer among the files), unsupported (another kind of tokenizer), or
 * network (its reader did not arrive).
 */
export async function loadTokenizer(
  files: ReadonlyMap<string, Uint8Array>,
  options: TokenizerOptions = {},
): Promise<Tokenizer> {
  const vocabulary = await readVocabulary(files, options);
  const config = readTokenizerConfig(files);
  addConfiguredTokens(vocabulary, config, options.vocabSize);
  vocabulary.startsWithBos = config.addBos ?? vocabulary.startsWithBos;
  limitTo(vocabulary, options.vocabSize);
  const named = (content: string | undefined): number | undefined => {
    const id = content === undefined ? -1 : vocabulary.pieces.indexOf(content);
    return id < 0 ? undefined : id;
  };
  const { bos_token, eos_token } = config.specialTokens;
  vocabulary.bosId = named(bos_token) ?? vocabulary.bosId ?? options.bosId ?? named("<s>");
  vocabulary.eosId = named(eos_token) ?? vocabulary.eosId ?? options.eosIds?.[0] ?? named("</s>");
  return new PieceTokenizer(vocabulary, options.vocabSize);
}

/** Whether any of the files would be taken for a tokenizer. */
export function hasTokenizer(files: ReadonlyMap<string, Uint8Array>): boolean {
  return findFile(files, /tokenizer[^/]*\.json$(?<!config\.json)/, /\.model$/, /\.bin$/) !== undefined;
}

async function readVocabulary(files: ReadonlyMap<string, Uint8Array>, options: TokenizerOptions): Promise<Vocabulary> {
  const json = findFile(files, /(^|\/)tokenizer\.json$/, /tokenizer[^/]*\.json$(?<!config\.json)/);
  const model = findFile(files, /(^|\/)tokenizer\.model$/, /\.model$/);
  const bin = findFile(files, /(^|\/)tokenizer\.bin$/, /(^|\/)tok[^/]*\.bin$/, /\.bin$/);
  if (json) {
    try {
      return await (await tokenizerJson()).readTokenizerJson(files.get(json)!, json);
    } catch (error) {
      if (!model || !(error instanceof PronkError) || error.code !== "model-unsupported") throw error;
    }
  }
  if (model) return (await sentencePiece()).readSentencePieceModel(files.get(model)!, model);
  if (bin) return (await llama2cVocabulary()).readLlama2cVocabulary(files.get(bin)!, bin, options.vocabSize);
  const found = [...files.keys()].join(", ") || "no files";
  throw new PronkError(
    "format",
    `tokenizer: expected tokenizer.json, tokenizer.model or a llama2.c tokenizer .bin, found ${found}. Add the tokenizer's file to the model's.`,
    { file: "tokenizer.json", field: "", expected: "a tokenizer file", found },
  );
}

/** The shallowest path that fits the first pattern that any path fits, so a copy in a subfolder never wins. */
function findFile(files: ReadonlyMap<string, Uint8Array>, ...patterns: RegExp[]): string | undefined {
  const depth = (path: string): number => path.split("/").length;
  for (const pattern of patterns) {
    const paths = [...files.keys()].filter((path) => pattern.test(path));
    if (paths.length > 0) return paths.sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))[0];
  }
  return undefined;
}

/** Tokens that only tokenizer_config.json or added_tokens.json know, and `legacy: false` for tokenizer.model. */
function addConfiguredTokens(vocabulary: Vocabulary, config: TokenizerConfig, vocabSize = Infinity): void {
  const places = new Map(vocabulary.added.map((token, place) => [token.id, place]));
  for (const token of config.addedTokens) {
    const existing = vocabulary.pieces[token.id];
    if (existing === undefined && token.id >= vocabSize) continue; // the model has no row for it
    if (existing !== undefined && existing !== token.content) continue; // another vocabulary's file
    const place = places.get(token.id);
    if (place !== undefined) vocabulary.added[place] = token;
    else vocabulary.added.push(token);
    vocabulary.pieces[token.id] = token.content;
    if (token.special && vocabulary.kinds[token.id] !== "unknown") vocabulary.kinds[token.id] = "control";
    else vocabulary.kinds[token.id] ??= "user";
  }
  // transformers' slow tokenizer without `legacy`: only the text's own beginning gets the dummy prefix.
  const { file, rules } = vocabulary;
  if (config.legacy === false && file.endsWith(".model") && rules.kind === "spaces" && rules.dummyPrefix === "each")
    rules.dummyPrefix = "first";
}

/** A model with fewer rows than the tokenizer has ids cannot be fed the rest. */
export function limitTo(vocabulary: Vocabulary, vocabSize = Infinity): void {
  if (vocabulary.pieces.length <= vocabSize) return;
  const added = new Set(vocabulary.added.map((token) => token.id));
  const merges = ({ kinds }: Vocabulary, id: number) => kinds[id] === "normal" || kinds[id] === "unused"; // added or not
  const beyond = vocabulary.pieces.findIndex(
    (piece, id) => id >= vocabSize && piece !== undefined && (!added.has(id) || merges(vocabulary, id)),
  );
  if (beyond >= 0)
    throw new PronkError(
      "format",
      `${vocabulary.file}: expected at most ${vocabSize} pieces (the model's vocab_size), found piece ${beyond}. The tokenizer belongs to another model; give the one published with this model.`,
      { file: vocabulary.file, field: "pieces", expected: vocabSize, found: vocabulary.pieces.length },
    );
  vocabulary.added = vocabulary.added.filter((token) => token.id < vocabSize);
  vocabulary.pieces.length = vocabSize;
  vocabulary.kinds.length = vocabSize;
  vocabulary.merges.pieceCount = vocabSize; // what else the merges know is no piece
}
