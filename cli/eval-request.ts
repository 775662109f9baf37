// One order for `pronk/eval` as plain data, and how it is carried out with the built library. Runs in a browser's page as well
// as in Node, so it uses neither.

import type { Engine, EngineInfo, EngineOptions } from "../src/index.ts";
import type {
  ChoiceItem,
  ChoicesResult,
  ComparisonResult,
  PerplexityResult,
  TaskName,
  WeightErrors,
  WindowRule,
} from "../src/eval/index.ts";

export type EvalLibrary = Pick<typeof import("../src/index.ts"), "createEngine"> &
  Pick<
    typeof import("../src/eval/index.ts"),
    "compareModels" | "multipleChoice" | "perplexity" | "readItems" | "weightErrors"
  >;

/** A model as it is opened for a measurement. */
export interface EvalModel {
  /** A URL, or owner/name on the hub. */
  url: string;
  tokenizer?: { name: string; url: string };
  options: Pick<EngineOptions, "quantize" | "weights" | "kv" | "contextLength" | "without" | "store" | "worker">;
}

export interface EvalRequest {
  model: EvalModel;
  /** Measured after it in the same way: other files of the same weights. */
  beside?: EvalModel[];
  /** What all are compared with. */
  against?: EvalModel;
  /** Compare their weights, too: all engines then run on the caller's thread. */
  matrices?: boolean;
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

/** Of one model. */
export type Measurement = (PerplexityResult | ComparisonResult | ChoicesResult) & Footing & Partial<WeightErrors>;

/** Of the model that was asked about, with the others in their order. */
export type EvalResult = Measurement & {
  against?: Pick<Footing, "model" | "source" | "quantize" | "weights" | "kv">;
  beside?: Measurement[];
};

export async function evaluate(
  library: EvalLibrary,
  request: EvalRequest,
  tell: (line: string) => void = () => {},
): Promise<EvalResult> {
  const { beside, task, prompts, limit, matrices } = request;
  const here = (one: EvalModel) => (matrices ? { ...one, options: { ...one.options, worker: false } } : one);
  const against = request.against && here(request.against);
  const items = task === undefined ? undefined : library.readItems(task, prompts).slice(0, limit); // before anything is loaded
  let reference: Engine | undefined;
  try {
    const found: Measurement[] = [];
    for (const one of [request.model, ...(beside ?? [])]) {
      await using engine = await open(library, here(one), tell);
      reference ??= against && (await open(library, against, tell));
      found.push(await measure(library, { ...request, engine, reference, items }, tell));
    }
    const [first, ...others] = found;
    return { ...first, ...(reference && { against: placeOf(reference.info) }), ...(beside && { beside: others }) };
  } finally {
    await reference?.unload();
  }
}

async function measure(
  library: EvalLibrary,
  { engine, reference, items, text, rule, window, limit, matrices }: Measuring,
  tell: (line: string) => void,
): Promise<Measurement> {
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
  const errors = matrices && reference ? await library.weightErrors(engine, reference) : {};
  const { model, source, quantize, weights, scheme, kv, adapter, parameters, gpuBytes, storedBytes } = engine.info;
  return {
    ...found,
    ...errors,
    ...{ model, source, quantize, weights, scheme, kv, adapter, parameters, gpuBytes, storedBytes },
    decodeTokensPerSecond: await decodeSpeed(engine, text ?? [items?.[0].context].flat().join()),
    seconds,
    date: new Date().toISOString(),
  };
}

interface Measuring extends Pick<EvalRequest, "text" | "rule" | "window" | "limit" | "matrices"> {
  engine: Engine;
  reference: Engine | undefined;
  items: readonly ChoiceItem[] | undefined;
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
