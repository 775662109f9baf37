// A browser without WebGPU, one without an adapter, and an adapter too small for what is asked: reported as such, in the
// worker and on the page, before a weight is fetched, and with nothing left in the store.

import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";

declare const pronk: typeof import("../../src/index.ts");
declare const modelUrl: string;

const { parent, folder } = writeByteModel({ contextLength: 2 ** 21 });
afterAll(() => rmSync(parent, { recursive: true }));

interface Failure {
  isPronkError: boolean;
  code: string;
  message: string;
  facts: Record<string, unknown>;
}

/** createEngine's failures in the worker and on the page, and how many rows the database then has. */
async function failures(runner: BrowserRunner, options: object): Promise<{ told: Failure[]; rows: number }> {
  return runner.page.evaluate(async (given: object) => {
    const told = [];
    for (const worker of [true, false]) {
      const error = await pronk.createEngine(modelUrl, { ...given, worker }).then(
        () => new Error("it loaded"),
        (reason: unknown) => reason as Error,
      );
      const { code, message, facts } = error as InstanceType<typeof pronk.PronkError>;
      told.push({ isPronkError: error instanceof pronk.PronkError, code, message, facts });
    }
    const rows = await new Promise<number>((resolve, reject) => {
      const opening = indexedDB.open("pronk");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        const names = [...database.objectStoreNames];
        if (names.length === 0) return resolve(0); // never made
        const counts = names.map((name) => database.transaction(name).objectStore(name).count());
        counts.at(-1)!.transaction!.oncomplete = () => resolve(counts.reduce((sum, { result }) => sum + result, 0));
      };
    });
    return { told, rows };
  }, options);
}

async function open(kind: (typeof browserKinds)[number], adapter: "none" | "software"): Promise<BrowserRunner> {
  const runner = await openRunner(kind, { adapter });
  // As text: the test runner would rewrite the import.
  const setUp = `async (modelUrl) => Object.assign(globalThis, { modelUrl, pronk: await import("/lib/index.js") }) && 1`;
  await runner.page.evaluate(setUp, runner.serve(folder));
  return runner;
}

const weights = (runner: BrowserRunner) => runner.server.requests.filter(({ path }) => path.endsWith(".safetensors"));

describe.each(browserKinds)("%s", (kind) => {
  let runner: BrowserRunner;
  afterAll(() => runner?.[Symbol.asyncDispose]());

  test("without WebGPU or an adapter: which, and what to do", async () => {
    await using without = await open(kind, "none");
    const { told, rows } = await failures(without, {});
    for (const failure of told) {
      expect(failure).toMatchObject({ isPronkError: true, code: expect.stringMatching(/^(webgpu|adapter)-missing$/) });
      expect(failure.message).toMatch(
        /no WebGPU\. Use a current Chrome|gives no adapter: .*(Update the driver|hardware acceleration)/,
      );
      expect(failure.facts).toHaveProperty("expected");
    }
    expect(rows).toBe(0);
    expect(weights(without)).toEqual([]);
    const check = await without.page.evaluate(async () => (await pronk.checkAdapter()) as { supported: boolean });
    expect(check).toMatchObject({ supported: false, reason: expect.stringMatching(/WebGPU/) });
  });

  test("a context too long for the adapter's bindings: out-of-memory, with the context that fits", async () => {
    runner = await open(kind, "software");
    // More than the model was made for is a different error.
    const beyond = await failures(runner, { contextLength: 2 ** 21 + 1 });
    for (const failure of beyond.told) {
      expect(failure).toMatchObject({ isPronkError: true, code: "bad-request", facts: { field: "contextLength" } });
      expect(failure.message).toContain("at most 2097152");
    }
    // Default limits bind 128 MiB; a million positions of two heads of 16 in f32 take as much for keys alone.
    const { told, rows } = await failures(runner, { without: ["limits"], kv: "f32", contextLength: 1_048_577 });
    for (const failure of told) {
      expect(failure).toMatchObject({ isPronkError: true, code: "out-of-memory", facts: { field: "contextLength" } });
      expect(failure.facts).toMatchObject({ limitBytes: 128 * 2 ** 20 });
      expect(failure.message).toMatch(/Choose contextLength 1048576 or less/);
    }
    expect(rows).toBe(0);
  });

  test("and with less, the same page answers", async () => {
    const seen = await runner.page.evaluate(async () => {
      const engine = await pronk.createEngine(modelUrl, { without: ["limits"], kv: "f32", contextLength: 4096 });
      const answer = await engine.completions.create({ prompt: "a", max_tokens: 2, ignore_eos: true });
      await engine.unload();
      return answer.pronk.ids.length;
    });
    expect(seen).toBe(2);
  });
});
