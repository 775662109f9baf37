// Several answers, at once or arriving one token apart, against the same ones one after the other, over prompts that have
// nothing in common.

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
  const answer = async (promptIds: number[], onToken?: () => void) => {
    const ids: number[] = [];
    for await (const id of generator.generate({ promptIds, maxTokens: tokensEach, sampling: greedy, stopIds: [] })) {
      ids.push(id);
      onToken?.();
    }
    return ids;
  };
  const timed = async (run: () => Promise<number[][]>) => {
    generator.reset();
    const started = performance.now();
    const ids = await run();
    return { ids: ids.join(), ms: performance.now() - started };
  };
  const together = () => timed(() => Promise.all(prompts.map((one) => answer(one))));
  /** Whenever the first has a token more, another arrives. */
  const arriving = () =>
    timed(async () => {
      const [first, ...others] = prompts;
      const begun: Promise<number[]>[] = [];
      const next = () => {
        const one = others.shift();
        if (one) begun.push(answer(one));
      };
      return [await answer(first, next), ...(await Promise.all(begun))];
    });
  const apart = () =>
    timed(async () => {
      const ids = [];
      for (const one of prompts) ids.push(await answer(one));
      return ids;
    });
  const first = await together(); // its steps are compiled meanwhile
  const times: Record<"together" | "arriving" | "apart", number[]> = { together: [], arriving: [], apart: [] };
  for (let round = 0; round < rounds; round++)
    for (const [way, run] of Object.entries({ together, arriving, apart })) {
      const { ids, ms } = await run();
      if (ids !== first.ids) return undefined;
      times[way as keyof typeof times].push(ms);
    }
  const [togetherMs, arrivingMs, apartMs] = [times.together, times.arriving, times.apart].map(median);
  return {
    count,
    tokens: tokensEach,
    together: togetherMs,
    arriving: arrivingMs,
    apart: apartMs,
    ratio: togetherMs / apartMs,
    arrivingRatio: arrivingMs / apartMs,
  };
}
