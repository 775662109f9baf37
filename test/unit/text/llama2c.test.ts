// llama2.c's tokenizer.bin: the ids of run.c's golden prompts, SentencePiece's ids where the rules agree, damaged files.

import { describe, expect, it } from "vitest";
import { loadTokenizer } from "../../../src/text/load-tokenizer.ts";
import { hasSharedData, randomText, seededRandom, sharedBytes } from "../../support/sentencepiece.ts";

function writeTokens(tokens: [string, number][]): Uint8Array {
  const parts = tokens.map(([text, score]) => ({ bytes: new TextEncoder().encode(text), score }));
  const out = new DataView(new ArrayBuffer(4 + parts.reduce((sum, { bytes }) => sum + 8 + bytes.length, 0)));
  let at = 4;
  for (const { bytes, score } of parts) {
    out.setFloat32(at, score, true);
    out.setInt32(at + 4, bytes.length, true);
    bytes.forEach((byte, index) => out.setUint8(at + 8 + index, byte));
    at += 8 + bytes.length;
  }
  return new Uint8Array(out.buffer);
}

const small: [string, number][] = [
  ["<unk>", 0],
  ["\n<s>\n", 0],
  ["\n</s>\n", 0],
  [" ", -1],
  ["a", -2],
  ["b", -3],
  [" a", -4],
  ["ab", -5],
];
const load = (bytes: Uint8Array, vocabSize?: number) => loadTokenizer(new Map([["tok.bin", bytes]]), { vocabSize });

describe("a llama2.c tokenizer", () => {
  it("puts a space before the text and merges by score", async () => {
    const tokenizer = await load(writeTokens(small));
    expect(tokenizer.encode("ab")).toEqual([6, 5]); // " a" scores above "ab"
    expect(tokenizer.encode("")).toEqual([]);
    expect(tokenizer.decode([1, 6, 5, 3, 5])).toBe("ab b");
    expect(tokenizer.encode("x")).toEqual([3, 0]); // no byte pieces here
    expect([tokenizer.bosId, tokenizer.eosId, tokenizer.idOf("<s>"), tokenizer.idOf("▁a")]).toEqual([1, 2, 1, 6]);
  });

  it("reads as many tokens as the model has", async () => {
    expect((await load(writeTokens(small), 7)).encode("ab")).toEqual([6, 5]);
    expect((await load(writeTokens(small), 6)).encode("ab")).toEqual([3, 4, 5]);
    expect((await load(writeTokens(small), 600)).decode([599])).toBe("");
  });

  it("refuses a cut file", async () => {
    const bytes = writeTokens(small);
    for (const length of [0, 3, 4, 11, 13, bytes.length - 1])
      await expect(load(bytes.subarray(0, length)), `${length}`).rejects.toThrow(
        expect.objectContaining({ code: "format", facts: expect.objectContaining({ file: "tok.bin" }) }),
      );
  });
});

describe.skipIf(!hasSharedData)("published llama2.c tokenizers", () => {
  it("gives run.c's ids of the golden prompts", async () => {
    const tokenizer = await load(sharedBytes("models/stories260K/tok512.bin")!, 512);
    for (let index = 0; index < 6; index++) {
      const prompt = new TextDecoder().decode(sharedBytes(`golden/stories260K/prompt_${index}.txt`));
      const golden = JSON.parse(new TextDecoder().decode(sharedBytes(`golden/stories260K/gen_${index}.json`)));
      const ids = tokenizer.encode(prompt, { addBos: true });
      expect(ids, prompt).toEqual(golden.prompt_tokens);
    }
  });

  it("gives SentencePiece's ids on Llama 2's vocabulary, except for a literal ▁", async () => {
    const fromBin = await load(sharedBytes("tokenizer/llama2/tokenizer.bin")!, 32000);
    const fromModel = await loadTokenizer(
      new Map([["tokenizer.model", sharedBytes("tokenizer/llama2/tokenizer.model")!]]),
    );
    const random = seededRandom(21);
    for (let index = 0; index < 500; index++) {
      const text = randomText(random, 300).replaceAll("▁", "_");
      const ids = fromModel.encode(text);
      expect(fromBin.encode(text).join(" "), JSON.stringify(text)).toBe(ids.join(" "));
      expect(fromBin.decode(ids)).toBe(fromModel.decode(ids));
    }
    // run.c knows no ▁: its bytes E2 96 81, each plus 3.
    expect(fromBin.encode("a▁")).toEqual([263, 229, 153, 132]);
  });

  it("reads tok4096.bin", async () => {
    const tokenizer = await load(sharedBytes("tokenizer/tok4096/tok4096.bin")!);
    expect(tokenizer.vocabSize).toBe(4096);
    const text = "Once upon a time, there was a café.\n🙂";
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect(tokenizer.encode("Once upon a time").length).toBeLessThan(6);
  });
});
