// Which ids are drafted, when none are, and that an answer is the same with them; test/kernels/generate.check.ts checks that on
// a GPU.

import { describe, expect, test } from "vitest";
import { Drafts, lookUp } from "../../../src/generate/drafts.ts";
import { generatorOver } from "../../../src/generate/generator.ts";
import type { Machines } from "../../../src/generate/machine.ts";
import { greedy } from "../../../src/generate/request.ts";
import { fakeMachine, type FakeMachine } from "../../support/fake-machine.ts";

test.each([
  ["what followed the last three ids", [1, 2, 3, 4, 5, 6, 9, 1, 2, 3], 3, [4, 5, 6]],
  ["where they stood last", [1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 3], 1, [5]],
  ["two ids where three never stood so", [7, 2, 3, 4, 8, 2, 3], 2, [4, 8]],
  ["a repetition that goes on with itself", [5, 6, 5, 6, 5, 6], 5, [5, 6, 5, 6, 5]],
  ["nothing for a single id in common", [1, 2, 3, 4, 3], 3, []],
  ["nothing behind few ids", [1], 3, []],
])("%s", (_, ids, count, draft) => {
  expect(lookUp(ids, count)).toEqual(draft);
});

test("a draft is as long as a plan of it and the room for it", () => {
  const drafts = new Drafts();
  const ids = [1, 2, 3, 1, 2, 3];
  expect([20, 7, 6, 3, 2, 0].map((room) => drafts.next(ids, room).length)).toEqual([7, 7, 3, 3, 0, 0]);
});

test("text whose drafts are wrong is left alone, longer each time, until one is right", () => {
  const drafts = new Drafts();
  const ids = [1, 2, 3, 1, 2, 3];
  const pauseAfter = (right: number) => {
    drafts.learn(right);
    let pause = 0;
    while (drafts.next(ids, 7).length === 0) pause++;
    return pause;
  };
  expect([0, 0, 0, 2, 0].map(pauseAfter)).toEqual([2, 4, 8, 0, 2]);
});

describe("an answer of two words, whose drafts are right and wrong, is the same with drafts and without", () => {
  const promptIds = Array.from({ length: 21 }, (_, i) => i % 2);

  /** An abandoned answer, another after it, and one that turns back. */
  async function dialog(drafts: "auto" | false, ...all: FakeMachine[]) {
    let at = 0;
    all.slice(0, -1).forEach(({ lost }) => lost.catch(() => at++));
    const machines: Machines = { current: async () => all[at], proved: () => {}, dispose: () => {} };
    const generator = generatorOver(machines, all[0], { drafts });
    const sampling = { ...greedy, temperature: 1, seed: 5, repetitionPenalty: 1.3 };
    const told: unknown[] = [];
    const ask = async (ids: number[], leaveAt = Infinity) => {
      const generation = generator.generate({ promptIds: ids, maxTokens: 40, sampling, stopIds: [] });
      const answer: number[] = [];
      for await (const id of generation) if (answer.push(id) === leaveAt) break;
      told.push(answer, leaveAt < Infinity || generation.stopReason);
      return answer;
    };
    const first = await ask(promptIds, 17);
    await ask([...promptIds, ...first, 1, 0]);
    await ask([...promptIds.slice(0, 11), 1, 1, 1]);
    return told;
  }

  test.each([Infinity, 64, 48])("with memory for %s positions", async (memory) => {
    const machine = fakeMachine({ words: 2, memory });
    const lengths: number[] = [];
    const { verify } = machine.alone;
    machine.alone.verify = async (...given) => {
      const sampled = await verify(...given);
      lengths.push(sampled.length);
      return sampled;
    };
    expect(await dialog("auto", machine)).toEqual(await dialog(false, fakeMachine({ words: 2, memory })));
    expect(new Set(lengths).size).toBeGreaterThan(2);
  });

  test("wherever the GPU is lost", async () => {
    const wanted = await dialog(false, fakeMachine({ words: 2 }));
    for (let loseAt = 1; loseAt < 150; loseAt += 3) {
      const machines = [fakeMachine({ words: 2, loseAt }), fakeMachine({ words: 2 })];
      expect(await dialog("auto", ...machines), `at ${loseAt}`).toEqual(wanted);
    }
  });
});
