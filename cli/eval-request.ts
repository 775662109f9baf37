// One order for `pronk/eval` as plain data, and how it is carried out with the built library. Runs in a browser's page as well
// as in Node, so it uses neither.

import type { Engine, EngineInfo, EngineOptions } from "../src/index.ts";
import type { ChoicesResult, ComparisonResult, PerplexityResult, TaskName, WindowRule } from "../src/eval/index.ts";

export type EvalLibrary = Pick<typeof import("../src/index.ts"), "createEngine"> &
  Pick<typeof import("../src/eval/index.ts"), "compareModels" | "multipleChoice" | "perplexity" | "readItems">;

/** A model as it is opened for a measurement. */
export interface EvalModel {
  /** A URL, or owner/name on the hub. */
  url: string;
  tokenizer?: { name: string; url: string };
  options: Pick<EngineOptions, "quantize" | "weights" | "kv" | "contextLength" | "without" | "store" | "worker">;
}

export interface EvalRequest {
  model: EvalModel;
  /** What it is compared with. */
  against?: EvalModel;
  text?: string;
  rule?: WindowRule;
  window?: number;
  limit?: number;
  /** Items as JSONL. */
  task?: string;
  prompts?: TaskName;
}

/** What is measured besides the quality. */
export interface Footing {
  model: string;
  source: string;
  quantize: string;
  weights: string;
  scheme: string | undefined;
  kv: string;
  adapter: EngineInfo["adapter"];
  parameters: number;
  /** All that the engine takes on the GPU, the KV cache included. */
  gpuBytes: number;
  storedBytes: number;
  /** Of 32 tokens behind the first 64 of the text. */
  decodeTokensPerSecond: number;
  /** How long the measurement took, seconds. */
  seconds: number;
  date: string;
}

export type EvalResult = (PerplexityResult | ComparisonResult | ChoicesResult) &
  Footing & { against?: Pick<Footing, "model" | "source" | "quantize" | "weights" | "kv"> };

export async function evaluate(
  library: EvalLibrary,
  request: EvalRequest,
  tell: (line: string) => void = () => {},
): Promise<EvalResult> {
  const { text, rule, window, task, prompts, limit } = request;
  const items = task === undefined ? undefined : library.readItems(task, prompts).slice(0, limit); // before anything is loaded
  const engine = await open(library, request.model, tell);
  let reference: Engine | undefined;
  try {
    reference = request.against && (await open(library, request.against, tell));
    const startedMs = performance.now();
    let toldMs = 0;
    const onProgress = (_: unknown, done: number, of: number) => {
      if (performance.now() - toldMs < 1000 && done < of) return;
      toldMs = performance.now();
      const left = ((toldMs - startedMs) / done) * (of - done);
      tell(`${done} of ${of}${done < of ? `, about ${Math.ceil(left / 1000)} s left` : ""}`);
    };
    const asked = { text: text ?? "", rule, window, limit };
    const found = items
      ? await library.multipleChoice(engine, items, { onProgress })
      : reference
        ? await library.compareModels(engine, reference, asked, { onProgress })
        : await library.perplexity(engine, asked, { onProgress });
    const seconds = (performance.now() - startedMs) / 1000;
    const { model, source, quantize, weights, scheme, kv, adapter, parameters, gpuBytes, storedBytes } = engine.info;
    const decodeTokensPerSecond = await decodeSpeed(engine, text ?? [items?.[0].context].flat().join());
    const footing = { model, source, quantize, weights, scheme, kv, adapter, parameters, gpuBytes, storedBytes };
    return {
      ...found,
      ...footing,
      decodeTokensPerSecond,
      seconds,
      date: new Date().toISOString(),
      ...(reference && { against: placeOf(reference.info) }),
    };
  } finally {
    await engine.unload();
    await reference?.unload();
  }
}

const placeOf = ({ model, source, quantize, weights, kv }: EngineInfo) => ({ model, source, quantize, weights, kv });

async function open(
  { createEngine }: EvalLibrary,
  { url, tokenizer, options }: EvalModel,
  tell: (line: string) => void,
): Promise<Engine> {
  tell(`loading ${url}`);
  const answer = tokenizer && (await fetch(tokenizer.url));
  if (answer && !answer.ok) throw new Error(`${tokenizer.name}: the server answered ${answer.status}`);
  const file = answer && { name: tokenizer!.name, bytes: new Uint8Array(await answer.arrayBuffer()) };
  return createEngine(url, { ...options, tokenizer: file });
}

async function decodeSpeed({ completions, tokenizer, info }: Engine, text: string): Promise<number> {
  const ids = await tokenizer.encode(text.slice(0, 400), { addBos: true });
  const most = Math.max(1, info.contextLength - 33);
  const given = { prompt: ids.slice(0, Math.min(64, most)), max_tokens: 32, temperature: 0, ignore_eos: true };
  const { usage } = await completions.create(given);
  return usage?.extra.decode_tokens_per_s ?? 0;
}
