// Probabilities of tokens in OpenAI's two shapes. They are the model's own, before temperature, penalties or a form shaped
// them, and natural logarithms.

import type { Likelihood } from "../generate/likelihood.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { untold } from "./untold.ts";

/** How likely a token was. */
export interface TokenLogprob {
  /** Its text; U+FFFD for half a character. */
  token: string;
  /** The natural logarithm of its probability; 0 at most. */
  logprob: number;
  /** UTF-8, a leading space included; null for a token that has no text. */
  bytes: number[] | null;
}

/** For each token of a chat's answer, in order. */
export interface ChatLogprobs {
  /** Each with the most likely tokens at its place, the likeliest first, `top_logprobs` of them. */
  content: (TokenLogprob & { top_logprobs: TokenLogprob[] })[];
  /** OpenAI's field for an answer that a provider withheld; here always null. */
  refusal: null;
}

/**
 * For a completion's tokens: lists of the same length. For an echoed prompt's first token two are null, which OpenAI's types
 * do not say.
 */
export interface CompletionLogprobs {
  /** Their texts; U+FFFD for half a character. */
  tokens: string[];
  /** Natural logarithms; null for the first token of an echoed prompt: nothing stands before it. */
  token_logprobs: number[];
  /** By text. The chosen token is always among them. Null for the first token of an echoed prompt. */
  top_logprobs: Record<string, number>[];
  /** Where each token's text begins in the choice's, in UTF-16 units. */
  text_offset: number[];
}

const utf8 = new TextDecoder();

export function textOf(tokenizer: Tokenizer, id: number): string {
  const bytes = tokenizer.bytesOf(id);
  return bytes ? utf8.decode(bytes) : tokenizer.decode([id], { keepSpecial: true });
}

function tokenLogprob(tokenizer: Tokenizer, id: number, logprob: number): TokenLogprob {
  const bytes = tokenizer.bytesOf(id);
  return { token: textOf(tokenizer, id), logprob, bytes: bytes ? [...bytes] : null };
}

/** `most`: how many of the most likely tokens. */
export function chatLogprobs(
  tokenizer: Tokenizer,
  ids: readonly number[],
  likelihoods: readonly Likelihood[],
  most: number,
): ChatLogprobs["content"] {
  return likelihoods.map(({ chosen, top }, i) => ({
    ...tokenLogprob(tokenizer, ids[i], chosen),
    top_logprobs: top.slice(0, most).map(({ id, logProbability }) => tokenLogprob(tokenizer, id, logProbability)),
  }));
}

/** `offset`: where the first token's text begins. */
export function completionLogprobs(
  tokenizer: Tokenizer,
  ids: readonly number[],
  likelihoods: readonly Likelihood[],
  most: number,
  offset: number,
): CompletionLogprobs {
  const tokens = ids.map((id) => textOf(tokenizer, id));
  let from = offset;
  return {
    tokens,
    ...namedLikelihoods(tokenizer, tokens, likelihoods, most),
    text_offset: tokens.map((text) => {
      const begin = from;
      from += text.length;
      return begin;
    }),
  };
}

export function namedLikelihoods(
  tokenizer: Tokenizer,
  tokens: readonly string[],
  likelihoods: readonly (Likelihood | null)[],
  most: number,
): Pick<CompletionLogprobs, "token_logprobs" | "top_logprobs"> {
  return {
    token_logprobs: likelihoods.map((likelihood) => (likelihood ? likelihood.chosen : untold)),
    top_logprobs: likelihoods.map((likelihood, i) => {
      if (!likelihood) return untold;
      const shown = likelihood.top
        .slice(0, most)
        .map(({ id, logProbability }) => [textOf(tokenizer, id), logProbability] as const);
      return { ...Object.fromEntries(shown), [tokens[i]]: likelihood.chosen };
    }),
  };
}
