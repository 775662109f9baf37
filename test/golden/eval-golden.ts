// What test/fixtures/make/evaluation.py writes.

interface TextGolden {
  window: number;
  tokens: number;
  perplexity: number;
  /** What easily made mistakes would give. */
  wrong: Record<"noBos" | "shifted", number>;
}

interface ItemGolden {
  task: string;
  /** One for each choice. */
  contexts: string[];
  continuations: string[];
  /** Of both. */
  ids: [number[], number[]][];
  logLikelihoods: number[];
  acc: number;
  accNorm?: number;
}

export interface EvalGolden {
  harness: (TextGolden & {
    windows: { ids: number[]; targets: number[] }[];
    wordPerplexity: number;
    bytePerplexity: number;
    bitsPerByte: number;
  })[];
  "llama.cpp": (TextGolden & { standardError: number })[];
  items: ItemGolden[];
  /** Of the first item, its choices without the space before them. */
  withoutSpace: number[];
  /** By tokenizer: context, continuation, and the ids of both. */
  splits: Record<string, [string, string, number[], number[]][]>;
}
