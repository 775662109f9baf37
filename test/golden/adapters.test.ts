// LoRAs through the built engine, in both browsers: ids of Hugging Face transformers with each adapter merged by peft, by request
// and interleaved in one conversation, and how much of the KV cache was reused.

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunPrompt } from "../../cli/run-request.ts";
import { openRunner, type BrowserRunner } from "../../cli/runner.ts";
import { readReferenceModel } from "../reference/checkpoint.ts";
import { referenceGenerate } from "../reference/forward.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { ggufOfCheckpoint } from "../support/gguf-checkpoint.ts";
import { browserKinds, compilesSlowly } from "../support/harness.ts";
import { folderFiles } from "../support/local-folder.ts";
import { madeSafetensors } from "../support/made-checkpoint.ts";

const fixtures = join(import.meta.dirname, "../fixtures");

interface AdapterCase {
  adapter: string | null;
  promptIds: number[];
  greedyIds: number[];
}

const golden = JSON.parse(readFileSync(join(fixtures, "lora/golden.json"), "utf8")) as {
  requests: AdapterCase[];
  turns: AdapterCase[];
};
const names = golden.requests.map(({ adapter }) => adapter).filter((name) => name !== null);

const promptOf = ({ adapter, promptIds, greedyIds }: AdapterCase, by = adapter): RunPrompt => ({
  prompt: promptIds,
  ...(by !== null && { adapter: by }),
  maxTokens: greedyIds.length,
  ignoreEos: true,
  temperature: 0,
});

/** A PEFT folder with one LoRA on the embedding or the head, and what it adds to that matrix: scale B A, or its transpose. */
function loraOn(module: "embed_tokens" | "lm_head", [rows, cols]: number[]): { folder: string; change: Float64Array } {
  const rank = 2;
  const random = randomNumbers(module.length);
  const numbers = (count: number) => Float32Array.from({ length: count }, () => random() - 0.5);
  const [a, b] = module === "lm_head" ? [numbers(rank * cols), numbers(rows * rank)] : [numbers(rank * rows), numbers(cols * rank)]; // prettier-ignore
  const change = Float64Array.from({ length: rows * cols }, (_, i) => {
    const [row, col] = [Math.floor(i / cols), i % cols];
    const product = (k: number) => (module === "lm_head" ? b[row * rank + k] * a[k * cols + col] : b[col * rank + k] * a[k * rows + row]); // prettier-ignore
    return product(0) + product(1);
  });
  const tensor = (name: string, shape: number[], values: Float32Array) =>
    ({ name: `base_model.model.${name}`, dtype: "F32", shape, bytes: new Uint8Array(values.buffer) }); // prettier-ignore
  const tensors =
    module === "lm_head"
      ? [tensor("lm_head.lora_A.weight", [rank, cols], a), tensor("lm_head.lora_B.weight", [rows, rank], b)]
      : [tensor("model.embed_tokens.lora_embedding_A", [rank, rows], a), tensor("model.embed_tokens.lora_embedding_B", [cols, rank], b)]; // prettier-ignore
  const folder = mkdtempSync(join(tmpdir(), "pronk-tied-"));
  const config = { peft_type: "LORA", task_type: "CAUSAL_LM", r: rank, lora_alpha: rank, target_modules: [module] };
  writeFileSync(join(folder, "adapter_config.json"), JSON.stringify(config));
  writeFileSync(join(folder, "adapter_model.safetensors"), madeSafetensors(tensors));
  return { folder, change };
}

declare const pronk: typeof import("../../src/index.ts"); // a global of the page

interface AtOnce {
  model: string;
  adapters: { name: string; model: string }[];
  cases: AdapterCase[];
  mostTimes: number;
}

interface Asked {
  ids: readonly number[];
  told: readonly (number | null)[];
}

/**
 * In the page: all of them at once, until a step has had rows with adapters of their own (it is made meanwhile), then each
 * alone. `mixed`: products of such steps, of all times and of those alone.
 */
async function askTogether({ model, adapters, cases, mostTimes }: AtOnce) {
  const { setPipeline } = GPUComputePassEncoder.prototype;
  const mixed = { products: 0 };
  GPUComputePassEncoder.prototype.setPipeline = function (pipeline) {
    if (pipeline.label.includes("adapted-apart")) mixed.products++;
    return setPipeline.call(this, pipeline);
  };
  const options = {
    quantize: "none",
    kv: "f32",
    store: false,
    worker: false,
    tokenizer: "optional",
    adapters,
  } as const;
  const engine = await pronk.createEngine(model, options);
  const ask = async ({ adapter, promptIds, greedyIds }: AdapterCase): Promise<Asked> => {
    const { choices, pronk } = await engine.completions.create({
      ...{ prompt: promptIds, max_tokens: greedyIds.length, temperature: 0, ignore_eos: true, logprobs: 2 },
      ...(adapter !== null && { adapter }),
    });
    return { ids: pronk.ids, told: choices[0].logprobs!.token_logprobs };
  };
  const [together, alone] = [[], []] as [Asked[][], Asked[]];
  while (mixed.products === 0 && together.length < mostTimes) together.push(await Promise.all(cases.map(ask)));
  const atOnce = mixed.products;
  for (const one of cases) alone.push(await ask(one));
  await engine.unload();
  GPUComputePassEncoder.prototype.setPipeline = setPipeline;
  return { together, alone, mixed: [atOnce, mixed.products - atOnce] };
}

describe.each(browserKinds)("%s", (kind) => {
  let runner: BrowserRunner;
  beforeAll(async () => {
    runner = await openRunner(kind);
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());
  const optionsOf = (adapters: readonly string[]) => ({
    quantize: "none" as const,
    kv: "f32" as const,
    store: false,
    worker: !compilesSlowly(kind),
    adapters: adapters.map((name) => ({ model: runner.serve(join(fixtures, "lora", name)), name })),
  });

  test.each([[[]], [["fusion", "subgroups", "shader-f16"]]])(
    "eight adapters in turn, without %j: transformers' ids",
    async (without: string[]) => {
      const cases = [...golden.requests, ...golden.turns];
      const { answers, info } = await runner.run({
        model: runner.serve(join(fixtures, "llama-gqa-f16")),
        options: { ...optionsOf(names), without },
        prompts: cases.map((one) => promptOf(one)),
      });
      expect(info.adapters?.map(({ name, base }) => [name, base])).toEqual(
        names.map((name) => [name, "fixtures/llama-gqa-f16"]),
      );
      const found = answers.map(({ ids }, i) => [cases[i].adapter, ids]);
      expect(found).toEqual(cases.map(({ adapter, greedyIds }) => [adapter, greedyIds]));
      // Never more than an answer with the same adapter left behind, whose last id is not computed; and all of that where its
      // sequence is among the last that the cache's eight pages hold: the conversation's way back begins with four such.
      const cached = answers.map(({ usage }) => usage.prompt_tokens_details.cached_tokens);
      const left = cases.map(({ adapter, promptIds }, i) => {
        const shared = cases.slice(0, i).map((before) => {
          const held = [...before.promptIds, ...before.greedyIds.slice(0, -1)];
          const differs = promptIds.findIndex((id, at) => id !== held[at]);
          return before.adapter === adapter ? Math.min(promptIds.length - 1, differs < 0 ? Infinity : differs) : 0;
        });
        return Math.max(0, ...shared);
      });
      for (const [i, count] of cached.entries()) expect(count).toBeLessThanOrEqual(left[i]);
      const back = golden.requests.length + golden.turns.length / 2;
      expect(cached.slice(back, back + 4)).toEqual(left.slice(back, back + 4));
      expect(left.slice(back, back + 4).every((count) => count > 40)).toBe(true);
    },
  );

  test("eight adapters at once, and the model without one: the same ids, and log probabilities to the last bit", async () => {
    const adapters = names.map((name) => ({ name, model: runner.serve(join(fixtures, "lora", name)) }));
    const model = runner.serve(join(fixtures, "llama-gqa-f16"));
    const cases = [...golden.requests, ...golden.requests.slice(0, 3)];
    await runner.page.evaluate(`async () => Object.assign(globalThis, { pronk: await import("/lib/index.js") }) && 1`);
    const { together, alone, mixed } = await runner.page.evaluate(askTogether, {
      model,
      adapters,
      cases,
      mostTimes: 60,
    });
    expect(together.map((answers) => answers.map(({ ids }) => ids))).toEqual(
      together.map(() => cases.map(({ greedyIds }) => greedyIds)),
    );
    expect(together).toEqual(together.map(() => alone));
    expect(alone.every(({ told }) => told.length > 0)).toBe(true);
    expect(mixed[0]).toBeGreaterThan(0);
    expect(mixed[1]).toBe(0);
  });

  // As in peft's loaded model, where the other of the two keeps the matrix that they shared.
  test("of a tied embedding and head an adapter changes only the one it is on", async () => {
    const base = join(fixtures, "llama-tied-f16");
    const { config, weights } = readReferenceModel(base)!;
    const shape = [config.vocabSize, config.dim];
    const changed = (values: Float64Array, by: Float64Array) => values.map((value, i) => value + by[i]);
    const [head, embedding] = [loraOn("lm_head", shape), loraOn("embed_tokens", shape)];
    const { promptIds } = JSON.parse(readFileSync(join(base, "golden.json"), "utf8")).cases[0];
    const idsOf = (changes: Partial<typeof weights>) =>
      referenceGenerate({ ...weights, ...changes }, config, promptIds, 12).ids;
    const ofHead = { head: changed(weights.head, head.change) };
    const ofEmbedding = { embedding: changed(weights.embedding, embedding.change) };
    const expected = [idsOf({}), idsOf(ofHead), idsOf(ofEmbedding)];
    const both = [
      { ...ofHead, embedding: ofHead.head },
      { ...ofEmbedding, head: ofEmbedding.embedding },
    ].map(idsOf);
    expect(new Set([...expected, ...both].map(String)).size).toBe(5);
    const { adapters: _, ...options } = optionsOf([]);
    const { answers } = await runner.run({
      model: runner.serve(base),
      options: {
        ...options,
        adapters: Object.entries({ head, embedding }).map(([name, { folder }]) => ({
          model: runner.serve(folder),
          name,
        })),
      },
      prompts: [null, "head", "embedding"].map((adapter) => promptOf({ adapter, promptIds, greedyIds: expected[0] })),
    });
    expect(answers.map(({ ids }) => ids)).toEqual(expected);
  });

  test("on a GGUF model, from PEFT's folder and from llama.cpp's file: the same ids", async () => {
    const base = join(mkdtempSync(join(tmpdir(), "pronk-adapters-")), "model.gguf");
    writeFileSync(base, ggufOfCheckpoint(folderFiles(join(fixtures, "llama-gqa-f16"))));
    const plain = golden.requests.find(({ adapter }) => adapter === "plain")!;
    const alone = golden.requests.find(({ adapter }) => adapter === null)!;
    const options = optionsOf(["plain", "plain-gguf"]);
    const off = { ...options.adapters[0], name: "off", scale: 0 };
    const { answers } = await runner.run({
      model: runner.serve(base),
      options: { ...options, adapters: [...options.adapters, off] },
      prompts: [promptOf(plain), promptOf(plain, "plain-gguf"), promptOf(alone, "off"), promptOf(plain)],
    });
    expect(answers.map(({ ids }) => ids)).toEqual([plain, plain, alone, plain].map(({ greedyIds }) => greedyIds));
  });
});
