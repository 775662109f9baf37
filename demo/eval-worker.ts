// Carries out the stored measurement (eval-order.ts), one model and format after another, with engines on this worker's own
// thread. Each ends before the next is loaded; what they are compared with is opened for the first that needs it, and stays.

import { compareModels, multipleChoice, perplexity, readItems, weightErrors } from "../src/eval/index.ts";
import { createEngine, type Engine, type EngineOptions, PronkError } from "../src/index.ts";
import {
  errorsOf,
  type FromWorker,
  keep,
  type Kept,
  type Measured,
  type Order,
  readKept,
  type Subject,
  subjectsOf,
} from "./eval-order.ts";

const tell = (message: FromWorker) => postMessage(message);

// One tab after another: all go by what is stored. Pausing a run ends its worker.
navigator.locks
  .request("pronk-evaluation", carryOut)
  .catch((error: Error) => tell({ kind: "failed", message: error.message }));

async function carryOut(): Promise<void> {
  const kept = await readKept();
  if (!kept) return;
  tell({ kind: "measured", done: kept.done });
  await using reference = new Reference(kept.order);
  for (const subject of subjectsOf(kept.order).slice(kept.done.length)) {
    const measured = await measure(kept, subject, reference).catch((cause: Error) => {
      throw kept.order.others?.length ? new Error(`${subject.model}: ${cause.message}`, { cause }) : cause;
    });
    kept.done.push(measured);
    kept.state = undefined;
    await keep(kept);
    tell({ kind: "measured", done: kept.done });
  }
  tell({ kind: "finished" });
}

/** The model of the order with nothing rounded. */
class Reference {
  readonly #model: string;
  #engine: Engine | undefined;

  constructor({ model }: Order) {
    this.#model = model;
  }

  async engine(): Promise<Engine> {
    return (this.#engine ??= await open(this.#model, { quantize: "none", kv: "f32" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine?.unload();
  }
}

async function measure(kept: Kept, subject: Subject, reference: Reference): Promise<Measured> {
  const { order } = kept;
  let startedMs = 0;
  const from = kept.state as { done: number } | readonly unknown[] | undefined;
  const before = from && ("done" in from ? from.done : from.length);
  const onProgress = async (state: unknown, done: number, of: number) => {
    kept.state = state;
    await keep(kept);
    const msEach = (performance.now() - startedMs) / (done - (before ?? 0));
    tell({ kind: "progress", subject, done, of, secondsLeft: (msEach * (of - done)) / 1000 });
  };
  const options = { onProgress, from: from as never };
  tell({ kind: "progress", subject, done: 0, of: 0, secondsLeft: undefined });
  await using engine = await open(subject.model, { quantize: subject.format });
  const { info } = engine;
  let errors = await errorsOf(`${info.source} ${subject.format}`, info.quantization);
  let found: Measured["found"];
  if (order.by === "task") {
    startedMs = performance.now();
    found = await multipleChoice(engine, readItems(order.content), options);
  } else {
    const isReference = subject.model === order.model && subject.format === "none";
    const against = isReference ? undefined : await reference.engine();
    const window = Math.min(512, info.contextLength, against?.info.contextLength ?? Infinity);
    const request = { text: order.content, window };
    if (against) errors = await weightErrors(engine, against).catch(unlessOtherShape);
    startedMs = performance.now();
    found = against
      ? await compareModels(engine, against, request, options)
      : await perplexity(engine, request, options);
  }
  const { model, source, scheme, weights, adapter, gpuBytes, storedBytes, kv } = info;
  return {
    ...subject,
    info: { model, source, scheme, weights, adapter, gpuBytes, storedBytes, kv },
    errors,
    decodeTokensPerSecond: await decodeSpeed(engine),
    found,
    browser: navigator.userAgent,
    date: new Date().toISOString(),
  };
}

/** A model of another shape may have the same tokenizer, but no matrices to compare. */
function unlessOtherShape(error: unknown): undefined {
  if (!(error instanceof PronkError && error.code === "bad-request")) throw error;
}

const open = (model: string, options: EngineOptions): Promise<Engine> =>
  createEngine(model, { ...options, worker: false });

async function decodeSpeed({ completions }: Engine): Promise<number> {
  const request = { prompt: "Once upon a time", max_tokens: 32, temperature: 0, ignore_eos: true };
  return (await completions.create(request)).usage?.extra.decode_tokens_per_s ?? 0;
}
