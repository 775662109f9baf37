// embeddings in OpenAI's shapes: types only; the logic is in embedding.ts.

import type { RequestOptions } from "./completion-request.ts";

/** Other fields are refused by name, as in chat.completions: see known-fields.ts. */
export interface EmbeddingRequest {
  /**
   * A text, or ids fed exactly as given; or a list of either, embedded one after the other. At least one token each, and no
   * more than the context holds (`context-full`). Texts begin with the beginning-of-sequence id where the model was trained so.
   */
  input: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  /** Ignored: an engine holds one model. */
  model?: string | null;
  /** pronk's own: the name of one of the `adapters` that createEngine was given. Default: the model as it is. */
  adapter?: string | null;
  /** `float` (the default): a list of numbers. `base64`: the same as little-endian 32-bit floats. */
  encoding_format?: "float" | "base64" | null;
  /**
   * Only this many numbers, the first ones, scaled to length 1 again; default: all, the model's `dim`. What is left out is
   * lost: no model that pronk runs was trained to put what matters first.
   */
  dimensions?: number | null;
  /**
   * pronk's own. `mean` (the default): the mean of the states of all tokens. `last`: the state of the last token, for models
   * that were trained to embed that way.
   */
  pooling?: "mean" | "last" | null;
  /** Ignored. */
  user?: string | null;
}

/** Of one input. */
export interface Embedding<Numbers = number[]> {
  /** Always this. */
  object: "embedding";
  /** Its place in the list. */
  index: number;
  /** Of length 1, so the dot product of two is their cosine. [dimensions] */
  embedding: Numbers;
}

/** Of a call: a vector for each input. */
export interface EmbeddingResponse<Numbers = number[]> {
  /** Always this. */
  object: "list";
  /** One for each input, in their order. */
  data: Embedding<Numbers>[];
  /** The model's label, e.g. owner/name. */
  model: string;
  /** Tokens of all inputs, beginning-of-sequence ids included. */
  usage: {
    /** All of them. */
    prompt_tokens: number;
    /** The same. */
    total_tokens: number;
  };
}

/** Makes vectors of texts, as OpenAI's client does. */
export interface Embeddings {
  /**
   * The final hidden states of each input, after the last norm, as one vector. Calls wait for answers before them, and leave
   * what is remembered of conversations as it is. docs/embeddings.md says what those of a chat model are worth.
   */
  create(
    request: EmbeddingRequest & { encoding_format: "base64" },
    options?: Pick<RequestOptions, "signal">,
  ): Promise<EmbeddingResponse<string>>;
  create(request: EmbeddingRequest, options?: Pick<RequestOptions, "signal">): Promise<EmbeddingResponse>;
}
