// Steps in flight, seen from a page with the model that ships: the same answers at every depth, stop strings and penalties
// included; and in Firefox, where every answer of the GPU waits for a poll of 100 ms, the speed that it brings: at depth 1 no
// more than 10 tokens a second, beyond that what the adapter computes, which on a slow machine was 38.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import { root } from "../../cli/built.ts";
import { browserKinds } from "../support/harness.ts";

type Pronk = typeof import("../../src/index.ts");
declare const pronk: Pronk; // globals of the page
declare const modelUrl: string;

describe.each(browserKinds)("run-ahead in %s", (kind) => {
  let runner: BrowserRunner;

  beforeAll(async () => {
    runner = await openRunner(kind, { adapter: "software" });
    const setUp = `async (modelUrl) => Object.assign(globalThis, { modelUrl, pronk: await import("/lib/index.js") }) && 1`;
    await runner.page.evaluate(setUp, runner.serve(join(root, "public/models/tiny")));
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());

  test("depth changes no answer; in Firefox it makes decoding at least twice as fast", async () => {
    const seen = await runner.page.evaluate(async () => {
      const prompt = "Once upon a time";
      const shaped = { temperature: 0.8, seed: 3, repetition_penalty: 1.1, frequency_penalty: 0.2, max_tokens: 60 };
      const rows = [];
      for (const runAhead of [1, 2, 8]) {
        const engine = await pronk.createEngine(modelUrl, { runAhead, store: false });
        const free = await engine.completions.create({ prompt, ignore_eos: true, ...shaped });
        // From the middle of the free answer: the stop is met while later steps are in flight.
        const stop = free.choices[0].text.slice(40, 44);
        const stopped = await engine.completions.create({ prompt, ignore_eos: true, stop, ...shaped });
        const timed = await engine.completions.create({ prompt, ignore_eos: true, temperature: 0, max_tokens: 100 });
        const speed = timed.usage?.extra.decode_tokens_per_s ?? 0;
        rows.push({ ids: free.pronk.ids, text: stopped.choices[0].text, why: stopped.choices[0].finish_reason, speed });
        await engine.unload();
      }
      return rows;
    });
    const [one, two, eight] = seen;
    expect(two.ids).toEqual(one.ids);
    expect(eight.ids).toEqual(one.ids);
    expect([two.text, eight.text]).toEqual([one.text, one.text]);
    expect([one.why, two.why, eight.why]).toEqual(["stop", "stop", "stop"]);
    console.info(`${kind}: tokens a second at depth 1, 2, 8: ${seen.map(({ speed }) => speed.toFixed(1)).join(", ")}`);
    if (kind === "firefox") expect(eight.speed / one.speed).toBeGreaterThanOrEqual(2);
  });
});
