// transformers.js in a page, over an ONNX model that the caller has: the first ids on the processor (wasm), to know what is
// right, then prompt and answer on the GPU, and a batch of answers. The function runs inside the page and must not use anything from here.

import type { PeerRequest, PeerRun } from "./peer-run.ts";

export interface TransformersRequest extends PeerRequest {
  origin: string;
  model: string;
  dtype: string;
  /** Ids that the processor computes for comparison; 0 for none. */
  checked: number;
}

interface Tensor {
  tolist(): (number | bigint)[][];
}

interface Transformers {
  env: {
    allowRemoteModels: boolean;
    allowLocalModels: boolean;
    localModelPath: string;
    backends: { onnx: { wasm: object } };
  };
  AutoModelForCausalLM: {
    from_pretrained(
      model: string,
      options: object,
    ): Promise<{ generate(options: object): Promise<Tensor>; dispose(): Promise<unknown> }>;
  };
  Tensor: new (type: string, data: BigInt64Array, dims: number[]) => unknown;
  BaseStreamer: new () => object;
}

export async function runTransformers(
  request: TransformersRequest,
): Promise<Omit<PeerRun, "engine" | "version"> & { expectedIds: number[]; expectedAtOnce: number[][] }> {
  const { origin, model, dtype, promptIds, tokens, checked, atOnce: prompts } = request;
  const load = (path: string) => import(/* @vite-ignore */ `${origin}${path}`);
  const bench = (await load("/lib/bench.js")) as typeof import("../../src/bench/index.ts");
  const buffers = bench.watchBuffers();
  const library = (await load("/npm/node_modules/@huggingface/transformers/dist/transformers.web.js")) as Transformers;
  const { env, AutoModelForCausalLM, Tensor: IdTensor, BaseStreamer } = library;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = `${origin}/models/`;
  Object.assign(env.backends.onnx.wasm, { wasmPaths: `${origin}/npm/node_modules/onnxruntime-web/dist/` });

  const tensorOf = (rows: number[][], values: (id: number) => bigint) =>
    new IdTensor("int64", BigInt64Array.from(rows.flat(), values), [rows.length, promptIds.length]);
  const generate = async (device: string, count: number, onToken: (after: number) => void) => {
    const loadStarted = performance.now();
    const loaded = await AutoModelForCausalLM.from_pretrained(model, { device, dtype });
    const loadMs = performance.now() - loadStarted;
    const answer = async (rows: number[][], wanted: number, tell?: (after: number) => void) => {
      const started = performance.now();
      let seen = 0;
      const streamer = Object.assign(new BaseStreamer(), {
        put: () => void (seen++ > 0 && tell?.(performance.now() - started)), // the prompt itself comes first
        end() {},
      });
      const given = await loaded.generate({
        input_ids: tensorOf(rows, BigInt),
        attention_mask: tensorOf(rows, () => 1n),
        do_sample: false,
        min_new_tokens: wanted,
        max_new_tokens: wanted,
        ...(tell && { streamer }), // of one row only
      });
      return given.tolist().map((row) => row.slice(promptIds.length).map(Number));
    };
    const compiles = device === "webgpu"; // pipelines, at their first use
    if (compiles) await answer([promptIds], 2);
    const [ids] = await answer([promptIds], count, onToken);
    const batch = { way: "as one batch" as const, ms: 0, ids: [] as number[][] };
    if (prompts.length > 0) {
      if (compiles) await answer(prompts, 2);
      const begun = performance.now();
      batch.ids = await answer(prompts, count);
      batch.ms = performance.now() - begun;
      console.info(`${prompts.length} answers in ${(batch.ms / 1000).toFixed(1)} s`);
    }
    await loaded.dispose();
    return { ids, loadMs, batch };
  };

  const right = checked > 0 ? await generate("wasm", checked, () => {}) : undefined;
  const expectedIds = right?.ids ?? [];
  console.info(`on the processor: ${expectedIds.join()}`);
  const times: number[] = [];
  let counter: ReturnType<typeof bench.countGpuCalls> | undefined;
  let perToken: PeerRun["perToken"];
  const { ids, loadMs, batch } = await generate("webgpu", tokens, (after) => {
    times.push(after);
    console.info(`token ${times.length} after ${(after / 1000).toFixed(2)} s`);
    if (times.length === 2)
      counter = bench.countGpuCalls(); // the third step is counted
    else if (counter && !perToken) {
      counter.stop();
      perToken = { ...counter.calls };
    }
  });
  const steps = times.slice(1).map((after, i) => after - times[i]);
  const timed = steps.filter((_, i) => i !== 1);
  return {
    loadMs,
    prefillMs: times[0],
    tokenMs: Math.min(...timed),
    ids,
    perToken,
    gpuBytes: buffers.peakBytes,
    expectedIds,
    ...(prompts.length > 0 && { atOnce: batch }),
    expectedAtOnce: right?.batch.ids ?? [],
  };
}
