// tokenizer.model, and the same vocabulary in GGUF's metadata, against SentencePiece itself (sentencepiece-js) on random
// Unicode: ids, text, and the stream decoder. For the published vocabularies if they are present, and for small ones with
// every setting that Llama's own file does not use (and GGUF, for the settings that it can express).

import type { GgufTokenizer } from "../../src/format/gguf-tokenizer.ts";
import { loadGgufText } from "../../src/text/load-gguf-text.ts";
import { loadTokenizer } from "../../src/text/load-tokenizer.ts";
import type { Tokenizer } from "../../src/text/tokenizer.ts";
import {
  hasSharedData,
  loadOracle,
  type ModelPiece,
  type ModelSettings,
  type Oracle,
  randomPieces,
  randomText,
  seededRandom,
  sharedBytes,
  writeSentencePieceModel,
} from "../support/sentencepiece.ts";
import { ggufOfPieces, publishedGguf } from "../support/gguf-pieces.ts";
import { breathe, broken, caseRandom, type Proof } from "./proof.ts";

interface Vocabulary {
  name: string;
  /** Of all cases. */
  share: number;
  longest: number;
  model: Uint8Array;
  /** The same in GGUF's metadata. */
  gguf?: GgufTokenizer;
}

const settings: [string, ModelSettings][] = [
  ["as Llama's", {}],
  ["without dummy prefix", { dummyPrefix: false }],
  ["dropping extra spaces", { removeExtraSpaces: true }],
  ["dropping extra spaces, without dummy prefix", { removeExtraSpaces: true, dummyPrefix: false }],
  ["with plain spaces", { escapeSpaces: false }],
  ["with the space as suffix", { suffix: true }],
  ["without byte fallback", { byteFallback: false }],
];

/** A tenth of the pieces unused, some defined by the user, overlapping others. */
function userPieces(): ModelPiece[] {
  const users = ["<|im_end|>", "ab", "abc", "é🙂", "s", "d  e", "[INST]", "▁c"];
  const pieces = randomPieces(seededRandom(6), 150)
    .map((piece, i): ModelPiece => (piece.type === "normal" && i % 4 === 0 ? { ...piece, type: "unused" } : piece))
    .filter(({ piece }) => !users.includes(piece));
  return [...pieces, ...users.map((piece): ModelPiece => ({ piece, score: 0, type: "user" }))];
}

/** GGUF cannot express dropped spaces, plain ones, or a suffix; its user-defined pieces cut the text, as in llama.cpp. */
const toldByGguf = new Set(["as Llama's", "without dummy prefix", "without byte fallback"]);

async function vocabularies(): Promise<Vocabulary[]> {
  const small = settings.map(([name, given]) => {
    const pieces = randomPieces(seededRandom(name.length), 120, given.byteFallback);
    const model = writeSentencePieceModel(pieces, given);
    return {
      name,
      share: 0.06,
      longest: 80,
      model,
      gguf: toldByGguf.has(name) ? ggufOfPieces(pieces, given) : undefined,
    };
  });
  const user = [false, true].map((removeExtraSpaces) => ({
    name: `user-defined pieces${removeExtraSpaces ? ", extra spaces dropped" : ""}`,
    share: 0.09,
    longest: 80,
    model: writeSentencePieceModel(userPieces(), { removeExtraSpaces }),
  }));
  if (!hasSharedData) return [...small, ...user];
  const model = sharedBytes("tokenizer/llama2/tokenizer.model")!;
  const published = [
    { name: "Llama 2's", share: 0.25, longest: 200, model, gguf: await publishedGguf() },
    { name: "tok512's", share: 0.15, longest: 200, model: sharedBytes("models/stories260K/tok512.model")! },
  ];
  return [...published, ...small, ...user];
}

async function run(count: number, seed: number): Promise<void> {
  let first = 0;
  for (const { name, share, longest, model, gguf } of await vocabularies()) {
    const oracle = await loadOracle(model);
    const tokenizer = await loadTokenizer(new Map([["tokenizer.model", model]]));
    const fromGguf = gguf && (await loadGgufText(gguf)).tokenizer;
    const texts = Math.ceil(count * share);
    for (let i = first; i < first + texts; i++) {
      const random = caseRandom(seed, i);
      // One in a thousand is a long document.
      const text = randomText(random, random() < 0.001 ? 20_000 : longest);
      const found =
        compare(tokenizer, oracle, text, random) ?? (fromGguf && compare(fromGguf, oracle, text, random, "GGUF's "));
      if (found) throw broken(i, seed, `${name} vocabulary, ${found}: ${JSON.stringify(text)}`);
      await breathe(i);
    }
    first += texts;
  }
}

/** What differs, or undefined. */
function compare(
  tokenizer: Tokenizer,
  oracle: Oracle,
  text: string,
  random: () => number,
  whose = "",
): string | undefined {
  const expected = oracle.encode(text);
  const ids = tokenizer.encode(text);
  if (ids.join() !== expected.join()) return `${whose}ids ${ids.join(" ")}, not ${expected.join(" ")}`;
  // The oracle's glue code reads stretches between zeros, and takes a U+FEFF at the start of one for a byte-order mark.
  const bare = (decoded: string) => decoded.replace(/(^|\0)\ufeff+/g, "$1");
  const decoded = tokenizer.decode(expected);
  if (bare(decoded) !== bare(oracle.decode(expected))) return `${whose}ids decode to ${JSON.stringify(decoded)}`;
  // A stream of the same ids, and of ids that no text has.
  for (const sequence of [ids, ids.map(() => Math.floor(random() * tokenizer.vocabSize))]) {
    const decoder = tokenizer.stream();
    const parts = sequence.map((id) => decoder.push(id));
    const half = parts.find((part) => !part.isWellFormed());
    if (half !== undefined) return `the stream of ${whose}ids gives half a character: ${JSON.stringify(half)}`;
    const whole = parts.join("") + decoder.flush();
    if (whole !== tokenizer.decode(sequence)) return `the stream of ${whose}ids gives ${JSON.stringify(whole)}`;
  }
  return undefined;
}

export const tokenizerProof: Proof = {
  name: "tokenizer",
  says: "SentencePiece's ids and text on random Unicode, from its own files and GGUF's, and streams that never give half a character",
  unit: "texts",
  slice: 6000,
  full: 100_000,
  run,
};
