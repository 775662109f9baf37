// The tokenizer and the chat template that a GGUF file carries in its metadata, as plain data: pieces by id with their
// scores and types, merges, ids of the special tokens. What they do to a text is text/'s business.

import { PronkError } from "../errors.ts";
import type { GgufHeader } from "./gguf.ts";
import { JsonFile } from "./json-file.ts";

export interface GgufTokenizer {
  file: string;
  /** "llama" is SentencePiece BPE, "gpt2" byte-level BPE; others are not run. */
  model: "llama" | "gpt2";
  /** Which pretokenizer a byte-level vocabulary was made with, e.g. "llama-bpe", "qwen2". */
  pretokenizer: string;
  pieces: string[]; // by id; SentencePiece's with ▁ for a space
  scores: number[] | undefined;
  /** ggml's numbers: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte. */
  types: number[] | undefined;
  merges: string[] | undefined; // "left right", most urgent first
  bosId: number | undefined;
  eosId: number | undefined;
  unkId: number | undefined;
  addBos: boolean;
  addEos: boolean;
  /** A space goes before the text. */
  spacePrefix: boolean;
  chatTemplate: string | undefined;
}

export function ggufTokenizer(header: GgufHeader): GgufTokenizer {
  const json = new JsonFile(header.file, Object.fromEntries(header.metadata));
  const key = (name: string) => `tokenizer.ggml.${name}`;
  const model = json.text(key("model"));
  if (model === undefined) throw json.missing(key("model"), '"llama" or "gpt2"');
  if (model !== "llama" && model !== "gpt2")
    throw json.unsupported(key("model"), model, "The tokenizers of GGUF files that work are llama and gpt2.");

  function list(name: string, type: "string" | "number", length?: number): unknown[] | undefined {
    const value = json.get(key(name));
    if (value === undefined) return undefined;
    const fits = Array.isArray(value) && value.every((item) => typeof item === type);
    if (!fits || (length !== undefined && value.length !== length))
      throw new PronkError(
        "format",
        `"${header.file}" has ${Array.isArray(value) ? value.length : "no list of"} ${key(name)}; expected ${length ?? "a list"} of type ${type}.`,
        { file: header.file, field: key(name), expected: length ?? type },
      );
    return value;
  }

  const pieces = list("tokens", "string") as string[] | undefined;
  if (!pieces) throw json.missing(key("tokens"), "the pieces of the vocabulary");
  const merges = list("merges", "string") as string[] | undefined;
  const scores = list("scores", "number", pieces.length) as number[] | undefined;
  if (model === "llama" && !scores) throw json.missing(key("scores"), "a score for each piece");
  if (model === "gpt2" && !merges) throw json.missing(key("merges"), "the merges of the vocabulary");
  const id = (name: string) => {
    const value = json.get(key(name));
    const isId = typeof value === "number" && Number.isInteger(value) && value >= 0 && value < pieces.length;
    return isId ? value : undefined; // 0xffffffff: none
  };
  const pretokenizer = json.text(key("pre")) ?? "default";
  return {
    file: header.file,
    model,
    pretokenizer,
    pieces,
    scores,
    types: list("token_type", "number", pieces.length) as number[] | undefined,
    merges,
    bosId: id("bos_token_id"),
    eosId: id("eos_token_id"),
    unkId: id("unknown_token_id"),
    // llama.cpp's defaults where the file is silent.
    addBos: json.flag(
      key("add_bos_token"),
      model === "llama" || /^(llama(3|-v3|-bpe)|falcon3|tekken)$/.test(pretokenizer),
    ),
    addEos: json.flag(key("add_eos_token"), false),
    spacePrefix: json.flag(key("add_space_prefix"), model === "llama"),
    chatTemplate: json.text("tokenizer.chat_template"),
  };
}
