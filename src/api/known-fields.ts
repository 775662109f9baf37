// Which fields a request may have, and the standing of each: obeyed; ignored, because it changes nothing in an answer
// from this machine; only with the value that asks for nothing; or refused. A field that is not here is refused by name; one
// that asks for something unsupported, with what it may say: no request is answered as if it had been obeyed.
// docs/api-fields.md is made of this (`npm run fields`).

import { PronkError } from "../errors.ts";
import { badField, type Fields } from "./request-fields.ts";

type Standing =
  "obeyed" | "ignored" | "refused" | { /** Said in the refusal. */ only: string; allowed: (value: unknown) => boolean };
export type FieldTable = Readonly<Record<string, Standing>>;

export const only = (...values: unknown[]): Standing => ({
  only: values.map((value) => JSON.stringify(value)).join(" or "),
  allowed: (value) => values.includes(value),
});
const emptyList: Standing = { only: "an empty list", allowed: (value) => Array.isArray(value) && value.length === 0 };

/** As in OpenAI's reference of November 2026 (openai 7.59), and pronk's own. */
const shared = {
  model: "ignored", // an engine holds one
  adapter: "obeyed",
  max_tokens: "obeyed",
  max_completion_tokens: "obeyed",
  temperature: "obeyed",
  top_p: "obeyed",
  top_k: "obeyed",
  min_p: "obeyed",
  repetition_penalty: "obeyed",
  frequency_penalty: "obeyed",
  presence_penalty: "obeyed",
  logit_bias: "obeyed",
  stop: "obeyed",
  ignore_eos: "obeyed",
  response_format: "obeyed", // OpenAI's chat knows it; pronk's completions, too
  grammar: "obeyed",
  seed: "obeyed",
  stream: "obeyed",
  stream_options: "obeyed",
  n: "obeyed",
  user: "ignored", // who asks, for a provider's records
} satisfies FieldTable;

export const chatFields = {
  ...shared,
  messages: "obeyed",
  // A provider's records, cache and prices.
  metadata: "ignored",
  store: "ignored",
  service_tier: "ignored",
  safety_identifier: "ignored",
  prompt_cache_key: "ignored",
  prompt_cache_options: "ignored",
  prompt_cache_retention: "ignored",
  prediction: "ignored", // makes an answer faster there, and no other
  tools: "obeyed",
  tool_choice: "obeyed",
  parallel_tool_calls: "obeyed",
  chat_template_kwargs: "obeyed",
  // What tools were called before.
  function_call: only("none", "auto"),
  functions: emptyList,
  logprobs: "obeyed",
  top_logprobs: "obeyed",
  modalities: { only: '["text"]', allowed: (value) => JSON.stringify(value) === '["text"]' },
  reasoning_effort: only("none"),
  verbosity: only("medium"),
  // Nobody is here to do it.
  audio: "refused",
  moderation: "refused",
  web_search_options: "refused",
} satisfies FieldTable;

export const completionFields = {
  ...shared,
  prompt: "obeyed",
  echo: "obeyed",
  best_of: only(1),
  logprobs: "obeyed",
  suffix: only(""),
} satisfies FieldTable;

export const embeddingFields: FieldTable = {
  model: "ignored",
  adapter: "obeyed",
  input: "obeyed",
  encoding_format: "obeyed",
  dimensions: "obeyed",
  pooling: "obeyed",
  user: "ignored",
};

export const streamOptionFields: FieldTable = {
  include_usage: "obeyed",
  include_obfuscation: "ignored", // hides lengths from listeners on a network; there is none
};

export const functionFields: FieldTable = {
  name: "obeyed",
  description: "obeyed",
  parameters: "obeyed",
  strict: "obeyed",
};

export const formatFields: FieldTable = { type: "obeyed", json_schema: "obeyed" };
export const schemaFields: FieldTable = {
  schema: "obeyed",
  strict: "ignored", // the answer is kept to the schema either way
  name: "ignored", // for a provider's cache, and a model that is told of it
  description: "ignored",
};

/** Throws PronkError bad-request for the first field that is unknown, or asks for something unsupported. */
export function checkFields(fields: Fields, known: FieldTable, place: string): void {
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    const standing = Object.hasOwn(known, field) ? known[field] : undefined;
    if (standing === "refused") throw badField(field, "left out: it is not done here", value);
    if (!standing) throw unknownField(field, Object.keys(known), place);
    if (typeof standing === "object" && !standing.allowed(value))
      throw badField(field, `${standing.only}, or left out`, value);
  }
}

/** `name` is the field's own, if `field` also says where it stands. */
export function unknownField(field: string, known: readonly string[], place: string, name = field): PronkError {
  const nearest = nearestName(name, known);
  const shown = field.length > 80 ? `${field.slice(0, 80)}…` : field;
  const advice = nearest === undefined ? "Leave it out." : `Did you mean "${nearest}"? Leave it out otherwise.`;
  return new PronkError("bad-request", `"${shown}" is not a field of ${place}. ${advice}`, {
    field: shown,
    expected: nearest,
    found: shown,
  });
}

/** The name with the fewest changed letters, unless half of them would have to change. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let fewest = Math.min(name.length, 40) / 2;
  for (const candidate of known) {
    const changes = editDistance(name.slice(0, 40).toLowerCase(), candidate);
    if (changes < fewest) [nearest, fewest] = [candidate, changes];
  }
  return nearest;
}

/** Levenshtein's, by rows. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let at = 1; at <= from.length; at++) {
    const next = [at];
    for (let column = 1; column <= to.length; column++) {
      const changed = row[column - 1] + (from[at - 1] === to[column - 1] ? 0 : 1);
      next[column] = Math.min(changed, row[column] + 1, next[column - 1] + 1);
    }
    row = next;
  }
  return row[to.length];
}
