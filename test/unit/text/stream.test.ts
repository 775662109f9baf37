// The stream decoder: its pieces add up to the whole decode for any ids, it never shows half a character, and it takes
// the leading space exactly where decoding does.

import { describe, expect, it } from "vitest";
import { loadTokenizer } from "../../../src/text/load-tokenizer.ts";
import {
  hasSharedData,
  randomPieces,
  seededRandom,
  sharedBytes,
  writeSentencePieceModel,
} from "../../support/sentencepiece.ts";
import type { StreamDecoder, Tokenizer } from "../../../src/text/tokenizer.ts";

const pieces = randomPieces(seededRandom(31), 100);
const variants = {
  plain: writeSentencePieceModel(pieces),
  "extra spaces dropped": writeSentencePieceModel(pieces, { removeExtraSpaces: true }),
  "no dummy prefix": writeSentencePieceModel(pieces, { dummyPrefix: false }),
};
const load = (model: Uint8Array): Promise<Tokenizer> => loadTokenizer(new Map([["tokenizer.model", model]]));
const drain = (stream: StreamDecoder, ids: readonly number[]): string =>
  ids.map((id) => stream.push(id)).join("") + stream.flush();

/** Ids with many bytes, some control pieces and some beyond the vocabulary. */
function randomIds(random: () => number, vocabSize: number): number[] {
  return Array.from({ length: Math.floor(random() * 30) }, () => {
    const kind = random();
    if (kind < 0.3) return 3 + Math.floor(random() * 256);
    if (kind < 0.4) return Math.floor(random() * 3);
    return 259 + Math.floor(random() * (vocabSize - 256));
  });
}

describe.each(Object.entries(variants))("a stream, %s", async (_, model) => {
  const tokenizer = await load(model);

  it("adds up to the whole decode for random ids", () => {
    const random = seededRandom(32);
    for (let index = 0; index < 500; index++) {
      const ids = randomIds(random, tokenizer.vocabSize);
      expect(drain(tokenizer.stream(), ids), ids.join()).toBe(tokenizer.decode(ids));
    }
  });

  it("after a prompt adds up to the rest of the whole decode", () => {
    const random = seededRandom(33);
    for (let index = 0; index < 500; index++) {
      const prompt = [1, ...tokenizer.encode(["a b", "", "  ", "é🙂 x", "ab "][index % 5])];
      const ids = randomIds(random, tokenizer.vocabSize);
      const whole = tokenizer.decode([...prompt, ...ids]);
      expect(tokenizer.decode(prompt) + drain(tokenizer.stream(prompt), ids), ids.join()).toBe(whole);
    }
  });

  it("never gives half a character", () => {
    const text = "aé你🙂b";
    const bytes = [...new TextEncoder().encode(text)].map((byte) => byte + 3);
    const stream = tokenizer.stream();
    const given = bytes.map((id) => stream.push(id));
    expect(given).toEqual(["a", "", "é", "", "", "你", "", "", "", "🙂", "b"]);
    expect(stream.flush()).toBe("");
  });
});

describe("a stream", async () => {
  const tokenizer = await load(variants.plain);
  const bytes = (...values: number[]) => values.map((value) => value + 3);

  it("gives U+FFFD for bytes that end too soon, one each, as SentencePiece does", () => {
    const stream = tokenizer.stream();
    expect(bytes(0xf0, 0x9f, 0x99).map((id) => stream.push(id))).toEqual(["", "", ""]);
    expect(stream.flush()).toBe("\ufffd\ufffd\ufffd");
    expect(stream.flush()).toBe("");
  });

  it.each([
    ["a stray trailing byte", [0x80, 0x41], "\ufffdA"],
    ["an overlong form", [0xc0, 0xaf], "\ufffd\ufffd"],
    ["an overlong form of three bytes", [0xe0, 0x80, 0x80], "\ufffd\ufffd\ufffd"],
    ["a surrogate", [0xed, 0xa0, 0x80], "\ufffd\ufffd\ufffd"],
    ["beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80], "\ufffd\ufffd\ufffd\ufffd"],
    ["a broken character before a good one", [0xe2, 0x96, 0xc3, 0xa9], "\ufffd\ufffdé"],
    ["the largest code point", [0xf4, 0x8f, 0xbf, 0xbf], "\u{10ffff}"],
  ])("decodes %s", (_, values, expected) => {
    expect(drain(tokenizer.stream(), bytes(...values))).toBe(expected);
  });

  it("breaks off bytes where another piece comes", () => {
    const stream = tokenizer.stream();
    stream.push(3 + 0xe2);
    expect(stream.push(tokenizer.idOf("a")!)).toBe("\ufffda");
  });

  it("knows from the prompt whether a leading space is text", () => {
    const id = tokenizer.encode("a")[0];
    expect(tokenizer.decode([id])).toBe("a");
    expect(tokenizer.stream().push(id)).toBe("a");
    expect(tokenizer.stream([1]).push(id)).toBe("a");
    expect(tokenizer.stream([1, id]).push(id)).toBe(" a");
  });
});

describe.skipIf(!hasSharedData)("a stream with Llama 2's vocabulary", () => {
  it("shows an emoji only when it is whole", async () => {
    const tokenizer = await load(sharedBytes("tokenizer/llama2/tokenizer.model")!);
    const ids = tokenizer.encode("Hi 🦙!");
    const stream = tokenizer.stream();
    expect(ids.map((id) => stream.push(id))).toEqual(["Hi", " ", "", "", "", "🦙", "!"]);
  });
});
