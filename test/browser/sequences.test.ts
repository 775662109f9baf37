// Several answers at once, with the model that ships: each is what it is alone, to the id, whoever joins, leaves or is aborted
// meanwhile, and what one has computed of a prompt the others take from it.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import { root } from "../../cli/built.ts";
import { browserKinds } from "../support/harness.ts";

type Pronk = typeof import("../../src/index.ts");
type Engine = Awaited<ReturnType<Pronk["createEngine"]>>;
declare const pronk: Pronk; // globals of the page
declare const modelUrl: string;
declare const engine: Engine;

describe.each(browserKinds)("several answers at once in %s", (kind) => {
  let runner: BrowserRunner;

  beforeAll(async () => {
    runner = await openRunner(kind, { adapter: "software" });
    const { page } = runner;
    const setUp = `async (modelUrl) => Object.assign(globalThis, { modelUrl, pronk: await import("/lib/index.js") }) && 1`;
    await page.evaluate(setUp, runner.serve(join(root, "public/models/tiny")));
    await page.evaluate(async () => {
      const options = { store: false, contextLength: 512 } as const;
      Object.assign(globalThis, { engine: await pronk.createEngine(modelUrl, options) });
    });
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());

  test("give what each gives alone, with samplings of their own", async () => {
    const { alone, together, apartMs, togetherMs } = await runner.page.evaluate(async () => {
      // Each is answered in other words.
      const questions = ["Why is the sky blue", "Is this private", "Hello", "What is WebGPU", "Who are you", "What is q4", "How many planets are there", "Tell me a joke"]; // prettier-ignore
      const asked = Array.from({ length: 8 }, (_, i) => ({
        prompt: `${"once upon a time ".repeat(1 + 3 * (i % 3))}[INST] ${questions[i]}? [/INST]`,
        ignore_eos: true,
        max_tokens: 24,
        temperature: i % 3 === 0 ? 0 : 0.9,
        seed: i,
        ...(i % 2 ? { repetition_penalty: 1.2, frequency_penalty: 0.3, logit_bias: { "100": 2 } } : { top_k: 20 }),
      }));
      const idsOf = async (request: (typeof asked)[number]) => (await engine.completions.create(request)).pronk.ids;
      await Promise.all(asked.map(idsOf)); // compiles what the next ones run
      const begun = performance.now();
      const together = await Promise.all(asked.map((request) => idsOf({ ...request, prompt: `${request.prompt}!` })));
      const between = performance.now();
      const alone: number[][] = [];
      for (const request of asked) alone.push(await idsOf({ ...request, prompt: `${request.prompt}!` }));
      return { alone, together, togetherMs: between - begun, apartMs: performance.now() - between };
    });
    expect(together).toEqual(alone);
    expect(new Set(together.map(String)).size).toBe(8);
    console.info(`${kind}: eight answers together take ${(togetherMs / apartMs).toFixed(2)} of their time apart`);
  });

  test("tell the same log probabilities, to the last bit", async () => {
    const { alone, together, isLess } = await runner.page.evaluate(async () => {
      const messages = (i: number) => [{ role: "user" as const, content: `${i}: what is WebGPU?` }];
      // At a high temperature few choices are among the most likely, and their logits are fetched.
      const asked = Array.from({ length: 5 }, (_, i) => ({
        messages: messages(i),
        ...{ max_tokens: 14, ignore_eos: true, temperature: i % 2 ? 3 : 0, seed: i },
        ...(i < 4 ? { logprobs: true, top_logprobs: 3 } : {}),
      }));
      const told = async (request: (typeof asked)[number]) => {
        const { choices, pronk } = await engine.chat.completions.create(request);
        return { ids: pronk.ids, logprobs: choices[0].logprobs?.content };
      };
      const together = await Promise.all(asked.map(told));
      const alone: typeof together = [];
      for (const request of asked) alone.push(await told(request));
      const isLess = alone[1].logprobs!.some(({ logprob, top_logprobs }) => logprob < top_logprobs.at(-1)!.logprob);
      return { alone, together, isLess };
    });
    expect(together).toEqual(alone);
    expect(isLess).toBe(true);
    expect(alone.map(({ logprobs }) => logprobs?.length)).toEqual([14, 14, 14, 14, undefined]);
  });

  test("one that joins, one that is aborted and one whose reader leaves change nothing", async () => {
    const { long, wanted, late, wantedLate, aborted } = await runner.page.evaluate(async () => {
      const ask = (prompt: string, most: number) => ({ prompt, ignore_eos: true, max_tokens: most, temperature: 0 });
      const idsOf = async (request: ReturnType<typeof ask>) => (await engine.completions.create(request)).pronk.ids;
      const [wanted, wantedLate] = [await idsOf(ask("A story", 60)), await idsOf(ask("Another one", 12))];
      const stop = new AbortController();
      const first = await engine.completions.create({ ...ask("A story", 60), stream: true });
      const long: number[] = [];
      let late: Promise<number[]> | undefined;
      let gone: Promise<string> | undefined;
      for await (const { choices } of first) {
        long.push(...choices[0].pronk.ids);
        if (long.length >= 5 && !late) {
          late = idsOf(ask("Another one", 12));
          gone = engine.completions.create(ask("And one more", 200), { signal: stop.signal }).then(
            () => "ended",
            ({ name }: Error) => name,
          );
          void engine.completions.create({ ...ask("Left", 200), stream: true }).then(async (left) => {
            for await (const _ of left) break;
          });
        }
        if (long.length >= 20) stop.abort();
      }
      return { long, wanted, late: await late, wantedLate, aborted: await gone };
    });
    expect(long).toEqual(wanted);
    expect(late).toEqual(wantedLate);
    expect(aborted).toBe("AbortError");
  });

  test("choices of one prompt compute it once, and are those of one after the other", async () => {
    const { together, alone, cached } = await runner.page.evaluate(async () => {
      const prompt = "Tell me about the sea, the sky and the long way home. ".repeat(3);
      const request = { prompt, n: 4, seed: 5, max_tokens: 16, ignore_eos: true, temperature: 1 };
      const idsOf = ({ choices }: { choices: readonly { pronk: { ids: number[] } }[] }) => choices.map(({ pronk: { ids } }) => ids); // prettier-ignore
      const first = await engine.completions.create(request);
      const one = await pronk.createEngine(modelUrl, { store: false, contextLength: 512, sequences: 1 });
      const alone = idsOf(await one.completions.create(request));
      await one.unload();
      const details = [];
      const held = Promise.all(
        [1, 2, 3].map((i) => engine.completions.create({ prompt: `${prompt}${i}`, max_tokens: 4, ignore_eos: true })),
      );
      for (const { usage } of await held)
        details.push(usage!.prompt_tokens - usage!.prompt_tokens_details.cached_tokens);
      return { together: idsOf(first), alone, cached: details };
    });
    expect(together).toEqual(alone);
    expect(new Set(together.map(String)).size).toBe(4);
    for (const computed of cached) expect(computed).toBeLessThan(5);
  });
});
