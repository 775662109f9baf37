// A page with an engine on the page's thread, whose GPU a test can take away: at a later submit, or at once, and for as long as
// it likes. The requests are for the byte model.

import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import type { BrowserKind } from "../../cli/browser/find-browser.ts";

type Pronk = typeof import("../../src/index.ts");
type Engine = Awaited<ReturnType<Pronk["createEngine"]>>;
type Request = Parameters<Engine["completions"]["create"]>[0];

export type LoadFrail = (options?: Parameters<Pronk["createEngine"]>[1]) => Promise<Engine>;

/** Globals of the page, besides `load`. */
export interface FrailGpu {
  /** `withheld`: requests for an adapter that get none; `adapterAt`: when one was last given, in ms. */
  seen: { device: GPUDevice; submits: number; loseAtSubmit: number; withheld: number; adapterAt: number };
  requests: Record<"greedy" | "seeded" | "penalized", Request>;
  answer(engine: Engine, request: object): Promise<{ ids: string; recoveries?: number; cached: number }>;
}

/** As text: the test runner would rewrite the import. */
const setUp = `async (modelUrl) => {
  const never = Infinity;
  const seen = { submits: 0, withheld: 0, loseAtSubmit: never };
  const prompt = "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness";
  const usual = { prompt, ignore_eos: true, max_tokens: 60 };
  Object.assign(globalThis, {
    modelUrl, seen,
    pronk: await import("/lib/index.js"),
    requests: {
      greedy: { ...usual, temperature: 0 },
      seeded: { ...usual, temperature: 0.9, top_p: 0.95, seed: 7 },
      penalized: { ...usual, temperature: 0.9, seed: 8, repetition_penalty: 1.2, frequency_penalty: 0.4, presence_penalty: 0.3 },
    },
    load: (options) => pronk.createEngine(modelUrl, { worker: false, ...options }),
    answer: async (engine, request) => {
      const { pronk: { ids }, usage } = await engine.completions.create(request);
      return { ids: ids.join(), recoveries: usage.extra.recoveries, cached: usage.prompt_tokens_details.cached_tokens };
    },
  });
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...request) {
    return (seen.device = await requestDevice.apply(this, request));
  };
  const { requestAdapter } = GPU.prototype;
  GPU.prototype.requestAdapter = async function (...request) {
    if (seen.withheld > 0) return seen.withheld--, null;
    seen.adapterAt = performance.now();
    return requestAdapter.apply(this, request);
  };
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (...work) {
    submit.apply(this, work);
    if (++seen.submits !== seen.loseAtSubmit) return;
    seen.device.destroy();
  };
  return 1;
}`;

export async function openFrailGpu(kind: BrowserKind, modelFolder: string): Promise<BrowserRunner> {
  const runner = await openRunner(kind, { adapter: "software" });
  await runner.page.evaluate(setUp, runner.serve(modelFolder));
  return runner;
}
