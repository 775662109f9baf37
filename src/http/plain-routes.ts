// The routes that compute nothing: which model there is, and text as tokens, in vLLM's and llama.cpp's fields.

import { badField, type Fields } from "../api/request-fields.ts";
import type { Engine } from "../api/surface.ts";
import { PronkError } from "../errors.ts";

type Info = Engine["info"];

/** `created` is 0: a model's files do not tell it. */
const described = (id: string) => ({ id, object: "model", created: 0, owned_by: "pronk" });

/** The model, and its adapters, which a request may name in its place. */
const namesIn = ({ model, adapters = [] }: Info) => [model, ...adapters.map(({ name }) => name)];

export const listModels = (info: Info) => ({ object: "list", data: namesIn(info).map(described) });

export function namedModel(info: Info, name: string) {
  if (namesIn(info).includes(name)) return described(name);
  throw new PronkError("bad-request", `There is no model "${name.slice(0, 100)}" here; there is "${info.model}".`, {
    field: "model",
    expected: info.model,
    found: name,
  });
}

/** `prompt` and `add_special_tokens` (true unless given) are vLLM's names, `content` and `add_special` (false) llama.cpp's. */
export async function tokenize({ tokenizer, info }: Pick<Engine, "tokenizer" | "info">, body: Fields) {
  const isVllms = typeof body.prompt === "string";
  const text = isVllms ? body.prompt : body.content;
  if (typeof text !== "string") throw badField("prompt", "a text", body.prompt ?? body.content);
  const addBos = isVllms ? body.add_special_tokens !== false : body.add_special === true;
  const tokens = await tokenizer.encode(text, { addBos });
  return { tokens, count: tokens.length, max_model_len: info.contextLength };
}

/** The text, by both servers' names for it. */
export async function detokenize({ tokenizer }: Pick<Engine, "tokenizer">, { tokens }: Fields) {
  if (!Array.isArray(tokens) || !tokens.every(Number.isSafeInteger)) throw badField("tokens", "a list of ids", tokens);
  const text = await tokenizer.decode(tokens as number[]);
  return { prompt: text, content: text };
}
