// Stands in if a checkpoint came without a tokenizer and the caller deals in ids alone: ids decode to nothing, and text
// is refused with advice on what to do.

import { PronkError } from "../errors.ts";
import type { Tokenizer } from "./tokenizer.ts";

export function absentTokenizer(vocabSize: number): Tokenizer {
  return {
    vocabSize,
    bosId: undefined,
    eosId: undefined,
    unkId: undefined,
    startsWithBos: false,
    encode() {
      throw new PronkError(
        "bad-request",
        "This model has no tokenizer: give the prompt as ids, or a tokenizer file (tokenizer.json, tokenizer.model or llama2.c's .bin).",
        { field: "prompt", expected: "ids", found: "text" },
      );
    },
    decode: () => "",
    isSpecial: () => false,
    bytesOf: () => undefined,
    idOf: () => undefined,
    stream: () => ({ push: () => "", flush: () => "" }),
  };
}
