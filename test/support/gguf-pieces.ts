// A vocabulary as GGUF's metadata would have it: SentencePiece's pieces, a byte-level tokenizer.json, and llama.cpp's own file.

import { ggufTokenizer, type GgufTokenizer } from "../../src/format/gguf-tokenizer.ts";
import { readGgufHeader } from "../../src/format/gguf.ts";
import { memorySource } from "./memory-source.ts";
import { type ModelPiece, type ModelSettings, pieceTypes, sharedBytes } from "./sentencepiece.ts";

const silent = { scores: undefined, types: undefined, merges: undefined, chatTemplate: undefined, unkId: undefined };

export function ggufOfPieces(pieces: readonly ModelPiece[], settings: ModelSettings = {}): GgufTokenizer {
  return {
    ...silent,
    file: "made.gguf",
    model: "llama",
    pretokenizer: "default",
    pieces: pieces.map(({ piece }) => piece),
    scores: pieces.map(({ score }) => score),
    types: pieces.map(({ type }) => pieceTypes[type]),
    bosId: 1,
    eosId: 2,
    unkId: 0,
    addBos: true,
    addEos: false,
    spacePrefix: settings.dummyPrefix ?? true,
  };
}

interface ByteLevelFile {
  added_tokens: { id: number; content: string; special: boolean }[];
  model: { vocab: Record<string, number>; merges: [string, string][] };
}

/** As llama.cpp's converter writes it: added tokens among the pieces, control (3) or user-defined (4). */
export function ggufOfByteLevel(root: unknown, pretokenizer: string): GgufTokenizer {
  const { added_tokens: added, model } = root as ByteLevelFile;
  const pieces: string[] = [];
  for (const [piece, id] of Object.entries(model.vocab)) pieces[id] = piece;
  for (const { id, content } of added) pieces[id] = content;
  const types = pieces.map((_, id) => {
    const token = added.find((one) => one.id === id);
    return token ? (token.special ? 3 : 4) : 1;
  });
  return {
    ...silent,
    file: "made.gguf",
    model: "gpt2",
    pretokenizer,
    pieces,
    types,
    merges: model.merges.map((pair) => pair.join(" ")),
    bosId: pieces.indexOf("<s>") < 0 ? undefined : pieces.indexOf("<s>"),
    eosId: pieces.indexOf("<|end|>") < 0 ? undefined : pieces.indexOf("<|end|>"),
    addBos: false,
    addEos: false,
    spacePrefix: false,
  };
}

/** Llama 2's vocabulary as llama.cpp publishes it for its own tests; needs the shared data. */
export async function publishedGguf(): Promise<GgufTokenizer> {
  const path = "tokenizer/llama_cpp_vectors/ggml-vocab-llama-spm.gguf";
  const source = memorySource(new Map([["vocab.gguf", sharedBytes(path)!]]), { label: "llama.cpp's vocabulary" });
  return ggufTokenizer(await readGgufHeader(source, "vocab.gguf"));
}
