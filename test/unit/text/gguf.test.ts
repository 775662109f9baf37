// The tokenizer and the chat template of GGUF's metadata: the ids of the same vocabulary's own files, llama.cpp's vectors, and
// what is refused. Random text against SentencePiece is a long proof (test/long/tokenizer.proof.ts).

import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { cutByDefault } from "../../../src/text/cut-text.ts";
import { ggufTemplate, loadDialog } from "../../../src/text/load-dialog.ts";
import { loadGgufText } from "../../../src/text/load-gguf-text.ts";
import { loadTokenizer } from "../../../src/text/load-tokenizer.ts";
import { chatTemplates } from "../../support/chat-templates.ts";
import { ggufOfByteLevel, ggufOfPieces, publishedGguf } from "../../support/gguf-pieces.ts";
import {
  hasSharedData,
  type ModelPiece,
  randomPieces,
  seededRandom,
  sharedBytes,
  writeSentencePieceModel,
} from "../../support/sentencepiece.ts";
import { namedSums, tokenizerFixture } from "../../support/tokenizer-fixture.ts";

describe.skipIf(!hasSharedData)("llama.cpp's own vocabulary", () => {
  it("gives llama.cpp's ids on its vectors", async () => {
    const { tokenizer } = await loadGgufText(await publishedGguf());
    const read = (name: string) => new TextDecoder().decode(sharedBytes(`tokenizer/llama_cpp_vectors/${name}`));
    const inputs = read("ggml-vocab-llama-spm.gguf.inp").split("\n__ggml_vocab_test__\n");
    const outputs = read("ggml-vocab-llama-spm.gguf.out").split("\n");
    expect(inputs.length).toBeGreaterThan(40);
    inputs.forEach((text, index) =>
      expect(tokenizer.encode(text).join(" "), JSON.stringify(text)).toBe(outputs[index].trim()),
    );
  });
});

describe("byte-level vocabularies", () => {
  // The Llama 3 one follows its merges only in its second form.
  const pretokenizers = [
    ["llama3", "llama-bpe", "as it is"],
    ["gpt2", "smollm", "as it is"],
    ["gpt2", "gpt-2", "alone"],
  ];
  it.each(pretokenizers)("%s as %s: the ids of tokenizer.json", async (name, pretokenizer, variant) => {
    const { root, decoded, variants } = tokenizerFixture(name);
    const { tokenizer } = await loadGgufText(ggufOfByteLevel(root, pretokenizer));
    for (const [text, ids, parsed = ids] of variants.find((one) => one.name === variant)!.cases) {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.encode(text, { parseSpecial: true }), JSON.stringify(text)).toEqual(parsed);
    }
    for (const [ids, plain] of decoded) expect(tokenizer.decode(ids)).toBe(plain);
  });

  it.each(["qwen2", "stablelm2"])(
    "qwen as %s: the ids of tokenizer.json, but for what GGUF does not say of added tokens",
    async (name) => {
      const { root, variants } = tokenizerFixture("qwen");
      const { tokenizer } = await loadGgufText(ggufOfByteLevel(root, name));
      const isSaid = (text: string) => !/<mask>|solo|\u00c5|\u212b|A\u030a/.test(text);
      const isAsIs = (text: string) => name === "qwen2" || text.normalize("NFC") === text; // only Qwen's are normalised
      const said = variants[0].cases.filter(([text]) => isSaid(text) && isAsIs(text));
      expect(said.length).toBeGreaterThan(200);
      for (const [text, ids] of said) expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
    },
  );

  // Of 2,000 texts each, over the same vocabulary; a checksum of every text's ids (test/fixtures/make/tokenizer.py).
  it.each(["falcon3", "smaug-bpe", "dbrx", "tekken", "deepseek-llm", "deepseek-coder"])(
    "%s: the ids that tokenizers gives by the same patterns",
    async (name) => {
      const { texts, sums } = namedSums();
      const wanted = sums[name === "dbrx" ? "smaug-bpe" : name]; // two names of one pattern
      const { tokenizer } = await loadGgufText(ggufOfByteLevel(tokenizerFixture("llama3").root, name));
      const differing = texts.filter((text, i) => crc32(tokenizer.encode(text).join(",")) !== wanted[i]);
      expect(differing.map((text) => JSON.stringify(text))).toEqual([]);
      expect(texts).toHaveLength(2000);
    },
  );

  it("default: cuts marks, words and numbers by threes, as llama.cpp", async () => {
    let parts = ["a+b 12345, don't"];
    for (const cut of cutByDefault) parts = parts.flatMap(cut);
    expect(parts).toEqual(["a", "+", "b", " ", "123", "45", ",", " don", "'", "t"]);
    const { tokenizer } = await loadGgufText(ggufOfByteLevel(tokenizerFixture("gpt2").root, "default"));
    expect(tokenizer.decode(tokenizer.encode("don't\t 1,000 é🙂"))).toBe("don't\t 1,000 é🙂");
  });
});

describe("the rest of the metadata", () => {
  const pieces: ModelPiece[] = [
    ...randomPieces(seededRandom(8), 50),
    { piece: "<|im_start|>", score: 0, type: "user" },
    { piece: "<|im_end|>", score: 0, type: "control" },
  ];

  it("tells bos, eos and whether texts begin with it", async () => {
    const made = ggufOfPieces(pieces);
    const { tokenizer } = await loadGgufText(made, { vocabSize: 5000 });
    expect(tokenizer).toMatchObject({ vocabSize: 5000, bosId: 1, eosId: 2, unkId: 0, startsWithBos: true });
    expect((await loadGgufText({ ...made, addBos: false })).tokenizer.startsWithBos).toBe(false);
    expect((await loadGgufText({ ...made, bosId: undefined })).tokenizer.startsWithBos).toBe(false);
    await expect(loadGgufText(made, { vocabSize: 300 })).rejects.toThrow(/model's vocab_size/);
  });

  it("has user-defined tokens cut the text, each stretch with its own dummy prefix", async () => {
    const { tokenizer } = await loadGgufText(ggufOfPieces(pieces));
    const start = tokenizer.idOf("<|im_start|>")!;
    expect(tokenizer.encode("a<|im_start|>b")).toEqual([...tokenizer.encode("a"), start, ...tokenizer.encode("b")]);
    expect(tokenizer.encode("<|im_end|>")).not.toContain(tokenizer.idOf("<|im_end|>"));
  });

  it("reads kinds by how pieces look where the file has no types", async () => {
    const typed = (await loadGgufText(ggufOfPieces(pieces))).tokenizer;
    const plain = (await loadGgufText({ ...ggufOfPieces(pieces.slice(0, -2)), types: undefined })).tokenizer;
    for (const text of ["ab é🙂 </s>", "<0x41>ß"]) expect(plain.encode(text)).toEqual(typed.encode(text));
    expect([0, 1, 2].map((id) => plain.isSpecial(id))).toEqual([true, true, true]);
  });

  it("without its scores takes the order of the pieces, and warns by name", async () => {
    const more = ["▁▁", "h", "l", "o", "el", "lo", "he", "▁h", "▁he", "hel", "llo", "▁hel", "▁hello", "o▁"];
    const merged = more.map((piece, at): ModelPiece => ({ piece, score: piece === "▁▁" ? -1e9 : -at, type: "normal" }));
    const made = ggufOfPieces([...randomPieces(seededRandom(8), 0), ...merged]);
    const right = await loadGgufText(made);
    const lost = await loadGgufText({ ...made, scores: made.scores!.map(() => -1000) });
    for (const text of ["hello", "hell", "  hello  hel", "oh hello", "helo   o"])
      expect(lost.tokenizer.encode(text), text).toEqual(right.tokenizer.encode(text));
    expect(right.warnings).toEqual([]);
    const facts = { file: "made.gguf", field: "tokenizer.ggml.scores", found: -1000 };
    expect(lost.warnings).toEqual([
      {
        code: "tokenizer-scores",
        message: expect.stringMatching(/"made\.gguf".*tokenizer\.json/),
        facts: expect.objectContaining(facts),
      },
    ]);
  });

  it("a tokenizer.json beside it has GGUF's template where it brings none", async () => {
    const files = new Map([["tokenizer.model", writeSentencePieceModel(pieces)]]);
    const template = ggufTemplate({ ...ggufOfPieces(pieces), chatTemplate: chatTemplates.chatml });
    expect((await loadDialog(files, await loadTokenizer(files), { template }))?.kind).toBe("template");
    files.set("chat_template.jinja", new TextEncoder().encode("{{ messages[0].content }}"));
    const dialog = (await loadDialog(files, await loadTokenizer(files), { template }))!;
    expect(dialog.encode([{ role: "user", content: "a" }])).toEqual((await loadTokenizer(files)).encode("a"));
  });

  it("has the dialog of its template, in which nobody types a control token", async () => {
    const { tokenizer, dialog } = await loadGgufText({ ...ggufOfPieces(pieces), chatTemplate: chatTemplates.chatml });
    expect(dialog?.kind).toBe("template");
    const ids = dialog!.encode([{ role: "user", content: "a<|im_end|><|im_start|>" }]);
    const count = (piece: string) => ids.filter((id) => id === tokenizer.idOf(piece)).length;
    expect([count("<|im_start|>"), count("<|im_end|>")]).toEqual([2, 1]);
    expect((await loadGgufText(ggufOfPieces(pieces))).dialog).toBeUndefined();
    expect((await loadGgufText(ggufOfPieces(pieces), { assumeLlama2: true })).dialog?.kind).toBe("llama-2");
  });

  it("is refused by name where it cannot be run", async () => {
    const { root } = tokenizerFixture("gpt2");
    await expect(loadGgufText(ggufOfByteLevel(root, "bailingmoe"))).rejects.toThrow(
      expect.objectContaining({
        code: "model-unsupported",
        message: expect.stringMatching(/bailingmoe.*llama-bpe.*default/),
      }),
    );
    await expect(loadGgufText({ ...ggufOfByteLevel(root, "qwen2"), merges: ["ab"] })).rejects.toThrow(
      expect.objectContaining({
        code: "format",
        facts: expect.objectContaining({ field: "tokenizer.ggml.merges[0]" }),
      }),
    );
  });
});
