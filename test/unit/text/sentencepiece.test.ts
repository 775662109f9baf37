// tokenizer.model: SentencePiece's published vectors, speed, special tokens, and files that are refused. Random text against
// SentencePiece itself is a long proof (test/long/tokenizer.proof.ts).

import { describe, expect, it } from "vitest";
import { PronkError } from "../../../src/errors.ts";
import { loadTokenizer } from "../../../src/text/load-tokenizer.ts";
import { expectLinearWork } from "../../support/counted-lookups.ts";
import {
  hasSharedData,
  randomPieces,
  seededRandom,
  sharedBytes,
  writeSentencePieceModel,
} from "../../support/sentencepiece.ts";

const load = (bytes: Uint8Array) => loadTokenizer(new Map([["tokenizer.model", bytes]]));
const json = (path: string) => JSON.parse(new TextDecoder().decode(sharedBytes(path)));

describe.skipIf(!hasSharedData)("Llama 2's tokenizer.model", async () => {
  const model = sharedBytes("tokenizer/llama2/tokenizer.model")!;
  const tokenizer = hasSharedData ? await load(model) : undefined!;

  it("gives SentencePiece's ids and text on every published vector", () => {
    const { vectors } = json("golden/tokenizer/llama2_spm_vectors.json");
    expect(vectors.length).toBeGreaterThan(60);
    for (const { text, ids, decoded, pieces } of vectors) {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(decoded);
      expect(pieces.map((piece: string) => tokenizer.idOf(piece))).toEqual(ids);
    }
  });

  it("gives llama.cpp's ids on its vectors", () => {
    const read = (name: string) => new TextDecoder().decode(sharedBytes(`tokenizer/llama_cpp_vectors/${name}`));
    const inputs = read("ggml-vocab-llama-spm.gguf.inp").split("\n__ggml_vocab_test__\n");
    const outputs = read("ggml-vocab-llama-spm.gguf.out").split("\n").slice(0, inputs.length);
    expect(inputs.length).toBeGreaterThan(40);
    inputs.forEach((text, index) => {
      const ids = outputs[index].trim() === "" ? [] : outputs[index].trim().split(" ").map(Number);
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
    });
  });

  it("reads size and special ids as the specification says", () => {
    const { llama2 } = json("golden/tokenizer/spm_model_specs.json");
    expect(tokenizer.vocabSize).toBe(llama2.pieces);
    expect([tokenizer.unkId, tokenizer.bosId, tokenizer.eosId]).toEqual([llama2.unk, llama2.bos, llama2.eos]);
    for (const [id, [piece]] of llama2.first.entries()) expect(tokenizer.idOf(piece)).toBe(id);
    expect(tokenizer.decode([llama2.unk])).toBe(llama2.unk_surface);
  });

  it("looks up twice as much for twice the text, whatever it is", () => {
    expectLinearWork(tokenizer, (text) => text.replaceAll("▁", " "));
  });
});

describe("small vocabularies", () => {
  it("never matches control, unknown and byte pieces in text", async () => {
    const tokenizer = await load(writeSentencePieceModel(randomPieces(seededRandom(8), 50)));
    const ids = tokenizer.encode("<s></s><unk><0x41>");
    for (const piece of ["<s>", "</s>", "<unk>", "<0x41>"]) expect(ids).not.toContain(tokenizer.idOf(piece));
    expect(tokenizer.decode(ids)).toBe("<s></s><unk><0x41>");
  });

  it("matches special tokens where asked, each stretch with its own dummy prefix", async () => {
    const tokenizer = await load(writeSentencePieceModel(randomPieces(seededRandom(8), 50)));
    const parsed = tokenizer.encode("<s>a</s>b", { parseSpecial: true });
    expect(parsed).toEqual([1, ...tokenizer.encode("a"), 2, ...tokenizer.encode("b")]);
    expect(tokenizer.encode("<s>a", { parseSpecial: (start) => start > 0 })).toEqual(tokenizer.encode("<s>a"));
    expect(tokenizer.encode("a", { addBos: true })).toEqual([1, ...tokenizer.encode("a")]);
  });

  it("counts a lone surrogate as U+FFFD", async () => {
    const tokenizer = await load(writeSentencePieceModel(randomPieces(seededRandom(8), 50)));
    expect(tokenizer.encode("a\ud83d b\ude42\ud83d")).toEqual(tokenizer.encode("a\ufffd b\ufffd\ufffd"));
  });

  it("decodes ids without a piece to nothing, and keeps special tokens when asked", async () => {
    const bytes = writeSentencePieceModel(randomPieces(seededRandom(8), 50));
    const tokenizer = await loadTokenizer(new Map([["tokenizer.model", bytes]]), { vocabSize: 5000 });
    expect(tokenizer.vocabSize).toBe(5000);
    const ids = [1, ...tokenizer.encode("a b"), 4999, 2];
    expect(tokenizer.decode(ids)).toBe("a b");
    expect(tokenizer.decode(ids, { keepSpecial: true })).toBe("<s> a b</s>");
    expect(ids.filter((id) => tokenizer.isSpecial(id))).toEqual([1, 2]);
  });
});

describe("bad files", () => {
  const failure = async (bytes: Uint8Array, vocabSize?: number): Promise<PronkError> => {
    try {
      await loadTokenizer(new Map([["tokenizer.model", bytes]]), { vocabSize });
    } catch (error) {
      if (error instanceof PronkError) return error;
      throw error;
    }
    throw new Error("it was read");
  };
  const good = writeSentencePieceModel(randomPieces(seededRandom(9), 20));

  it("refuses every truncation that cuts a field, as format", async () => {
    for (let length = 1; length < good.length; length += 97) {
      let error: unknown;
      try {
        await loadTokenizer(new Map([["tokenizer.model", good.subarray(0, length)]]));
      } catch (caught) {
        error = caught;
      }
      // A cut between two fields leaves a shorter, legal message.
      if (error !== undefined) expect(error).toMatchObject({ code: expect.stringMatching(/format|unsupported/) });
      if (error === undefined) expect(length).toBeGreaterThan(good.length - 60);
    }
  });

  it("refuses long pieces without end, which would take minutes to join", async () => {
    const unknown = { piece: "<unk>", score: 0, type: "unknown" } as const;
    const pieces = Array.from({ length: 80 }, (_, i) => {
      return { piece: "a".repeat(1000) + String.fromCharCode(0x100 + i), score: -i, type: "normal" } as const;
    });
    const few = writeSentencePieceModel([unknown, ...pieces.slice(0, 10)], { byteFallback: false });
    expect((await loadTokenizer(new Map([["tokenizer.model", few]]))).encode("aaa")).toEqual([0]);
    const many = writeSentencePieceModel([unknown, ...pieces], { byteFallback: false });
    expect(await failure(many)).toMatchObject({ code: "format", facts: { file: "tokenizer.model", field: "pieces" } });
  });

  it("names file, field and what was found", async () => {
    expect(await failure(new Uint8Array([0x0b]))).toMatchObject({ code: "format", facts: { file: "tokenizer.model" } });
    expect(await failure(new Uint8Array(0))).toMatchObject({
      code: "format",
      facts: { field: "pieces", found: "none" },
    });
    const unigram = writeSentencePieceModel(randomPieces(seededRandom(9), 20), { modelType: 1 });
    expect(await failure(unigram)).toMatchObject({
      code: "model-unsupported",
      facts: { expected: "bpe", found: "unigram" },
    });
    const mapped = writeSentencePieceModel(randomPieces(seededRandom(9), 20), { charsMap: new Uint8Array(8) });
    expect(await failure(mapped)).toMatchObject({
      code: "model-unsupported",
      message: expect.stringContaining("charsmap"),
    });
    expect(await failure(good, 100)).toMatchObject({ code: "format", facts: { expected: 100 } });
    await expect(loadTokenizer(new Map([["config.json", new Uint8Array()]]))).rejects.toThrow(
      /tokenizer\.json.*found config\.json/,
    );
  });
});
