// Golden ids and logits through the built engine, in both browsers: trained models of ../shared/data, the committed random
// checkpoints of Hugging Face transformers, and pronk's own q8 and q4 against the reference on the dequantized weights.

import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseEncoding } from "../../src/quant/choose.ts";
import { quantizeRows } from "../../src/quant/rows.ts";
import type { BrowserKind } from "../../cli/browser/find-browser.ts";
import { openRunner, type BrowserRunner } from "../../cli/runner.ts";
import { readReferenceModel, readSafetensors, referenceModel } from "../reference/checkpoint.ts";
import { referenceGenerate } from "../reference/forward.ts";
import { referenceWeights } from "../reference/named-weights.ts";
import { decodeStored } from "../reference/stored.ts";
import { openWeights } from "../../src/format/open-weights.ts";
import type { TensorInfo } from "../../src/format/tensor.ts";
import { memorySource } from "../support/memory-source.ts";
import { joinedValues } from "../support/meta-checkpoint.ts";
import { ggufOfCheckpoint } from "../support/gguf-checkpoint.ts";
import { browserKinds, severalAtOnce, compilesSlowly } from "../support/harness.ts";
import { metaNpzCheckpoint } from "../support/npz-checkpoint.ts";
import { folderFiles } from "../support/local-folder.ts";
import { shareDevices } from "../support/share-devices.ts";
import { madeSafetensors } from "../support/made-checkpoint.ts";
import { type Files, spoilJson, spoilTensor } from "../support/spoiled.ts";
import { expectGolden, floats, sharedData, sharedDataAbsent, type GoldenCase } from "./golden-case.ts";

const fixtures = join(import.meta.dirname, "../fixtures");
const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));

interface FixtureCase {
  promptIds: number[];
  greedyIds: number[];
  logitsFile: string;
  logitsShape: [number, number];
}

function fixtureCases(folder: string): GoldenCase[] {
  const { cases } = json(join(folder, "golden.json")) as { cases: FixtureCase[] };
  return cases.map(({ promptIds, greedyIds, logitsFile, logitsShape }) => ({
    promptIds,
    greedyIds,
    logits: floats(join(folder, logitsFile)),
    rows: logitsShape[0],
  }));
}

/** Transformers' outputs in ../shared/data: ids with the prompt in front, logits of the first 16 positions. */
function sharedCases(folder: string, file = "golden.json"): GoldenCase[] {
  const { cases } = json(join(folder, file)) as {
    cases: { prompt_ids: number[]; greedy_ids: number[]; logits_file: string }[];
  };
  return cases.map((golden) => ({
    promptIds: golden.prompt_ids,
    greedyIds: golden.greedy_ids.slice(golden.prompt_ids.length),
    logits: floats(join(folder, golden.logits_file)),
    rows: 16,
  }));
}

/** Transformers' outputs on other packers' files: ids without the prompt, and the row that the last of them was chosen from. */
function packerCases(folder: string): GoldenCase[] {
  const { cases } = json(join(folder, "golden.json")) as {
    cases: { prompt_ids: number[]; greedy_ids: number[]; last_logits: number[] }[];
  };
  return cases.map((golden) => ({
    promptIds: golden.prompt_ids,
    greedyIds: golden.greedy_ids,
    lastLogits: Float32Array.from(golden.last_logits),
  }));
}

/** run.c's generations: prompt and answer in one list, a full dump of logits for one of them. */
function storyCases(): GoldenCase[] {
  const folder = join(sharedData, "golden/stories260K");
  return [1, 0, 2, 3, 4, 5].map((i) => {
    const golden = json(join(folder, `gen_${i}.json`)) as { prompt_tokens: number[]; token_ids: number[] };
    const { prompt_tokens: promptIds, token_ids: ids } = golden;
    const dump = join(folder, `gen_${i}.json.logits.f32`);
    const logits = existsSync(dump) ? floats(dump) : undefined;
    return { promptIds, greedyIds: ids.slice(promptIds.length), logits, rows: 256 };
  });
}

/** The reference's own answer over the weights as pronk stores them. */
function quantizedCases(folder: string, quantize: "q8" | "q4"): GoldenCase[] {
  const { config, tensors } = readReferenceModel(folder)!;
  const weights = referenceWeights(config, (name) => {
    const { dtype, shape, bytes } = tensors.get(name)!;
    const [rows, cols] = shape.length === 1 ? [1, shape[0]] : shape;
    const exact = decodeStored(dtype, bytes, rows, cols);
    const encoding = chooseEncoding({ name, dtype, shape, file: "", start: 0, end: 0 }, quantize);
    if (encoding !== "q8" && encoding !== "q4") return exact;
    return decodeStored(encoding, quantizeRows(encoding, Float32Array.from(exact), cols, name), rows, cols);
  });
  return fixtureCases(folder).map(({ promptIds }) => {
    const { ids, logits } = referenceGenerate(weights, config, promptIds, 12);
    return { promptIds, greedyIds: ids, logits: Float32Array.from(logits), rows: promptIds.length + 11 };
  });
}

/** The same for Meta's files, put together by the reference. */
async function metaCases(folder: string, quantize: "q8" | "q4"): Promise<GoldenCase[]> {
  const files = folderFiles(folder);
  const { config, tensors } = await openWeights(memorySource(files));
  const panels = tensors as TensorInfo[];
  const values = joinedValues(config, panels, ({ file, start, end }) => files.get(file)!.slice(start, end));
  const weights = referenceWeights(config, (name) => {
    const { dtype, shape, panel } = panels.find((tensor) => tensor.name === name)!;
    const encoding = chooseEncoding({ name, dtype, shape, file: "", start: 0, end: 0 }, quantize);
    const exact = values.get(name)!;
    if (encoding !== "q8" && encoding !== "q4") return exact;
    const [rows, cols] = panel ? [panel.rows, panel.cols] : shape;
    return decodeStored(encoding, quantizeRows(encoding, Float32Array.from(exact), cols, name), rows, cols);
  });
  return fixtureCases(folder).map(({ promptIds }) => {
    const { ids, logits } = referenceGenerate(weights, config, promptIds, 12);
    return { promptIds, greedyIds: ids, logits: Float32Array.from(logits), rows: promptIds.length + 11 };
  });
}

const tie = (fields: Record<string, unknown>) => ({ ...fields, tie_word_embeddings: true });
const renameEmbedding = (files: Files) =>
  spoilTensor(files, "model.embed_tokens.weight", () => ({ name: "lm_head.weight" }));

/** llama-tied-f16 with the embedding once more as its head, changed. */
function withHead(change: (head: Uint8Array) => void = () => {}): Files {
  const files = folderFiles(join(fixtures, "llama-tied-f16"));
  const tensors = [...readSafetensors(files.get("model.safetensors")!)];
  const [, embedding] = tensors.find(([name]) => name === "model.embed_tokens.weight")!;
  const head = { ...embedding, bytes: embedding.bytes.slice() };
  change(head.bytes);
  const all = [...tensors, ["lm_head.weight", head] as const];
  const made = all.map(([name, tensor]) => ({ ...tensor, name, dtype: tensor.dtype.toUpperCase() }));
  return files.set("model.safetensors", madeSafetensors(made));
}

/** A checkpoint in f32 whose matrices hold what the rows stand for that pronk makes of them. */
function asRounded(folder: string, quantize: "q8" | "q4"): Files {
  const files = folderFiles(folder);
  const tensors = [...readSafetensors(files.get("model.safetensors")!)].map(([name, { dtype, shape, bytes }]) => {
    const [rows, cols] = shape.length === 1 ? [1, shape[0]] : shape;
    const exact = decodeStored(dtype, bytes, rows, cols);
    const inLlama = name.replace("tok_embeddings", "embed_tokens").replace(/^output\./, "lm_head."); // InternLM2's names
    const encoding = chooseEncoding({ name: inLlama, dtype, shape, file: "", start: 0, end: 0 }, quantize);
    const isRounded = encoding === "q8" || encoding === "q4";
    const values = isRounded
      ? decodeStored(encoding, quantizeRows(encoding, Float32Array.from(exact), cols, name), rows, cols)
      : exact;
    return { name, dtype: "F32", shape, bytes: new Uint8Array(Float32Array.from(values).buffer) };
  });
  return files.set("model.safetensors", madeSafetensors(tensors));
}

/** A folder of these files. */
function onDisk(files: ReadonlyMap<string, Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), "pronk-golden-"));
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  return folder;
}

for (const kind of browserKinds) describe(kind, severalAtOnce(kind), () => goldenIn(kind));

function goldenIn(kind: BrowserKind): void {
  let runner: BrowserRunner;
  /** All cases of a published model where steps are quick; one where each step is waited for. */
  const someOf = (cases: GoldenCase[]) => (kind === "firefox" ? cases.slice(0, 1) : cases);
  beforeAll(async () => {
    runner = await openRunner(kind);
    if (compilesSlowly(kind)) await runner.page.evaluate(shareDevices, { masked: false });
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());

  describe.skipIf(sharedDataAbsent)(`trained models ${sharedDataAbsent}`, () => {
    test.each(["f32-sharded", "f16", "f16-tied", "bf16"])(
      "stories260K in %s: ids, logits within 1e-4",
      async (name) => {
        const folder = join(sharedData, `e2e/stories260K-hf-${name}`);
        await expectGolden(runner, runner.serve(folder), someOf(sharedCases(folder)), { limit: 1e-4 });
      },
    );

    const published = sharedDataAbsent ? [] : readdirSync(join(sharedData, "e2e"));
    test.each(published.filter((name) => /^tiny256-(?!gguf)/.test(name)))(
      "%s as published: ids, logits within 1e-3",
      async (name) => {
        const folder = join(sharedData, "e2e", name);
        await expectGolden(runner, runner.serve(folder), someOf(sharedCases(folder)), { limit: 1e-3 });
      },
    );

    test("tiny256 as AutoRound exports it: ids", async () => {
      const folder = join(sharedData, "e2e2/autoround-auto_round-W4A16");
      const golden = someOf(packerCases(folder)).map(({ promptIds, greedyIds }) => ({ promptIds, greedyIds }));
      await expectGolden(runner, runner.serve(folder), golden, { limit: 0 });
    });

    const ofPackers = sharedDataAbsent ? [] : readdirSync(join(sharedData, "e2e2"));
    test.each(ofPackers.filter((name) => /^(ct|hqq|mlx|gguf|quanto|torchao)-/.test(name) && name !== "gguf-Q1_0"))(
      "tiny256, %s: ids, logits within 1e-3",
      async (name) => {
        const folder = join(sharedData, "e2e2", name);
        await expectGolden(runner, runner.serve(folder), someOf(packerCases(folder)), { limit: 1e-3 });
      },
    );

    test("tiny256, mlx-4bit-g64 in weights.npz by Meta's names: ids, logits within 1e-3", async () => {
      const folder = join(sharedData, "e2e2/mlx-4bit-g64");
      const served = runner.serve(onDisk(metaNpzCheckpoint(folderFiles(folder))));
      await expectGolden(runner, served, someOf(packerCases(folder)), { limit: 1e-3 });
    });

    test("tiny256 in torch's pytorch_model.bin: ids, logits within 1e-3", async () => {
      const folder = join(sharedData, "e2e2/torch-bin");
      await expectGolden(runner, runner.serve(folder), someOf(packerCases(folder)), { limit: 1e-3 });
    });

    test.each(["Q2_K", "Q4_0", "Q4_K_M", "Q5_K_M", "Q8_0"])("tiny256 as %s: ids, logits within 1e-3", async (type) => {
      const folder = join(sharedData, "e2e/tiny256-gguf");
      const golden = [type, type.toLowerCase()].find((name) => existsSync(join(folder, `golden_${name}.json`)));
      const cases = someOf(sharedCases(folder, `golden_${golden}.json`));
      await expectGolden(runner, runner.serve(join(folder, `tiny256.${type}.gguf`)), cases, { limit: 1e-3 });
    });

    test("stories260K as llama2.c's .bin: run.c's 256 steps, logits within 1e-4", async () => {
      const folder = join(sharedData, "models/stories260K");
      const tokenizer = { name: "tok512.bin", url: runner.serve(join(folder, "tok512.bin")) };
      await expectGolden(runner, runner.serve(join(folder, "stories260K.bin")), someOf(storyCases()), {
        limit: 1e-4,
        tokenizer,
      });
    });

    test.each([
      ["f16", 2e-3],
      ["q8", 3e-2],
    ] as const)("a KV cache in %s keeps logits within %f", async (kv, limit) => {
      const folder = join(sharedData, "e2e/stories260K-hf-f32-sharded");
      // Teacher-forced: the golden ids are the prompt, so that a flipped tie cannot hide an error or make one.
      const cases = sharedCases(folder).map(({ promptIds, greedyIds, logits }) => ({
        promptIds: [...promptIds, ...greedyIds].slice(0, 16),
        logits,
      }));
      const result = await runner.run({
        model: runner.serve(folder),
        options: { quantize: "none", kv, store: false, worker: !compilesSlowly(kind) },
        prompts: cases.map(({ promptIds }) => ({ prompt: promptIds, maxTokens: 1, temperature: 0, logits: true })),
      });
      expect(result.info.kv).toBe(kv);
      for (const [i, { logits }] of cases.entries()) {
        let difference = 0;
        let size = 0;
        for (let at = 0; at < logits!.length; at++) {
          difference = Math.max(difference, Math.abs(result.logits[i][at] - logits![at]));
          size = Math.max(size, Math.abs(logits![at]));
        }
        expect(difference / size).toBeLessThanOrEqual(limit);
        expect(difference, "such a cache rounds").toBeGreaterThan(0);
      }
    });
  });

  test.each(readdirSync(fixtures).filter((name) => name.startsWith("llama-")))(
    "%s: ids, logits within 1e-4",
    async (name) => {
      const folder = join(fixtures, name);
      const contextLength = name.includes("dynamic") ? 96 : undefined; // its prompts pass the trained 32 positions
      await expectGolden(runner, runner.serve(folder), fixtureCases(folder), { limit: 1e-4, kv: "f32", contextLength });
    },
  );

  test.each(readdirSync(fixtures).filter((name) => name.startsWith("cousin-")))(
    "%s: ids, logits within 1e-4",
    async (name) => {
      const folder = join(fixtures, name);
      const { contextLength } = json(join(folder, "golden.json"));
      await expectGolden(runner, runner.serve(folder), fixtureCases(folder), { limit: 1e-4, kv: "f32", contextLength });
    },
  );

  test("llama-yi as InternLM2's GGUF file: ids, logits within 1e-4", async () => {
    const folder = join(fixtures, "llama-yi");
    const made = ggufOfCheckpoint(folderFiles(folder), "internlm2");
    const file = join(onDisk(new Map([["model.gguf", made]])), "model.gguf");
    await expectGolden(runner, runner.serve(file), fixtureCases(folder), { limit: 1e-4, kv: "f32" });
  });

  const asGguf = readdirSync(fixtures).filter((name) => existsSync(join(fixtures, name, "model.gguf")));
  test.each(asGguf.filter((name) => name.startsWith("cousin-")))(
    "%s as a GGUF file: ids, logits within 1e-4",
    async (name) => {
      const folder = join(fixtures, name);
      const { contextLength } = json(join(folder, "golden.json"));
      const file = runner.serve(join(folder, "model.gguf"));
      await expectGolden(runner, file, fixtureCases(folder), { limit: 1e-4, kv: "f32", contextLength });
    },
  );

  // Each cousin in each of the browsers, by turns in q8 and q4.
  const cousins = readdirSync(fixtures).filter((folder) => folder.startsWith("cousin-"));
  test.each(["q8", "q4"] as const)("cousins in %s answer as the values that its rows stand for", async (quantize) => {
    const turn = browserKinds.indexOf(kind) + (quantize === "q4" ? 1 : 0);
    for (const name of cousins.filter((_, i) => (i + turn) % browserKinds.length === 0)) {
      const folder = join(fixtures, name);
      const { contextLength } = json(join(folder, "golden.json"));
      const [{ promptIds }] = fixtureCases(folder).slice(-1);
      const options = { store: false, worker: !compilesSlowly(kind), kv: "f32", contextLength } as const;
      const prompts = [false, true].map((logits) => {
        return { prompt: promptIds, maxTokens: 12, ignoreEos: true, temperature: 0, logits };
      });
      const rounded = runner.serve(onDisk(asRounded(folder, quantize)));
      const { answers, logits } = await runner.run({
        model: rounded,
        options: { ...options, quantize: "none" },
        prompts,
      });
      const golden = { promptIds, greedyIds: answers[0].ids, logits: logits[0], rows: promptIds.length + 11 };
      await expectGolden(runner, runner.serve(folder), [golden], { limit: 1e-4, quantize, kv: "f32", contextLength });
    }
  });

  test.each(["tied-f16", "sharded-f32"])("torch-%s: ids, logits within 1e-4", async (name) => {
    const folder = runner.serve(join(fixtures, `torch-${name}`));
    await expectGolden(runner, folder, fixtureCases(join(fixtures, `llama-${name}`)), { limit: 1e-4, kv: "f32" });
  });

  test("Meta's files, tensor-parallel: ids, logits within 1e-4; q8 and q4 equal the reference", async () => {
    const folder = join(fixtures, "meta-two-shards");
    await expectGolden(runner, runner.serve(folder), fixtureCases(folder), { limit: 1e-4, kv: "f32" });
    for (const quantize of ["q8", "q4"] as const) {
      const golden = await metaCases(folder, quantize);
      await expectGolden(runner, runner.serve(folder), golden, { limit: 1e-4, quantize, kv: "f32" });
    }
  });

  test("every variant off: ids, logits within 1e-4", async () => {
    const without = ["subgroups", "shader-f16", "dp4a", "fusion", "run-ahead"];
    const folder = join(fixtures, "llama-gqa-f16"); // one model: each kernel's own check covers how others differ
    await expectGolden(runner, runner.serve(folder), fixtureCases(folder), { limit: 1e-4, kv: "f32", without });
  });

  // Transformers 5.24 gives the fixture's own ids for each (a head that differs is used; the only copy serves as both).
  test.each([
    ["llama-gqa-f16", "tied by mistake", (files: Files) => spoilJson(files, "config.json", tie)],
    ["quant-exl2-8bit-head", "tied by mistake", (files: Files) => spoilJson(files, "config.json", tie)],
    ["llama-tied-f16", "with lm_head alone", renameEmbedding],
  ] as const)("%s %s: ids, logits within 1e-4", async (name, _, change) => {
    const files = folderFiles(join(fixtures, name));
    await change(files);
    await expectGolden(runner, runner.serve(onDisk(files)), fixtureCases(join(fixtures, name)), {
      limit: 1e-4,
      kv: "f32",
    });
  });

  test("a head that is the embedding once more: the same ids, and as much memory", async () => {
    const folder = join(fixtures, "llama-tied-f16");
    const copied = onDisk(withHead());
    await expectGolden(runner, runner.serve(copied), fixtureCases(folder), { limit: 1e-4, kv: "f32" });
    const memoryOf = async (model: string) => {
      const prompts = [{ prompt: [1], maxTokens: 1, ignoreEos: true, temperature: 0 }];
      const options = { quantize: "none", store: false, worker: !compilesSlowly(kind) } as const;
      return (await runner.run({ model: runner.serve(model), options, prompts })).info.gpuBytes;
    };
    expect(await memoryOf(copied)).toBe(await memoryOf(folder));
  });

  test("a head of which one row differs, where none looks before the load: the reference's ids", async () => {
    const [, { promptIds, greedyIds }] = fixtureCases(join(fixtures, "llama-tied-f16"));
    const [row] = greedyIds; // 48 halves, whose sign is turned
    const files = withHead((head) => {
      for (let i = 0; i < 48; i++) head[96 * row + 2 * i + 1] ^= 0x80;
    });
    const apart = new Map(files);
    spoilJson(apart, "config.json", (fields) => ({ ...fields, tie_word_embeddings: false }));
    const { weights, config } = referenceModel(apart);
    const { ids, logits } = referenceGenerate(weights, config, promptIds, 12);
    expect(ids[0]).not.toBe(row);
    const golden = { promptIds, greedyIds: ids, logits: Float32Array.from(logits), rows: promptIds.length + 11 };
    await expectGolden(runner, runner.serve(onDisk(files)), [golden], { limit: 1e-4, kv: "f32" });
  });

  test.each([
    "llama-rope-llama3",
    "llama-mistral-window",
    "llama-mistral-nemo",
    "llama-attention-bias",
    "llama-qwen2",
    "llama-qwen3",
  ])("%s as a GGUF file: ids, logits within 1e-4", async (name) => {
    const folder = join(fixtures, name);
    const file = join(onDisk(new Map([["model.gguf", ggufOfCheckpoint(folderFiles(folder))]])), "model.gguf");
    await expectGolden(runner, runner.serve(file), fixtureCases(folder), { limit: 1e-4, kv: "f32" });
  });

  // Each in one of the browsers, since every decode's kernels are tried in both; with PRONK_BROWSERS naming one, all of them.
  const packed = readdirSync(fixtures).filter((name) => name.startsWith("quant-"));
  test.each(packed.filter((_, i) => browserKinds[i % browserKinds.length] === kind))(
    "%s as packed: ids, logits within 1e-4",
    async (name) => {
      const folder = join(fixtures, name);
      await expectGolden(runner, runner.serve(folder), fixtureCases(folder), { limit: 1e-4, kv: "f32" });
    },
  );

  test.each(["q8", "q4"] as const)("%s equals the reference on the dequantized weights", async (quantize) => {
    for (const name of ["llama-gqa-f16", "llama-one-kv-head-bf16", "llama-mha-f32"]) {
      const folder = join(fixtures, name);
      await expectGolden(runner, runner.serve(folder), quantizedCases(folder, quantize), {
        limit: 1e-4,
        quantize,
        kv: "f32",
      });
    }
  });
}
