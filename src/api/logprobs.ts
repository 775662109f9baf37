// Probabilities of tokens in OpenAI's two shapes. They are the model's own, before temperature, penalties or a form shaped
// them, and natural logarithms.

import type { Likelihood } from "../generate/likelihood.ts";
import type { Tokenizer } from "../text/tokenizer.ts";

/** How likely a token was. */
export interface TokenLogprob {
  /** Its text; of half a character, U+FFFD. */
  token: string;
  /** Of its probability, the natural logarithm; 0 at most. */
  logprob: number;
  /** UTF-8, a leading space with it; null for a token that has no text. */
  bytes: number[] | null;
}

/** Of each token of a chat's answer, in order. */
export interface ChatLogprobs {
  /** Each with the most likely tokens at its place, the likeliest first, `top_logprobs` of them. */
  content: (TokenLogprob & { top_logprobs: TokenLogprob[] })[];
  /** OpenAI's field for an answer that a provider withheld; here always null. */
  refusal: null;
}

/** Of a completion's tokens: lists of the same length. Of an echoed prompt's first token two are null, which OpenAI's types do not say. */
export interface CompletionLogprobs {
  /** Their texts; of half a character, U+FFFD. */
  tokens: string[];
  /** Natural logarithms; null for the first token of an echoed prompt: nothing stands before it. */
  token_logprobs: number[];
  /** By text. The chosen token is always among them. Null for the first token of an echoed prompt. */
  top_logprobs: Record<string, number>[];
  /** Where each token's text begins in the choice's, in UTF-16 units. */
  text_offset: number[];
}

const utf8 = new TextDecoder();

function textOf(tokenizer: Tokenizer, id: number): string {
  const bytes = tokenizer.bytesOf(id);
  return bytes ? utf8.decode(bytes) : tokenizer.decode([id], { keepSpecial: true });
}

function tokenLogprob(tokenizer: Tokenizer, id: number, logprob: number): TokenLogprob {
  const bytes = tokenizer.bytesOf(id);
  return { token: textOf(tokenizer, id), logprob, bytes: bytes ? [...bytes] : null };
}

/** `most`: of the most likely tokens, how many. */
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

/** Of an echoed prompt; a special token, which its text does not have, stands where the next begins. */
export function promptLogprobs(
  tokenizer: Tokenizer,
  ids: readonly number[],
  likelihoods: readonly (Likelihood | null)[],
  most: number,
): CompletionLogprobs {
  const tokens = ids.map((id) => textOf(tokenizer, id));
  const decoder = tokenizer.stream();
  let length = 0;
  return {
    tokens,
    ...namedLikelihoods(tokenizer, tokens, likelihoods, most),
    text_offset: ids.map((id) => {
      const begin = length;
      length += decoder.push(id).length;
      return begin;
    }),
  };
}

/** The one behind the other. */
export function joinLogprobs(first: CompletionLogprobs, second: CompletionLogprobs): CompletionLogprobs {
  return {
    tokens: [...first.tokens, ...second.tokens],
    token_logprobs: [...first.token_logprobs, ...second.token_logprobs],
    top_logprobs: [...first.top_logprobs, ...second.top_logprobs],
    text_offset: [...first.text_offset, ...second.text_offset],
  };
}

/** As OpenAI, whose types for completions do not have it either. */
export const untold = null as never;

function namedLikelihoods(
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
