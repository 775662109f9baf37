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

  test("lost in the prompt, in the answer and between two calls, the answer is the one that would have come", async () => {
    const told = await runner.page.evaluate(async () => {
      const { greedy, seeded, penalized } = requests;
      const next = { ...penalized, prompt: `${penalized.prompt as string}?`, max_tokens: 20 };
      const small = { prompt: "#", max_tokens: 1 }; // each dialog begins from the same cache
      const usual = await load();
      const wanted = [];
      let submits = 0;
      for (const request of [greedy, small, seeded, small, penalized, next, small]) {
        const before = seen.submits;
        const { ids, cached } = await answer(usual, request);
        wanted.push({ ids, cached });
        if (request === greedy) submits = seen.submits - before;
      }
      await usual.unload();

      const events: string[] = [];
      const engine = await load({ onRecovery: ({ state }) => void events.push(state) });
      const got: object[] = [];
      const recoveries: unknown[] = [];
      const ask = async (request: object, loseAt = Infinity) => {
        seen.loseAtSubmit = seen.submits + loseAt;
        const { ids, cached, recoveries: count } = await answer(engine, request);
        got.push({ ids, cached });
        recoveries.push(count);
      };
      await ask(greedy, 2);
      await ask(small);
      await ask(seeded, submits - 20);
      await ask(small);
      await ask(penalized, submits - 10);
      seen.device.destroy();
      await ask(next); // its beginning was in the cache that is gone
      await ask(small);

      // Read slowly, and lost while nobody reads.
      let streamed = "";
      for await (const chunk of await engine.completions.create({ ...greedy, stream: true } as never)) {
        const { ids } = (chunk as unknown as { pronk: { ids: number[] } }).pronk;
        const before = streamed.length;
        for (const id of ids) streamed += `${streamed && ","}${id}`;
        if (before < 50 && streamed.length >= 50) {
          seen.device.destroy();
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
      await engine.unload();
      return { wanted, got, recoveries, events, streamed, ended: engine.ended.reason.code as string };
    });
    expect(told.wanted[0].ids.split(",")).toHaveLength(60);
    expect(told.wanted[5].cached).toBeGreaterThan(100);
    expect(told.got).toEqual(told.wanted);
    expect(told.recoveries).toEqual([1, undefined, 1, undefined, 1, 1, undefined]);
    expect(told.streamed).toBe(told.wanted[0].ids);
    expect(told.events).toEqual(Array.from({ length: 5 }, () => ["recovering", "recovered"]).flat());
    expect(told.ended).toBe("bad-request"); // unloaded, and nothing before
  });

  test("lost in the load, and with no adapter for a while, it is loaded all the same; asked not to recover, it says so", async () => {
    const told = await runner.page.evaluate(async () => {
      const events: string[] = [];
      const onRecovery = ({ state }: { state: string }) => void events.push(state);
      seen.loseAtSubmit = seen.submits + 1; // of what fills the weights
      const engine = await load({ onRecovery });
      const small = { prompt: "a", temperature: 0, ignore_eos: true, max_tokens: 5 };
      const { ids } = await answer(engine, small);
      seen.withheld = 1;
      seen.device.destroy();
      const again = await answer(engine, small);
      seen.withheld = Infinity;
      seen.device.destroy();
      const waiting = answer(engine, small).catch(({ code }: { code: string }) => code);
      await engine.unload(); // ends the waiting at once
      const unloaded = await waiting;
      seen.withheld = 0;
      const frail = await load({ recover: false, onRecovery });
      seen.loseAtSubmit = seen.submits + 3;
      const codes = [await answer(frail, small).catch(({ code }: { code: string }) => code), frail.ended.reason.code];
      await frail.unload();
      return { same: ids === again.ids, count: ids.split(",").length, unloaded, codes, events };
    });
    expect(told).toEqual({
      same: true,
      count: 5,
      unloaded: "bad-request",
      codes: ["device-lost", "device-lost"],
      events: ["recovering", "recovered", "recovering", "recovered", "recovering"],
    });
  });
});
