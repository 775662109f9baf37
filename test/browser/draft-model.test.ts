// A model that drafts for another in a real browser: the answers stay what they are, greedy and sampled, in the worker; one of
// another vocabulary is refused, and so is one that is not there.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../cli/built.ts";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";

declare const pronk: typeof import("../../src/index.ts"); // a global of the page

describe.each(browserKinds)("a model that drafts for another in %s", (kind) => {
  let runner: BrowserRunner;
  const folders = [writeByteModel(), writeByteModel({ layers: 1 })];
  let [main, small, tiny] = ["", "", ""];

  beforeAll(async () => {
    runner = await openRunner(kind, { adapter: "software" });
    [main, small] = folders.map(({ folder }) => runner.serve(folder));
    tiny = runner.serve(join(root, "public/models/tiny"));
    await runner.page.evaluate(`async () => Object.assign(globalThis, { pronk: await import("/lib/index.js") }) && 1`);
  });
  afterAll(async () => {
    await runner?.[Symbol.asyncDispose]();
    for (const { parent } of folders) rmSync(parent, { recursive: true });
  });

  test("gives the answers that it gives alone, one that is always right and one that seldom is", async () => {
    const answers = await runner.page.evaluate(
      async ({ model, drafting }: { model: string; drafting: string[] }) => {
        const options = { store: false, contextLength: 256 } as const;
        const told: { info: unknown; ids: number[][] }[] = [];
        for (const drafts of [false, ...drafting.map((one) => ({ model: one, quantize: "none" as const }))] as const) {
          const engine = await pronk.createEngine(model, { ...options, drafts });
          const ids: number[][] = [];
          for (const sampling of [{ temperature: 0 }, { temperature: 0.9, seed: 4, repetition_penalty: 1.2 }]) {
            const request = { prompt: "once upon a time", max_tokens: 80, ignore_eos: true, ...sampling };
            ids.push((await engine.completions.create(request)).pronk.ids);
          }
          const both = await Promise.all([1, 2].map((seed) => engine.completions.create({ prompt: "and", max_tokens: 20, ignore_eos: true, seed }))); // prettier-ignore
          told.push({ info: engine.info.drafts, ids: [...ids, ...both.map(({ pronk: own }) => own.ids)] });
          await engine.unload();
        }
        return told;
      },
      { model: main, drafting: [main, small] },
    );
    const [alone, right, seldom] = answers;
    expect(alone.info).toBeUndefined();
    expect(right.ids).toEqual(alone.ids);
    expect(seldom.ids).toEqual(alone.ids);
    expect(seldom.info).toMatchObject({ model: expect.stringContaining("byte-model"), gpuBytes: expect.any(Number) });
  });

  test("must have the same tokens, and be there", async () => {
    const errors = await runner.page.evaluate(
      ({ model, others }: { model: string; others: string[] }) =>
        Promise.all(
          others.map((other) =>
            pronk.createEngine(model, { store: false, drafts: { model: other } }).then(
              () => "loaded",
              ({ code, message, facts }) => ({ code, message, facts }),
            ),
          ),
        ),
      { model: main, others: [tiny, `${small}nowhere/`] },
    );
    expect(errors[0]).toMatchObject({ code: "bad-request", facts: { field: "drafts.model", drafts: tiny } });
    expect(errors[1]).toMatchObject({ code: "network", message: expect.stringMatching(/^Draft model .*nowhere/) });
  });
});
