// tokenizer.json: the legacy form against SentencePiece on the same vocabulary, Metaspace by its rules, added tokens,
// which file wins, and files that are refused.

import { describe, expect, it } from "vitest";
import { loadTokenizer } from "../../../src/text/load-tokenizer.ts";
import {
  hasSharedData,
  randomPieces,
  randomText,
  seededRandom,
  sharedBytes,
  writeSentencePieceModel,
} from "../../support/sentencepiece.ts";
import { changedFile, tokenizerFixture, transformers5Forms } from "../../support/tokenizer-fixture.ts";
import type { TokenizerOptions } from "../../../src/text/load-tokenizer.ts";
import type { Tokenizer } from "../../../src/text/tokenizer.ts";

type Json = Record<string, unknown>;

function load(files: Record<string, unknown>, options?: TokenizerOptions): Promise<Tokenizer> {
  const bytes = Object.entries(files).map(([name, value]): [string, Uint8Array] => [
    name,
    value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(value)),
  ]);
  return loadTokenizer(new Map(bytes), options);
}

const words = ["▁", "a", "b", "c", "▁a", "ab", "▁ab", "▁▁", "▁b", "bc"];
const merges = [
  ["▁", "a"],
  ["▁a", "b"],
  ["a", "b"],
  ["▁", "b"],
  ["b", "c"],
  ["▁", "▁"],
];
const bytePieces = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const vocab = Object.fromEntries(["<unk>", "<s>", "</s>", ...bytePieces, ...words].map((piece, id) => [piece, id]));
const special = (id: number, content: string, more: Json = {}) => ({
  id,
  content,
  special: true,
  normalized: false,
  ...more,
});
const added = [special(0, "<unk>"), special(1, "<s>"), special(2, "</s>")];

function tokenizerJson(changes: Json = {}, model: Json = {}): Json {
  return {
    added_tokens: added,
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "▁" },
        { type: "Replace", pattern: { String: " " }, content: "▁" },
      ],
    },
    pre_tokenizer: null,
    decoder: { type: "Sequence", decoders: [{ type: "Strip", content: " ", start: 1, stop: 0 }] },
    model: { type: "BPE", unk_token: "<unk>", fuse_unk: true, byte_fallback: true, vocab, merges, ...model },
    ...changes,
  };
}

const metaspace = (more: Json) => ({ type: "Metaspace", replacement: "▁", ...more });
const pieces = (tokenizer: Tokenizer, text: string, parseSpecial = false): string[] => {
  const byId = new Map([...Object.entries(vocab).map(([piece, id]) => [id, piece] as const)]);
  return tokenizer.encode(text, { parseSpecial }).map((id) => byId.get(id) ?? `#${id}`);
};

describe.skipIf(!hasSharedData)("Llama 2's tokenizer.json, legacy form", async () => {
  const files = { "tokenizer.json": sharedBytes("tokenizer/llama2/tokenizer.legacy.json") };
  const fromJson = hasSharedData ? await load(files) : undefined!;
  const fromModel = hasSharedData
    ? await load({ "tokenizer.model": sharedBytes("tokenizer/llama2/tokenizer.model") })
    : undefined!;

  it("gives SentencePiece's ids and text on every published vector", () => {
    const golden = new TextDecoder().decode(sharedBytes("golden/tokenizer/llama2_spm_vectors.json"));
    for (const { text, ids, decoded } of JSON.parse(golden).vectors) {
      expect(fromJson.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(fromJson.decode(ids)).toBe(decoded);
    }
  });

  it("gives the ids of tokenizer.model on random text, special tokens parsed or not", () => {
    const random = seededRandom(11);
    for (let index = 0; index < 1000; index++) {
      const text = randomText(random, 300);
      for (const parseSpecial of [false, true])
        expect(fromJson.encode(text, { parseSpecial }).join(" "), JSON.stringify(text)).toBe(
          fromModel.encode(text, { parseSpecial }).join(" "),
        );
    }
    expect([fromJson.unkId, fromJson.bosId, fromJson.eosId]).toEqual([0, 1, 2]);
  });
});

describe("as transformers 5 saves a SentencePiece vocabulary", () => {
  it.each(transformers5Forms())(
    "$name: its ids, begun by BOS where its template says so",
    async ({ name, ...form }) => {
      const { root } = tokenizerFixture("sentencepiece");
      const tokenizer = await load({
        "tokenizer.json": changedFile(root, form.changes),
        "tokenizer_config.json": form.config,
      });
      expect(tokenizer.startsWithBos).toBe(name.endsWith("BOS"));
      const begin = tokenizer.startsWithBos ? [tokenizer.bosId] : [];
      for (const [text, ids] of form.cases)
        expect([...begin, ...tokenizer.encode(text, { parseSpecial: true })], JSON.stringify(text)).toEqual(ids);
      expect(form.cases.length).toBeGreaterThan(300);
    },
  );
});

describe("tokenizer.json", () => {
  it("prefixes every stretch in the legacy form", async () => {
    const tokenizer = await load({ "tokenizer.json": tokenizerJson() });
    expect(pieces(tokenizer, "ab</s>ab", true)).toEqual(["▁ab", "</s>", "▁ab"]);
    expect(pieces(tokenizer, " ab")).toEqual(["▁", "▁ab"]);
    expect(pieces(tokenizer, "")).toEqual([]);
    expect(pieces(tokenizer, "é")).toEqual(["▁", "<0xC3>", "<0xA9>"]);
  });

  it("reads merges written as text or as pairs alike", async () => {
    const asText = await load({
      "tokenizer.json": tokenizerJson({}, { merges: merges.map((pair) => pair.join(" ")) }),
    });
    const asPairs = await load({ "tokenizer.json": tokenizerJson() });
    for (const text of ["ab abc bc", "  a b", "cab"]) expect(asText.encode(text)).toEqual(asPairs.encode(text));
  });

  it("merges listed pairs only", async () => {
    const without = await load({ "tokenizer.json": tokenizerJson({}, { merges: merges.slice(0, 1) }) });
    expect(pieces(without, "abc")).toEqual(["▁a", "b", "c"]);
  });

  it.each([
    ["always", ["▁ab", "</s>", "▁ab"]],
    ["first", ["▁ab", "</s>", "ab"]],
    ["never", ["ab", "</s>", "ab"]],
  ])("follows Metaspace with prepend_scheme %s", async (scheme, expected) => {
    const step = metaspace({ prepend_scheme: scheme, split: false });
    const tokenizer = await load({
      "tokenizer.json": tokenizerJson({ normalizer: null, pre_tokenizer: step, decoder: step }),
    });
    expect(pieces(tokenizer, "ab</s>ab", true)).toEqual(expected);
    expect(pieces(tokenizer, " ab")).toEqual(["▁ab"]); // no second prefix before a space
    expect(tokenizer.decode(tokenizer.encode("ab ab"))).toBe("ab ab");
    if (scheme === "first") expect(pieces(tokenizer, "</s>ab", true)).toEqual(["</s>", "ab"]);
  });

  it("splits at spaces where Metaspace says so", async () => {
    const split = (value: boolean) =>
      load({ "tokenizer.json": tokenizerJson({ normalizer: null, pre_tokenizer: metaspace({ split: value }) }) });
    expect(pieces(await split(false), "a  c")).toEqual(["▁a", "▁▁", "c"]);
    expect(pieces(await split(true), "a  c")).toEqual(["▁a", "▁", "▁", "c"]);
  });

  it("honours added tokens: special, plain, strips and single words", async () => {
    const tokens = [
      ...added,
      special(300, "<|end|>", { rstrip: true }),
      { id: 301, content: "PLAIN", special: false },
      special(302, "<|l|>", { lstrip: true }),
      { id: 303, content: "solo", special: false, single_word: true },
    ];
    const tokenizer = await load({ "tokenizer.json": tokenizerJson({ added_tokens: tokens }) });
    expect(pieces(tokenizer, "a<|end|>  b", true)).toEqual(["▁a", "#300", "▁b"]);
    expect(pieces(tokenizer, "a <|l|>b", true)).toEqual(["▁a", "#302", "▁b"]);
    expect(pieces(tokenizer, "a<|end|>b")).not.toContain("#300");
    expect(pieces(tokenizer, "aPLAINb")).toEqual(["▁a", "#301", "▁b"]);
    expect(pieces(tokenizer, "solo")).toEqual(["#303"]);
    expect(pieces(tokenizer, "solob")).not.toContain("#303");
    expect(tokenizer.decode([300, 301])).toBe("PLAIN");
    expect(tokenizer.isSpecial(300)).toBe(true);
    expect(tokenizer.isSpecial(301)).toBe(false);
    expect(tokenizer.vocabSize).toBe(304);
  });

  it("prefers the longest special token, and a shorter one where the longest may not be", async () => {
    const tokens = [...added, special(300, "<|a|>"), special(301, "<|a|>b")];
    const tokenizer = await load({ "tokenizer.json": tokenizerJson({ added_tokens: tokens }) });
    expect(pieces(tokenizer, "<|a|>b", true)).toEqual(["#301"]);
    expect(tokenizer.encode("<|a|>b", { parseSpecial: (_, end) => end <= 5 })[0]).toBe(300);
  });

  it("drops added tokens beyond the model's vocabulary, and refuses pieces beyond it", async () => {
    const tokens = [...added, special(400, "<pad>")];
    const file = { "tokenizer.json": tokenizerJson({ added_tokens: tokens }) };
    const tokenizer = await load(file, { vocabSize: 269 });
    expect(tokenizer.encode("<pad>", { parseSpecial: true })).not.toContain(400);
    await expect(load(file, { vocabSize: 268 })).rejects.toThrow(/model's vocab_size/);
  });

  it("refuses a piece beyond the model's vocabulary that is called an added token too", async () => {
    const config = { added_tokens_decoder: { 268: { content: "bc", special: false } } };
    const file = { "tokenizer.json": tokenizerJson({}), "tokenizer_config.json": config };
    expect((await load(file, { vocabSize: 269 })).encode("abc")).toContain(268);
    await expect(load(file, { vocabSize: 268 })).rejects.toThrow(/model's vocab_size/);
  });

  it("has no special token that the model has no row for, whatever its files say", async () => {
    const single = [{ SpecialToken: { id: "<s>" } }];
    const post_processor = { type: "TemplateProcessing", single, special_tokens: { "<s>": { ids: [65536] } } };
    const tokenizer = await load(
      { "tokenizer.json": tokenizerJson({ post_processor }) },
      { vocabSize: 269, eosIds: [269] },
    );
    expect([tokenizer.bosId, tokenizer.eosId]).toEqual([undefined, undefined]);
    expect(tokenizer.encode("a", { addBos: true })).not.toContain(65536);
  });

  it("refuses an added token of hundreds of characters, which every place of a text would be compared with", async () => {
    const tokens = [...added, special(300, `${"a".repeat(256)}`), special(301, `${"a".repeat(257)}`)];
    const few = await load({ "tokenizer.json": tokenizerJson({ added_tokens: tokens.slice(0, -1) }) });
    expect(few.isSpecial(300)).toBe(true);
    const file = { "tokenizer.json": tokenizerJson({ added_tokens: tokens }) };
    await expect(load(file)).rejects.toThrow(/at most 256 characters/);
  });
});

describe("several files", () => {
  const model = writeSentencePieceModel(randomPieces(seededRandom(12), 40));

  it("takes tokenizer.json first, and tokenizer.model where tokenizer.json is of another kind", async () => {
    expect((await load({ "tokenizer.model": model, "tokenizer.json": tokenizerJson() })).vocabSize).toBe(269);
    const other = tokenizerJson({ normalizer: null, pre_tokenizer: { type: "Whitespace" } });
    const fallen = await load({ "tokenizer.model": model, "tokenizer.json": other });
    expect(fallen.encode("ab")).toEqual((await load({ "tokenizer.model": model })).encode("ab"));
    await expect(load({ "tokenizer.json": other })).rejects.toThrow(
      expect.objectContaining({
        code: "model-unsupported",
        facts: expect.objectContaining({ field: "pre_tokenizer" }),
      }),
    );
  });

  it("adds the tokens and special names of tokenizer_config.json", async () => {
    const config = {
      bos_token: { content: "<s>" },
      eos_token: "<|im_end|>",
      added_tokens_decoder: {
        500: { content: "<|im_end|>", special: true },
        501: { content: "<|x|>", special: false },
      },
    };
    const tokenizer = await load({ "tokenizer.model": model, "tokenizer_config.json": config }, { eosIds: [2] });
    expect(tokenizer.eosId).toBe(500);
    expect(tokenizer.bosId).toBe(1);
    expect(tokenizer.encode("<|im_end|>", { parseSpecial: true })).toEqual([500]);
    expect(tokenizer.encode("<|im_end|>")).not.toContain(500);
    expect(tokenizer.encode("<|x|>")).toEqual([501]);
    expect(tokenizer.encode("<|x|>", { parseSpecial: () => false })).not.toContain(501);
  });

  it("follows legacy: false for tokenizer.model", async () => {
    const legacy = await load({ "tokenizer.model": model });
    const modern = await load({ "tokenizer.model": model, "tokenizer_config.json": { legacy: false } });
    expect(modern.encode("ab")).toEqual(legacy.encode("ab"));
    expect(modern.encode("<s>ab", { parseSpecial: true })).not.toEqual(legacy.encode("<s>ab", { parseSpecial: true }));
  });
});

describe("bad files", () => {
  const digits = { type: "Digits", individual_digits: true };
  const book = { type: "Split", pattern: { String: "a".repeat(2000) }, behavior: "Isolated" };
  const bytes = (steps: unknown[]) =>
    tokenizerJson({
      normalizer: null,
      pre_tokenizer: { type: "Sequence", pretokenizers: [...steps, { type: "ByteLevel", add_prefix_space: false }] },
    });
  it.each([
    ["not JSON", new TextEncoder().encode("{"), "format", ""],
    ["another model type", tokenizerJson({}, { type: "WordPiece" }), "model-unsupported", "model.type"],
    ["no pieces", tokenizerJson({}, { vocab: {} }), "format", "model.vocab"],
    ["a wild id", tokenizerJson({}, { vocab: { a: 1e12 } }), "format", 'model.vocab["a"]'],
    ["an id that its bytes cannot have", tokenizerJson({}, { vocab: { a: 5e6 } }), "format", 'model.vocab["a"]'],
    ["such an added token", tokenizerJson({ added_tokens: [{ id: 5e6, content: "x" }] }), "format", "added_tokens[0]"],
    ["a merge of three", tokenizerJson({}, { merges: ["a b c"] }), "format", "model.merges[0]"],
    ["an unknown normaliser", tokenizerJson({ normalizer: { type: "Lowercase" } }), "model-unsupported", "normalizer"],
    ["more steps than any has", bytes(Array.from({ length: 40 }, () => digits)), "model-unsupported", "pre_tokenizer"],
    ["a text to split at that is a book", bytes([book]), "model-unsupported", "pre_tokenizer"],
    ["an added token without id", tokenizerJson({ added_tokens: [{ content: "x" }] }), "format", "added_tokens[0]"],
  ])("refuses %s, naming the field", async (_, file, code, field) => {
    await expect(load({ "tokenizer.json": file })).rejects.toThrow(
      expect.objectContaining({ code, facts: expect.objectContaining({ file: "tokenizer.json", field }) }),
    );
  });
});
