// One order for the engine as plain data, and how it is carried out with the built library: load a model, answer prompts,
// unload. Runs inside a browser's page (cli/page/run.ts) as well as in Node (node-runtime.ts), so it uses neither.

import type { ChatLogprobs, CompletionLogprobs } from "../src/api/logprobs.ts";
import type { ChatCompletion, Endpoint, EngineInfo, EngineOptions, ResponseFormat, Usage } from "../src/index.ts";

export type Library = Pick<typeof import("../src/index.ts"), "createEngine">;

export interface RunPrompt {
  /** Text; or ids, fed exactly as given. */
  prompt: string | number[];
  /** Ask through chat.completions, the prompt being the user's message. */
  chat?: boolean;
  system?: string;
  /** The name of one of the engine's adapters. */
  adapter?: string;
  maxTokens: number;
  ignoreEos?: boolean;
  temperature?: number;
  topP?: number;
  topK?: number;
  seed?: number;
  /** Answers; default 1. */
  n?: number;
  /** For each token its likelihood, and this many others. */
  logprobs?: number;
  /** What the answer must conform to: OpenAI's field, or a grammar in GBNF. */
  responseFormat?: ResponseFormat;
  grammar?: string;
  /** Keep the logits after every position, prompt included. */
  logits?: boolean;
}

export interface RunRequest {
  /** A URL, or owner/name on the hub; or a server, which takes no tokenizer and no options. */
  model: string | Endpoint;
  /** Where a tokenizer file is, for models that come without. */
  tokenizer?: { name: string; url: string };
  options?: Pick<
    EngineOptions,
    "quantize" | "weights" | "kv" | "contextLength" | "adapters" | "without" | "store" | "worker"
  >;
  /** Answered in order by one engine; a later one finds what it shares with an earlier in the KV cache. */
  prompts: RunPrompt[];
}

export interface RunChoice {
  ids: number[];
  text: string;
  /** `context-full` where OpenAI's shapes say `length` because the context ended. */
  finishReason: "stop" | "length" | "tool_calls" | "context-full";
  /** In the API's shape for the call; null where they were not asked for. */
  logprobs: ChatLogprobs | CompletionLogprobs | null;
}

/** The first choice, and all of them. */
export interface RunAnswer extends Omit<RunChoice, "logprobs"> {
  promptIds: number[];
  choices: RunChoice[];
  usage: Usage;
}

export interface RunResult {
  info: EngineInfo;
  answers: RunAnswer[];
}

/** An answer's logits, [rows, vocabSize]: row i was made after position i. */
export interface LogitsTable {
  vocabSize: number;
  rows: Float32Array[];
}

export interface RunHooks {
  /** A line for people about what is going on. */
  onProgress?: (line: string) => void;
  /** Called after each prompt that asked for them. */
  onLogits?: (table: LogitsTable) => void;
}

export async function run({ createEngine }: Library, request: RunRequest, hooks: RunHooks = {}): Promise<RunResult> {
  const { model, options = {}, prompts } = request;
  const here = async () => ({
    ...options,
    tokenizer: request.tokenizer ? await fetchFile(request.tokenizer) : tokenizerNeed(prompts),
    onProgress: hooks.onProgress && onceASecond(hooks.onProgress),
  });
  const engine = await createEngine(model, typeof model === "string" ? await here() : {});
  try {
    const answers: RunAnswer[] = [];
    for (const prompt of prompts) answers.push(await answer(engine, prompt, hooks));
    return { info: engine.info, answers };
  } finally {
    await engine.unload();
  }
}

/** Prompts that are all ids need no tokenizer. */
function tokenizerNeed(prompts: readonly RunPrompt[]): "optional" | undefined {
  return prompts.every(({ prompt }) => typeof prompt !== "string") ? "optional" : undefined;
}

type Engine = Awaited<ReturnType<Library["createEngine"]>>;

async function answer(engine: Engine, prompt: RunPrompt, hooks: RunHooks): Promise<RunAnswer> {
  const rows: Float32Array[] = [];
  const onLogits = prompt.logits ? (position: number, row: Float32Array) => void (rows[position] = row) : undefined;
  const settings = {
    stream: false as const,
    adapter: prompt.adapter,
    max_tokens: prompt.maxTokens,
    ignore_eos: prompt.ignoreEos,
    temperature: prompt.temperature,
    top_p: prompt.topP,
    top_k: prompt.topK,
    seed: prompt.seed,
    n: prompt.n,
    grammar: prompt.grammar,
    response_format: prompt.responseFormat,
  };
  const { logprobs } = prompt;
  const asChat = { logprobs: logprobs !== undefined, top_logprobs: logprobs };
  const given = prompt.chat
    ? await engine.chat.completions.create({ ...settings, ...asChat, messages: messagesOf(prompt) }, { onLogits })
    : await engine.completions.create({ ...settings, logprobs, prompt: prompt.prompt }, { onLogits });
  if (prompt.logits) hooks.onLogits?.({ vocabSize: engine.info.config.vocabSize, rows });
  const { pronk, usage } = given;
  const choices = given.choices.map((choice): RunChoice => ({
    ids: choice.pronk.ids,
    text: "message" in choice ? textOf(choice.message) : choice.text,
    finishReason: choice.pronk.context_full ? "context-full" : choice.finish_reason,
    logprobs: choice.logprobs,
  }));
  const { ids, text, finishReason } = choices[0];
  return { promptIds: pronk.prompt_ids ?? [], ids, text, finishReason, choices, usage: usage! }; // a whole answer has it
}

/** A thought stands before the words, as the model wrote it. */
function textOf({ reasoning_content: thought, content }: ChatCompletion["choices"][0]["message"]): string {
  return thought === undefined ? content : `<think>\n${thought}\n</think>\n\n${content}`;
}

function messagesOf({ prompt, system }: RunPrompt) {
  const user = { role: "user" as const, content: String(prompt) };
  return system === undefined ? [user] : [{ role: "system" as const, content: system }, user];
}

async function fetchFile({ name, url }: { name: string; url: string }) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${name}: the server answered ${answer.status}`);
  return { name, bytes: new Uint8Array(await answer.arrayBuffer()) };
}

function onceASecond(tell: (line: string) => void): EngineOptions["onProgress"] {
  let lastMs = 0;
  return ({ phase, loadedBytes, totalBytes, detail }) => {
    if (Date.now() - lastMs < 1000) return;
    lastMs = Date.now();
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
    const progress = totalBytes > 0 ? ` ${megabytes(loadedBytes)} of ${megabytes(totalBytes)} MB` : "";
    tell(`${phase}${progress}${detail ? ` (${detail})` : ""}`);
  };
}
