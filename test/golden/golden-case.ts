// Golden cases of a folder as one order for the engine: prompts with greedy ids and, for some positions, logits.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { RunPrompt } from "../../cli/run-request.ts";
import type { BrowserRunner } from "../../cli/runner.ts";
import { doWithout, compilesSlowly } from "../support/harness.ts";
import { relativeError } from "../reference/relative-error.ts";

export const sharedData = join(import.meta.dirname, "../../../shared/data");
export const sharedDataAbsent = existsSync(sharedData)
  ? ""
  : "../shared/data is absent: its golden models are not checked";

export interface GoldenCase {
  promptIds: number[];
  /** Generated ids only. */
  greedyIds: number[];
  /** Rows from position 0 on, as many as there are. */
  logits?: Float32Array;
  /** How many rows that is. */
  rows?: number;
  /** The row that the last of the ids was chosen from. */
  lastLogits?: Float32Array;
}

export function floats(path: string): Float32Array {
  return new Float32Array(new Uint8Array(readFileSync(path)).buffer);
}

/** Greedy prompts for all cases; `logits` asks for rows and generates no further than the golden rows go. */
function greedyPrompts(cases: readonly GoldenCase[], logits: boolean): RunPrompt[] {
  return cases.map(({ promptIds, greedyIds, rows = 0 }) => ({
    prompt: promptIds,
    maxTokens: logits ? Math.max(1, Math.min(greedyIds.length, rows - promptIds.length + 1)) : greedyIds.length,
    ignoreEos: true,
    temperature: 0,
    logits,
  }));
}

/** Runs all cases twice, with and without the logits' debug path, and checks ids and logits against the golden ones. */
export async function expectGolden(
  runner: BrowserRunner,
  model: string,
  cases: readonly GoldenCase[],
  {
    limit,
    quantize = "none",
    ...options
  }: {
    limit: number;
    quantize?: "none" | "q8" | "q4";
    kv?: "f16" | "f32" | "q8";
    contextLength?: number;
    without?: readonly string[];
    tokenizer?: { name: string; url: string };
  },
): Promise<void> {
  const { tokenizer, ...rest } = options;
  const wantsLogits = cases.filter(({ logits }) => logits);
  const wantsLast = cases.filter(({ lastLogits }) => lastLogits);
  const toTheLast = wantsLast.map(({ promptIds, greedyIds }): RunPrompt => {
    const prompt = [...promptIds, ...greedyIds.slice(0, -1)];
    return { prompt, maxTokens: 1, ignoreEos: true, temperature: 0, logits: true };
  });
  const { answers, logits } = await runner.run({
    model,
    tokenizer,
    options: { quantize, store: false, worker: !compilesSlowly(runner.page.kind), without: doWithout, ...rest },
    prompts: [...greedyPrompts(cases, false), ...greedyPrompts(wantsLogits, true), ...toTheLast],
  });
  for (const [i, golden] of [...cases, ...wantsLogits].entries())
    expect(answers[i].ids, `case ${i}`).toEqual(
      golden.greedyIds.slice(0, i < cases.length ? undefined : answers[i].ids.length),
    );
  for (const [i, { logits: wanted }] of wantsLogits.entries()) {
    const length = Math.min(logits[i].length, wanted!.length);
    expect(length).toBeGreaterThan(0);
    expect(
      relativeError(logits[i].subarray(0, length), wanted!.subarray(0, length)),
      `logits of case ${i}`,
    ).toBeLessThanOrEqual(limit);
  }
  for (const [i, { lastLogits }] of wantsLast.entries()) {
    const row = logits[wantsLogits.length + i].slice(-lastLogits!.length);
    expect(relativeError(row, lastLogits!), `last logits of case ${i}`).toBeLessThanOrEqual(limit);
  }
}
