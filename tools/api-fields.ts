// `npm run fields`: writes docs/api-fields.md, what pronk does with each field of OpenAI's two calls and its own, from
// src/api/known-fields.ts. Further remarks on a field stand here; the types demand one for each.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  chatFields,
  completionFields,
  embeddingFields,
  type FieldTable,
  formatFields,
  functionFields,
  schemaFields,
  streamOptionFields,
} from "../src/api/known-fields.ts";
import { root } from "../cli/built.ts";

type Field = keyof typeof chatFields | keyof typeof completionFields;

/** pronk's own, which OpenAI's calls lack (OpenAI's completions also `response_format` and `max_completion_tokens`). */
export const ownFields = [
  "adapter",
  "chat_template_kwargs",
  "grammar",
  "ignore_eos",
  "min_p",
  "repetition_penalty",
  "top_k",
] as const satisfies readonly Field[];

const notes: Readonly<Record<Field, string>> = {
  messages: "text only; `reasoning_content` and tool calls come back, see [tools.md](tools.md)",
  prompt: "text, ids, or a list of either; null is the empty text",
  model: "an engine holds one model; answers name it",
  adapter:
    "the name of one of `createEngine`'s `adapters`, see [adapters.md](adapters.md); default: the model as it is",
  max_tokens:
    "1 or more; in completions 0 scores the prompt (with `echo` and `logprobs`); default: as far as the context goes",
  max_completion_tokens: "the newer name of `max_tokens`",
  temperature: "default: that of the model's generation_config.json; of one that says nothing of sampling 0.7",
  top_p: "default: the model's own; of one that says nothing of sampling 0.95",
  top_k: "default: the model's own, else off",
  min_p: "default: the model's own, else off",
  repetition_penalty: "over prompt and answer; default: the model's own, else off",
  frequency_penalty: "-2 to 2, over the answer",
  presence_penalty: "-2 to 2, over the answer",
  logit_bias: "-100 to 100, by id",
  stop: "at most 16 strings of at most 1,000 characters",
  ignore_eos: "go on past ids that end an answer",
  response_format: "text, json_object, json_schema: the answer is kept to it; without a `schema` to any JSON object",
  grammar: "llama.cpp's notation: the answer is kept to it",
  seed: "the same seed, the same answer on the same GPU",
  stream: "chunks, once; the stream has `controller`, `tee()` and `toReadableStream()` as that of OpenAI's client",
  stream_options: "see below",
  n: "1 to 128, eight at a time; the first is that of `n: 1`",
  user: "who asks, for a provider's records",
  metadata: "a provider's records",
  store: "a provider's records",
  service_tier: "a provider's prices",
  safety_identifier: "a provider's records",
  prompt_cache_key: "the cache is this engine's",
  prompt_cache_options: "the cache is this engine's",
  prompt_cache_retention: "the cache is this engine's",
  prediction: "makes an answer faster at a provider, and no other",
  tools: "functions; see [tools.md](tools.md)",
  tool_choice: "see [tools.md](tools.md)",
  parallel_tool_calls: "default true",
  chat_template_kwargs: "values for the model's template",
  function_call: "deprecated for `tool_choice`",
  functions: "deprecated for `tools`",
  logprobs: "chat: true or false; completions: how many others to tell, to 20, with `echo` of the prompt's tokens, too",
  top_logprobs: "0 to 20",
  modalities: "",
  reasoning_effort: "for a template that knows such a thing, `chat_template_kwargs`",
  verbosity: "",
  audio: "",
  moderation: "",
  web_search_options: "",
  echo: "",
  best_of: "",
  suffix: "",
};

function standingOf(table: FieldTable, field: string): string {
  const standing = Object.hasOwn(table, field) ? table[field] : undefined;
  if (standing === undefined) return "";
  return typeof standing === "string" ? standing : `only \`${standing.only.replaceAll("|", "\\|")}\``;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

export function apiFieldsPage(): string {
  const fields = Object.keys({ ...chatFields, ...completionFields }).toSorted() as Field[];
  const rows = fields.map((field) => [
    `\`${field}\`${(ownFields as readonly string[]).includes(field) ? " (pronk's)" : ""}`,
    standingOf(chatFields, field),
    standingOf(completionFields, field),
    notes[field],
  ]);
  const inner = (table: FieldTable) =>
    tableOf(
      ["field", "standing"],
      Object.keys(table).map((field) => [`\`${field}\``, standingOf(table, field)]),
    );
  return `# Fields of a request

What \`chat.completions.create\` and \`completions.create\` do with each field of OpenAI's (openai 7.59) and of pronk's. Made by
\`npm run fields\` from \`src/api/known-fields.ts\`, which is what requests are checked against. **Obeyed**: as OpenAI's
reference says, or as the last column does. **Ignored**: it changes nothing in an answer from this machine. **Only**: no other value
is taken. **Refused**: whatever it says. An empty cell, or any name that is not here, is no field of the call: it is refused as a
\`bad-request\` that names it. null counts as not given.

${tableOf(["field", "chat.completions", "completions", ""], rows)}

Of \`stream_options\`:

${inner(streamOptionFields)}

Of \`response_format\`, and of its \`json_schema\`:

${inner(formatFields)}

${inner(schemaFields)}

Of a tool's \`function\`:

${inner(functionFields)}

Of \`embeddings.create\`, where \`adapter\` and \`pooling\` are pronk's (see [embeddings.md](embeddings.md)):

${inner(embeddingFields)}
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(join(root, "docs/api-fields.md"), apiFieldsPage());
