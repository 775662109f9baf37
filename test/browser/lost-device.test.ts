// An engine outlives its GPU: lost in the load, in the prompt, in the answer and between two calls, the answer that comes
// is the one that would have come. In real browsers on a software adapter, whose device is destroyed under the engine.

import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";

type Pronk = typeof import("../../src/index.ts");
type Engine = Awaited<ReturnType<Pronk["createEngine"]>>;
type Options = Parameters<Pronk["createEngine"]>[1];

// What runs in the page finds these as globals.
declare const seen: { device: GPUDevice; submits: number; withheld: number; adapterAt: number; loseAtSubmit: number };
declare const requests: Record<string, Parameters<Engine["completions"]["create"]>[0]>;
declare function answer(engine: Engine, request: object): Promise<{ ids: string; recoveries?: number; cached: number }>;
declare function load(options?: Options): Promise<Engine>;

const { parent, folder } = writeByteModel();
afterAll(() => rmSync(parent, { recursive: true }));

/** What the page is given, as text: the test runner would rewrite the import. */
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

describe.each(browserKinds)("in %s", (kind) => {
  let runner: BrowserRunner;
  beforeAll(async () => {
    runner = await openRunner(kind, { adapter: "software" });
    await runner.page.evaluate(setUp, runner.serve(folder));
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());

  test.each(["greedy", "seeded", "penalized"])(
    "a device lost in the prompt, in the answer, twice in one, and between two calls: the same ids, %s",
    async (how) => {
      const told = await runner.page.evaluate(async (how) => {
        const request = requests[how];
        const usual = await load();
        const before = seen.submits;
        const wanted = await answer(usual, request);
        const submits = seen.submits - before;
        const follow = { ...request, prompt: `${request.prompt as string}?`, max_tokens: 20 };
        const wantedNext = await answer(usual, follow);
        await usual.unload();
        const events: string[] = [];
        const engine = await load({ onRecovery: ({ state }) => void events.push(state) });
        const got: Awaited<ReturnType<typeof answer>>[] = [];
        const next: (typeof got)[0][] = [];
        for (const at of [1, 2, 3, 20, submits - 2]) {
          await answer(engine, { prompt: "#", max_tokens: 1 }); // so that each begins from the same cache
          seen.loseAtSubmit = seen.submits + at;
          got.push(await answer(engine, request));
          // Between two calls, with what the cache held.
          seen.device.destroy();
          next.push(await answer(engine, follow));
        }
        let streamed = "";
        let chunks = 0;
        for await (const chunk of await engine.completions.create({ ...request, stream: true } as never)) {
          streamed += `,${(chunk as { pronk: { ids: number[] } }).pronk.ids.join()}`;
          if (++chunks % 20 === 10) seen.device.destroy();
        }
        await engine.unload();
        return { wanted, wantedNext, got, next, events, streamed: streamed.split(",").filter(Boolean).join() };
      }, how);
      expect(told.wanted.ids.split(",")).toHaveLength(60);
      expect(told.got.map(({ ids }) => ids)).toEqual(told.got.map(() => told.wanted.ids));
      expect(told.got.map(({ recoveries }) => recoveries)).toEqual(told.got.map(() => 1));
      expect(told.next.map(({ ids }) => ids)).toEqual(told.next.map(() => told.wantedNext.ids));
      expect(told.next.map(({ cached }) => cached)).toEqual(told.next.map(() => told.wantedNext.cached));
      expect(told.streamed).toBe(told.wanted.ids);
      expect(told.wantedNext.cached).toBeGreaterThan(100);
      expect(told.events.length).toBe(2 * (5 + 5 + 3));
      expect(new Set(told.events)).toEqual(new Set(["recovering", "recovered"]));
    },
  );
});
