// An engine outlives its GPU: when it is lost in the load, in the prompt, in the answer or between two calls, the answer is
// the one that would have come. In real browsers on a software adapter, whose device is destroyed under the engine.

import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowserRunner } from "../../cli/runner.ts";
import { writeByteModel } from "../support/byte-model.ts";
import type { FrailGpu, LoadFrail } from "../support/frail-gpu.ts";
import { openFrailGpu } from "../support/frail-gpu.ts";
import { browserKinds } from "../support/harness.ts";

// What runs in the page finds these as globals.
declare const seen: FrailGpu["seen"];
declare const requests: FrailGpu["requests"];
declare const answer: FrailGpu["answer"];
declare const load: LoadFrail;

const { parent, folder } = writeByteModel();
afterAll(() => rmSync(parent, { recursive: true }));

describe.each(browserKinds)("in %s", (kind) => {
  let runner: BrowserRunner;
  beforeAll(async () => {
    runner = await openFrailGpu(kind, folder);
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
        recoveries.push(count ?? 0);
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
    expect(told.recoveries).toEqual([1, 0, 1, 0, 1, 1, 0]);
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
      while (events.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
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
