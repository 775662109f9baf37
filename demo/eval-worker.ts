// Carries out the stored measurement (eval-order.ts), format after format, with engines on this worker's own thread. Each ends
// before the next is loaded; only beside a rounded one is the model's own file open too.

import { compareModels, multipleChoice, perplexity, readItems } from "../src/eval/index.ts";
import { createEngine, type Engine, type EngineOptions } from "../src/index.ts";
import { errorsOf, type Format, type FromWorker, keep, type Kept, type Measured, readKept } from "./eval-order.ts";

const tell = (message: FromWorker) => postMessage(message);

// One tab after another: all go by what is stored. Pausing a run ends its worker.
navigator.locks
  .request("pronk-evaluation", carryOut)
  .catch((error: Error) => tell({ kind: "failed", message: error.message }));

async function carryOut(): Promise<void> {
  const kept = await readKept();
  if (!kept) return;
  tell({ kind: "measured", done: kept.done });
  for (const format of kept.order.formats.slice(kept.done.length)) {
    const measured = await measure(kept, format);
    kept.done.push(measured);
    kept.state = undefined;
    await keep(kept);
    tell({ kind: "measured", done: kept.done });
  }
  tell({ kind: "finished" });
}

async function measure(kept: Kept, format: Format): Promise<Measured> {
  const { order } = kept;
  let startedMs = 0;
  const from = kept.state as { done: number } | readonly unknown[] | undefined;
  const before = from && ("done" in from ? from.done : from.length);
  const onProgress = async (state: unknown, done: number, of: number) => {
    kept.state = state;
    await keep(kept);
    const msEach = (performance.now() - startedMs) / (done - (before ?? 0));
    tell({ kind: "progress", format, done, of, secondsLeft: (msEach * (of - done)) / 1000 });
  };
  const options = { onProgress, from: from as never };
  tell({ kind: "progress", format, done: 0, of: 0, secondsLeft: undefined });
  await using engine = await open(order.model, { quantize: format });
  const { info } = engine;
  const errors = await errorsOf(`${info.source} ${format}`, info.quantization);
  const request = { text: order.content, window: Math.min(512, info.contextLength) };
  let found: Measured["found"];
  startedMs = performance.now();
  if (order.by === "task") found = await multipleChoice(engine, readItems(order.content), options);
  else if (format === "none") found = await perplexity(engine, request, options);
  else {
    await using reference = await open(order.model, { quantize: "none", kv: "f32" });
    found = await compareModels(engine, reference, request, options);
  }
  const { model, source, scheme, weights, adapter, gpuBytes, storedBytes, kv } = info;
  return {
    format,
    info: { model, source, scheme, weights, adapter, gpuBytes, storedBytes, kv },
    errors,
    decodeTokensPerSecond: await decodeSpeed(engine),
    found,
    browser: navigator.userAgent,
    date: new Date().toISOString(),
  };
}

const open = (model: string, options: EngineOptions): Promise<Engine> =>
  createEngine(model, { ...options, worker: false });

async function decodeSpeed({ completions }: Engine): Promise<number> {
  const request = { prompt: "Once upon a time", max_tokens: 32, temperature: 0, ignore_eos: true };
  return (await completions.create(request)).usage?.extra.decode_tokens_per_s ?? 0;
}
