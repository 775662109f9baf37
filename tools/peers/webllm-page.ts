// WebLLM in a page: loads the made-up model through its public API, feeds the prompt, decodes greedily one token at a time
// through `forwardTokensAndSample`. The function runs inside the page and must not use anything from here.

import type { PeerRequest, PeerRun } from "./peer-run.ts";

export interface WebLlmRequest extends PeerRequest {
  origin: string;
  model: string;
}

interface WebLlmEngine {
  forwardTokensAndSample(ids: number[], isPrefill: boolean): Promise<number>;
  resetChat(): Promise<void>;
}

interface WebLlm {
  CreateMLCEngine(model: string, config: object): Promise<WebLlmEngine>;
}

export async function runWebLlm(request: WebLlmRequest): Promise<Omit<PeerRun, "engine" | "version">> {
  const { origin, model, promptIds, tokens, atOnce: prompts } = request;
  // Removed from browsers; releases of its time still call it.
  const { prototype } = GPUAdapter as unknown as { prototype: { requestAdapterInfo?: () => Promise<unknown> } };
  prototype.requestAdapterInfo ??= async function (this: GPUAdapter) {
    return this.info;
  };
  const load = (path: string) => import(/* @vite-ignore */ `${origin}${path}`);
  const bench = (await load("/lib/bench.js")) as typeof import("../../src/bench/index.ts");
  const buffers = bench.watchBuffers();
  const { CreateMLCEngine } = (await load("/npm/node_modules/@mlc-ai/web-llm/lib/index.js")) as WebLlm;
  const url = `${origin}/models/${model}/resolve/main/`;
  const library = `${origin}/library.wasm`;
  // Releases before 0.2.50 read the last two names.
  const record = { model_id: model, model: url, model_lib: library, model_url: url, model_lib_url: library };
  const started = performance.now();
  let told = 0;
  const engine = await CreateMLCEngine(model, {
    appConfig: { model_list: [record], useIndexedDBCache: false },
    initProgressCallback: ({ text }: { text: string }) => {
      if (performance.now() - told < 5000) return;
      told = performance.now();
      console.info(text);
    },
  });
  const loadMs = performance.now() - started;
  console.info(`loaded in ${(loadMs / 1000).toFixed(1)} s`);
  await engine.forwardTokensAndSample([1], false); // what is made at the first step is made now
  await engine.resetChat();

  const prefillStarted = performance.now();
  const ids = [await engine.forwardTokensAndSample(promptIds, true)];
  const prefillMs = performance.now() - prefillStarted;
  console.info(`prompt in ${(prefillMs / 1000).toFixed(1)} s, id ${ids[0]}`);
  let tokenMs = Infinity;
  let perToken;
  while (ids.length < tokens) {
    const counter = ids.length === 1 ? bench.countGpuCalls() : undefined; // one step is counted, the others are timed
    const stepStarted = performance.now();
    ids.push(await engine.forwardTokensAndSample([ids.at(-1)!], false));
    if (!counter) tokenMs = Math.min(tokenMs, performance.now() - stepStarted);
    counter?.stop();
    perToken ??= counter?.calls;
    console.info(
      `token ${ids.length}, id ${ids.at(-1)}, in ${((performance.now() - stepStarted) / 1000).toFixed(2)} s`,
    );
  }
  // A model has one sequence, and calls wait for its lock (0.2.86's source): at once they would take as long.
  const all: number[][] = [];
  const begun = performance.now();
  for (const prompt of prompts) {
    await engine.resetChat();
    const answer = [await engine.forwardTokensAndSample(prompt, true)];
    while (answer.length < tokens) answer.push(await engine.forwardTokensAndSample([answer.at(-1)!], false));
    all.push(answer);
    console.info(
      `answer ${all.length} of ${prompts.length} after ${((performance.now() - begun) / 1000).toFixed(1)} s`,
    );
  }
  const way = "one after the other" as const;
  const atOnce = all.length > 0 ? { way, ms: performance.now() - begun, ids: all } : undefined;
  return { loadMs, prefillMs, tokenMs, ids, perToken, gpuBytes: buffers.peakBytes, atOnce };
}
