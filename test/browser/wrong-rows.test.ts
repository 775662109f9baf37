// A repack that a driver gets wrong, by a shader that makes other rows or by a command that it leaves out: a first load finds it
// in the rows that it reads back, in every way that rows are made (of which Chromium, which compiles slowly, has two: the others'
// repacks are in test/kernels/rows.check.ts). All other checks pass.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BrowserRunner } from "../../cli/runner.ts";
import { byteModelFiles } from "../support/byte-model.ts";
import { type FrailGpu, openFrailGpu } from "../support/frail-gpu.ts";
import { browserKinds, compilesSlowly } from "../support/harness.ts";
import { published } from "../support/published.ts";
import { shareDevices } from "../support/share-devices.ts";

type Pronk = typeof import("../../src/index.ts");

const ggufName = "llama-2-7b-chat-hf.Q4_K_M.gguf";
const gguf = published["Llama-2-7b-chat-hf-GGUF"]().get(ggufName)!;
const models: [name: string, repack: keyof typeof spoils, files: Map<string, Uint8Array>, options: object][] = [
  ["f32, as stored", "copy_rows", byteModelFiles(), { quantize: "none" }],
  ["q4 made on the way", "repack_rows", byteModelFiles(), { quantize: "q4" }],
  ["GGUF", "repack_blocks", new Map([[ggufName, gguf]]), {}],
  ["AWQ", "repack_columns", published["Llama-2-7b-chat-hf-4bit-AWQ"](), {}],
];

/** What a wrong compiler could make of each repack. */
const spoils = {
  copy_rows: ["stored[row * piece.row_units", "stored[(row ^ 1u) * piece.row_units"],
  repack_rows: ["repacked[to + word] = stored[", "repacked[to + word] = 1u ^ stored["],
  repack_blocks: ["& 15u; }", "& 7u; }"],
  repack_columns: ["(4u * place)) & 15u", "(4u * place)) & 7u"],
} as const;

interface Faults {
  /** The shader of this label is compiled from other text. */
  shader?: { label: string; from: string; to: string };
  /** Dispatches of repacks, and which of them is left out; the first is 1. */
  dispatches: number;
  skipped?: number;
}

// What runs in the page finds these as globals.
declare const pronk: Pronk;
declare const answer: FrailGpu["answer"];
declare const faults: Faults;

function breakRepacks(): void {
  const state: Faults = { dispatches: 0 };
  Object.assign(globalThis, { faults: state });
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...given) {
    const device = await requestDevice.apply(this, given);
    const make = device.createShaderModule.bind(device);
    device.createShaderModule = ({ label, code }) => {
      const { shader } = state;
      return make({ label, code: label === shader?.label ? code.replaceAll(shader!.from, shader!.to) : code });
    };
    return device;
  };
  const labels = new WeakMap<GPUComputePassEncoder, string>();
  const { setPipeline, dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  GPUComputePassEncoder.prototype.setPipeline = function (pipeline) {
    labels.set(this, pipeline.label);
    setPipeline.call(this, pipeline);
  };
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...groups) {
    if (/^(copy|repack)_/.test(labels.get(this)!) && ++state.dispatches === state.skipped) return;
    dispatchWorkgroups.apply(this, groups);
  };
}

async function loadWith([url, options, change]: [string, object, Partial<Faults>]) {
  Object.assign(faults, { dispatches: 0, shader: undefined, skipped: undefined, ...change });
  try {
    const engine = await pronk.createEngine(url, { worker: false, store: false, ...options });
    const { ids } = await answer(engine, { prompt: "hi", max_tokens: 4, temperature: 0, ignore_eos: true });
    const warnings = engine.info.warnings.map(({ code, facts }) => ({ code, field: facts.field }));
    await engine.unload();
    return { ids, warnings, dispatches: faults.dispatches };
  } catch (error) {
    const { code, facts } = error as { code?: string; facts?: Record<string, unknown> };
    return { code, arrived: facts?.arrived, field: facts?.field, told: `${error as Error}` };
  } finally {
    Object.assign(faults, { shader: undefined, skipped: undefined });
  }
}

const aRow = expect.stringMatching(/, row \d+$/);

describe.each(browserKinds)("%s", (kind) => {
  const parent = mkdtempSync(join(tmpdir(), "pronk-wrong-rows-"));
  let runner: BrowserRunner;
  beforeAll(async () => {
    for (const [name, , files] of models) {
      mkdirSync(join(parent, name));
      for (const [path, bytes] of files) writeFileSync(join(parent, name, path), bytes);
    }
    runner = await openFrailGpu(kind, join(parent, models[0][0]));
    await runner.page.evaluate(shareDevices, { masked: false });
    await runner.page.evaluate(breakRepacks);
  });
  afterEach(() => runner.page.evaluate(() => void Object.assign(faults, { shader: undefined, skipped: undefined })));
  afterAll(async () => {
    await runner?.[Symbol.asyncDispose]();
    rmSync(parent, { recursive: true });
  });

  test.each(compilesSlowly(kind) ? models.slice(0, 2) : models)("%s", async (name, repack, files, options) => {
    const folder = runner.serve(join(parent, name));
    const url = files.has(ggufName) ? `${folder}${folder.endsWith("/") ? "" : "/"}${ggufName}` : folder;
    const load = (change: Partial<Faults> = {}) => runner.page.evaluate(loadWith, [url, options, change]);
    const { ids, warnings, dispatches } = await load();
    expect({ ids, warnings }).toEqual({ ids: expect.stringMatching(/^\d+(,\d+)*$/), warnings: [] });
    const [from, to] = spoils[repack];
    expect(await load({ shader: { label: repack, from, to } })).toMatchObject({ code: "driver-fault", arrived: false, field: aRow }); // prettier-ignore
    for (const skipped of [1, dispatches!]) {
      const once = await load({ skipped });
      expect(once, `dispatch ${skipped} left out`).toMatchObject({ ids, warnings: [{ code: "uploaded-again", field: aRow }] }); // prettier-ignore
    }
  });
});
