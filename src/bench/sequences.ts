// Several answers at once against the same ones one after the other, over prompts that have nothing in common.

import { greedy } from "../generate/request.ts";
import type { BuiltModel } from "./engine-hooks.ts";
import { randomIds } from "./random-ids.ts";
import type { SequenceTimes } from "./report.ts";
import { median } from "./statistics.ts";

export const tokensEach = 32;
const rounds = 3;

/** `count` answers of 32 tokens to prompts of that many; undefined where ids differ. The medians of three rounds, in turns. */
export async function timeSequences(
  { model, generator }: BuiltModel,
  count: number,
  prompt: number,
): Promise<SequenceTimes | undefined> {
  const all = randomIds(count * prompt, model.config.vocabSize);
  const prompts = Array.from({ length: count }, (_, i) => all.slice(i * prompt, (i + 1) * prompt));
  const answer = async (promptIds: number[]) => {
    const ids: number[] = [];
    for await (const id of generator.generate({ promptIds, maxTokens: tokensEach, sampling: greedy, stopIds: [] }))
      ids.push(id);
    return ids;
  };
  const timed = async (run: () => Promise<number[][]>) => {
    generator.reset();
    const started = performance.now();
    const ids = await run();
    return { ids: ids.join(), ms: performance.now() - started };
  };
  const together = () => timed(() => Promise.all(prompts.map(answer)));
  const apart = () =>
    timed(async () => {
      const ids = [];
      for (const one of prompts) ids.push(await answer(one));
      return ids;
    });
  const first = await together(); // its steps are compiled meanwhile
  const times: { together: number; apart: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const [one, other] = [await together(), await apart()];
    if (one.ids !== other.ids || one.ids !== first.ids) return undefined;
    times.push({ together: one.ms, apart: other.ms });
  }
  const [togetherMs, apartMs] = [median(times.map((one) => one.together)), median(times.map((one) => one.apart))];
  return { count, tokens: tokensEach, together: togetherMs, apart: apartMs, ratio: togetherMs / apartMs };
}
