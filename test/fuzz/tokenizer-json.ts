// tokenizer.json: byte-pair vocabularies of either kind with the steps that published files have and patterns drawn from
// their grammar, whole or wrong. What was read encodes and decodes texts.

import { loadTokenizer } from "../../src/text/load-tokenizer.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { extremeNumbers, oddText, otherText } from "./extremes.ts";
import { type Json, jsonBytes, mutateJson, oddValue, Written, writeJson } from "./mutate-json.ts";
import type { JsonObject } from "./model-files.ts";
import { drawnPattern } from "./pattern.ts";
import { between, chance, type FuzzInput, type FuzzReader, isJson, type Random, utf8, wholeShare } from "./reader.ts";
import { useTokenizer } from "./spoken.ts";

const path = "tokenizer.json";
const gpt2 = "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const llama3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

function make(random: Random): FuzzInput {
  const root = drawnTokenizer(random);
  if (chance(random, wholeShare)) return { files: new Map([[path, utf8(JSON.stringify(root))]]), must: "read" };
  const model = root.model as JsonObject;
  const vocab = model.vocab as Record<string, Json>;
  const added = root.added_tokens as JsonObject[];
  const way = random();
  if (way < 0.3) return { files: new Map([[path, jsonBytes(mutateJson(root, random), random)]]) };
  if (way < 0.5)
    root.pre_tokenizer = { type: "Sequence", pretokenizers: [split(random, drawnPattern(random)), byteLevel] };
  else if (way < 0.6) {
    const key = pick(random, Object.keys(vocab));
    if (chance(random, 0.3)) root.post_processor = beginning(farId(random));
    else vocab[key] = chance(random, 0.7) ? farId(random) : oddValue(random);
  } else if (way < 0.7) {
    const merges = model.merges as Json[];
    merges.push(
      pick<Json>(random, [
        "a",
        "a b c",
        " ",
        "",
        ["a"],
        ["", ""],
        ["a", "a"],
        [1, 2],
        merges[0] ?? null,
        oddValue(random),
      ]),
    );
  } else if (way < 0.8) {
    const key = pick(random, ["id", "content", "special", "lstrip", "rstrip", "normalized", "single_word"]);
    pick(random, added)[key] = chance(random, 0.5)
      ? pick<Json>(random, [0, 5, 300, 10 ** 7, "", oddText(random)])
      : oddValue(random);
  } else if (way < 0.9) {
    const steps = pick(random, ["normalizer", "pre_tokenizer", "decoder", "post_processor"]);
    root[steps] = chance(random, 0.5) ? drawnSteps(random) : oddValue(random);
  } else if (way < 0.95) root.model = { ...model, vocab: manyPieces(random) };
  else root.added_tokens = manyAdded(random);
  return { files: new Map([[path, jsonBytes(root, random)]]) };
}

/** An id that no row has, or an extreme. */
const farId = (random: Random) => pick(random, chance(random, 0.5) ? [5000, 65_536, 2 ** 24 - 1] : extremeNumbers);

/** What puts a token before every text. */
const beginning = (id: Json): Json => ({
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  special_tokens: { "<s>": { id: "<s>", ids: [id], tokens: ["<s>"] } },
});

const byteLevel: Json = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };

const split = (random: Random, pattern: string): Json => ({
  type: "Split",
  pattern: { Regex: pattern },
  behavior: pick(random, ["Isolated", "Removed"]),
  invert: chance(random, 0.3),
});

function drawnTokenizer(random: Random): Record<string, Json> {
  const isBytes = chance(random, 0.5);
  const space = isBytes ? "Ġ" : "▁";
  const texts = new Set(["<unk>", "<s>", "</s>", ...(isBytes ? [] : ["<0x0A>", "<0xC3>"]), ..."abcdefghs", space]);
  const merges: [string, string][] = [];
  for (let times = between(random, 0, 30); times > 0; times--) {
    const list = [...texts].slice(isBytes ? 3 : 5);
    const pair: [string, string] = [pick(random, list), pick(random, list)];
    if (pair.join("").length > 12 || texts.has(pair.join(""))) continue;
    texts.add(pair.join(""));
    merges.push(pair);
  }
  const size = texts.size;
  const token = (content: string, id: number, more: Record<string, Json> = {}) => ({
    id,
    content,
    special: true,
    normalized: false,
    lstrip: false,
    rstrip: false,
    single_word: false,
    ...more,
  });
  const added = [token("<unk>", 0), token("<s>", 1), token("</s>", 2), token("<|im_end|>", size, { rstrip: chance(random, 0.3) }), token("ab cd", size + 1, { special: false, normalized: isBytes && chance(random, 0.5), single_word: chance(random, 0.5) })]; // prettier-ignore
  const steps = isBytes ? byteSteps(random) : spaceSteps(random);
  return {
    version: "1.0",
    added_tokens: added,
    ...steps,
    post_processor: pick<Json>(random, [null, beginning(1)]),
    model: {
      type: "BPE",
      unk_token: isBytes ? null : "<unk>",
      fuse_unk: chance(random, 0.5),
      byte_fallback: !isBytes && chance(random, 0.5),
      ignore_merges: isBytes && chance(random, 0.5),
      vocab: Object.fromEntries([...texts].map((text, id) => [text, id])),
      merges: chance(random, 0.5) ? merges : merges.map((pair) => pair.join(" ")),
    },
  };
}

const spaceSteps = (random: Random): Record<string, Json> =>
  pick<Record<string, Json>>(random, [
    { normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, { type: "Replace", pattern: { String: " " }, content: "▁" }] }, pre_tokenizer: null, decoder: { type: "Sequence", decoders: [{ type: "ByteFallback" }, { type: "Fuse" }, { type: "Strip", content: " ", start: 1, stop: 0 }] } },
    { normalizer: null, pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: pick(random, ["always", "first", "never"]), split: chance(random, 0.5) }, decoder: { type: "Metaspace" } },
  ]); // prettier-ignore

const byteSteps = (random: Random): Record<string, Json> => ({
  normalizer: pick<Json>(random, [null, { type: "NFC" }]),
  pre_tokenizer: pick<Json>(random, [
    { type: "Sequence", pretokenizers: [split(random, llama3), byteLevel] },
    {
      type: "Sequence",
      pretokenizers: [
        { type: "Digits", individual_digits: true },
        { type: "ByteLevel", add_prefix_space: true },
      ],
    },
    { type: "Sequence", pretokenizers: [split(random, gpt2), split(random, "\\p{N}{1,3}"), byteLevel] },
    { type: "ByteLevel" },
  ]),
  decoder: byteLevel,
});

/** Steps of any kind, in any depth. */
function drawnSteps(random: Random, depth = 0): Json {
  const names = ["normalizers", "pretokenizers", "decoders", "processors"];
  if (depth < 12 && chance(random, 0.5))
    return {
      type: "Sequence",
      [pick(random, names)]: Array.from({ length: between(random, 0, 3) }, () => drawnSteps(random, depth + 1)),
    };
  return pick<Json>(random, [
    byteLevel, { type: "NFC" }, { type: "NFKC" }, { type: "Digits" }, { type: "Metaspace" }, { type: "Prepend", prepend: "▁" },
    { type: "Split", pattern: { String: oddText(random) }, behavior: "Isolated" }, split(random, drawnPattern(random)),
    { type: "TemplateProcessing", single: [{ SpecialToken: { id: "x" } }], special_tokens: { x: { ids: [pick(random, extremeNumbers)] } } },
  ]); // prettier-ignore
}

/** Pieces that begin alike, or are long. */
function manyPieces(random: Random): Json {
  const count = between(random, 10, 400);
  const text = (i: number) =>
    pick(random, [`${"a".repeat(i)}b`, "▁".repeat(i + 1), `${oddText(random).slice(0, 200)}${i}`]);
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [text(i), i]));
}

/** Tokens that begin alike, occur twice, or have each other's ids; one id may occur under two keys. */
function manyAdded(random: Random): Json {
  const tokens = Array.from({ length: between(random, 1, 300) }, (_, i): Json => {
    const content = pick(random, [
      `${"a".repeat(i)}!`,
      "<s>",
      otherText("<|im_end|>", random).slice(0, 300),
      " ".repeat(i),
    ]);
    return { id: chance(random, 0.8) ? i : wholeBelow(random, 1000), content, special: chance(random, 0.5), rstrip: chance(random, 0.5), lstrip: chance(random, 0.5), normalized: chance(random, 0.3) }; // prettier-ignore
  });
  return chance(random, 0.1) ? new Written(writeJson(tokens).replaceAll('"id":', '"id":0,"id":')) : tokens;
}

async function use({ files }: FuzzInput, random: Random, pass: () => void): Promise<void> {
  if (isJson(files.get(path)!)) pass();
  const vocabSize = between(random, 80, 1200);
  const tokenizer = await loadTokenizer(files, {
    vocabSize,
    ...(chance(random, 0.3) ? { bosId: 1, eosIds: [2] } : {}),
  });
  useTokenizer(tokenizer, vocabSize, random);
}

export const tokenizerJsonReader: FuzzReader = { name: "tokenizer-json", make, use };
