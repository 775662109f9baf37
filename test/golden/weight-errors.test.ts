// weightErrors in both browsers: what the GPU holds of published formats is, matrix by matrix, what the reference decodes from the
// same bytes, with inputs out of order and with rows in another order; and pronk's own q4 is as far off as it told while rounding.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import type { WeightErrors } from "../../src/eval/index.ts";
import { loadModel } from "../support/load-model.ts";
import { CollectingSink } from "../support/collecting-sink.ts";
import { ggufOfCheckpoint } from "../support/gguf-checkpoint.ts";
import { browserKinds } from "../support/harness.ts";
import { madeSafetensors } from "../support/made-checkpoint.ts";
import { memorySource } from "../support/memory-source.ts";
import { type PackedMatrix, referenceWeightsOf } from "../support/packed-matrix.ts";
import { configJson, entries, type Files, isLinear, json, plainFiles, tokenizer } from "../support/published.ts";
import { exl2, gptq, mlx } from "../support/random-packed.ts";

// What runs in the page finds these as globals.
declare const pronk: typeof import("../../src/index.ts") & typeof import("../../src/eval/index.ts");

type Pack = (rows: number, cols: number) => PackedMatrix;

const folderOf = (tensors: Parameters<typeof madeSafetensors>[0], declared = {}): Files =>
  new Map([
    ["config.json", json({ ...configJson, ...declared })],
    ...tokenizer,
    ["model.safetensors", madeSafetensors(tensors)],
  ]);

/** The same model with its linear layers packed, and with what the reference decodes from them. */
function bothOf(pack: Pack, declared: Record<string, unknown>): { packed: Files; decoded: Files } {
  const made = new Map<string, PackedMatrix>();
  const packed = entries((name, rows, cols) => {
    if (!isLinear(name)) return undefined;
    const matrix = pack(rows, cols);
    made.set(name, matrix);
    return matrix;
  });
  const decoded = entries(() => undefined).map((entry) => {
    const found = made.get(entry.name) && referenceWeightsOf(made.get(entry.name)!);
    if (!found) return entry;
    const { rows, cols, weights, rounded } = found;
    const bytes = new Uint8Array(Float32Array.from(weights.subarray(0, rows * cols), rounded).buffer);
    return { name: entry.name, dtype: "F32", shape: [rows, cols], bytes };
  });
  return { packed: folderOf(packed, declared), decoded: folderOf(decoded) };
}

const groups = { group_size: 64, bits: 4, mode: "affine" };
const formats: Record<string, () => { packed: Files; decoded: Files }> = {
  "GPTQ with inputs out of order": () =>
    bothOf((rows, cols) => gptq(4, [rows, cols], 128, { shuffled: true })(), {
      quantization_config: { quant_method: "gptq", bits: 4, group_size: 128, desc_act: true, sym: false },
    }),
  EXL2: () => bothOf((rows) => exl2(rows, [[5, 128], [4, 128]])(), {}), // prettier-ignore
  MLX: () => bothOf((rows, cols) => mlx(4, [rows, cols], 64)(), { quantization: groups, quantization_config: groups }),
};

const folder = mkdtempSync(join(tmpdir(), "pronk-weight-errors-"));
afterAll(() => rmSync(folder, { recursive: true }));
const written = (name: string, files: Files) => {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  for (const [path, bytes] of files) writeFileSync(join(place, path), bytes);
  return place;
};

interface Order {
  model: string;
  reference: string;
  quantize?: "q4";
}

async function inPage({ model, reference, quantize = "none" as never }: Order): Promise<WeightErrors> {
  const options = { worker: false, store: false, contextLength: 64 } as const;
  const [one, other] = [
    await pronk.createEngine(model, { ...options, quantize }),
    await pronk.createEngine(reference, { ...options, quantize: "none" }),
  ];
  const found = await pronk.weightErrors(one, other);
  await one.unload();
  await other.unload();
  return found;
}

describe.each(browserKinds)("%s", (kind) => {
  let runner: BrowserRunner;
  const errorsOf = (order: Order) => runner.page.evaluate(inPage, order);
  const plain = written("plain", new Map([...plainFiles, ...tokenizer]));
  beforeAll(async () => {
    runner = await openRunner(kind);
    await runner.page.evaluate(`async () => {
      globalThis.pronk = { ...(await import("/lib/index.js")), ...(await import("/lib/eval.js")) };
    }`);
  });
  afterAll(() => runner?.[Symbol.asyncDispose]());

  // In Chromium, which compiles slowly, one: the shaders are the same.
  test.each(Object.keys(formats).slice(0, kind === "chromium" ? 1 : undefined))(
    "%s is what the reference decodes, and not another model's",
    async (name) => {
      const { packed, decoded } = formats[name]();
      const model = runner.serve(written(`${name} packed`, packed));
      const same = await errorsOf({ model, reference: runner.serve(written(`${name} decoded`, decoded)) });
      expect(Object.keys(same.matrixErrors)).toHaveLength(7 + 2);
      for (const [matrix, error] of Object.entries(same.matrixErrors)) expect(error, matrix).toBeLessThan(1e-6);
      const other = await errorsOf({ model, reference: runner.serve(plain) });
      for (const [matrix, error] of Object.entries(other.matrixErrors))
        if (isLinear(matrix)) expect(error, matrix).toBeGreaterThan(0.1);
        else expect(error, matrix).toBe(0);
      expect(other.relativeRmsError).toBeGreaterThan(0.01);
    },
  );

  test("a GGUF's rows of q and k are those of the folder that it was made from", async () => {
    const files: Files = new Map([["plain.gguf", ggufOfCheckpoint(plainFiles)], ...tokenizer]);
    const model = `${runner.serve(written("gguf", files))}plain.gguf`;
    const { matrixErrors } = await errorsOf({ model, reference: runner.serve(plain) });
    expect(new Set(Object.values(matrixErrors))).toEqual(new Set([0]));
    expect(Object.keys(matrixErrors)).toContain("model.layers.0.self_attn.q_proj.weight");
  });

  test("q4 is as far off as it told while rounding", async () => {
    const reference = memorySource(plainFiles);
    const { quantization } = await loadModel({ reference, quantize: "q4", sink: new CollectingSink() });
    const url = runner.serve(plain);
    const found = await errorsOf({ model: url, reference: url, quantize: "q4" });
    for (const [matrix, error] of Object.entries(quantization!.matrixErrors))
      expect(found.matrixErrors[matrix], matrix).toBeCloseTo(error, 6);
    expect(found.relativeRmsError).toBeCloseTo(quantization!.relativeRmsError, 6);
  });
});
