// Which ids are drafted, when none are, and that an answer is the same with them; test/kernels/generate.check.ts checks that on
// a GPU.

import { describe, expect, test, vi } from "vitest";
import { beginLookup, lookUp } from "../../../src/generate/lookup-drafts.ts";
import type { BeginDrafts } from "../../../src/generate/draft-source.ts";
import { generatorOver } from "../../../src/generate/generator.ts";
import type { Machines } from "../../../src/generate/machine.ts";
import { modelDrafts } from "../../../src/generate/model-drafts.ts";
import { greedy, type Generator } from "../../../src/generate/request.ts";
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

const begun = () => beginLookup({ promptIds: [1, 2, 3, 1], maxTokens: 40, sampling: greedy, stopIds: [] });
const answer = [2, 3];

test("a draft is as long as a plan of it and the room for it", async () => {
  const lengths = [20, 7, 6, 3, 2, 0].map(async (room) => (await begun().next(answer, room, 2)).length);
  expect(await Promise.all(lengths)).toEqual([7, 7, 3, 3, 0, 0]);
});

test("where nothing is found, as many steps as run ahead come first", async () => {
  const drafts = begun();
  expect(await drafts.next([9], 7, 4)).toEqual([]);
  expect(drafts.restsUntil).toBe(5 + 4);
});

test("text whose drafts are wrong is left alone, longer each time, until one is right", async () => {
  const drafts = begun();
  await drafts.next(answer, 7, 2);
  const restAfter = (right: number) => {
    const before = 6 + 1; // the id that was chosen in its place
    drafts.learn(right, 1);
    return Math.max(0, drafts.restsUntil - before);
  };
  expect([0, 0, 0].map(restAfter)).toEqual([2, 4, 8]);
  drafts.learn(2, 1);
  expect(restAfter(0)).toBe(2);
});

describe("an answer of two words, whose drafts are right and wrong, is the same with drafts and without", () => {
  const promptIds = Array.from({ length: 21 }, (_, i) => i % 2);

  /** An abandoned answer, another after it, and one that turns back. */
  async function dialog(drafts: BeginDrafts | undefined, ...all: FakeMachine[]) {
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
    expect(await dialog(beginLookup, machine)).toEqual(await dialog(undefined, fakeMachine({ words: 2, memory })));
    expect(new Set(lengths).size).toBeGreaterThan(2);
  });

  test("wherever the GPU is lost", async () => {
    const wanted = await dialog(undefined, fakeMachine({ words: 2 }));
    for (let loseAt = 1; loseAt < 150; loseAt += 3) {
      const machines = [fakeMachine({ words: 2, loseAt }), fakeMachine({ words: 2 })];
      expect(await dialog(beginLookup, ...machines), `at ${loseAt}`).toEqual(wanted);
    }
  });
});

describe("a smaller model drafts", () => {
  const promptIds = [3, 1, 4, 1, 5];

  const over = (machines: FakeMachine[], drafts?: BeginDrafts) => {
    let at = 0;
    machines.slice(0, -1).forEach(({ lost }) => lost.catch(() => at++));
    const all: Machines = { current: async () => machines[at], proved: () => {}, dispose: () => {} };
    return generatorOver(all, machines[0], { drafts, runAhead: 1 });
  };

  /** What is told of two answers, the second of which goes on from the first. */
  async function dialog(generator: Generator) {
    const sampling = { ...greedy, temperature: 1, seed: 5, repetitionPenalty: 1.3 };
    const told: number[][] = [];
    for (const more of [[], [7, 8]]) {
      const ids = [...promptIds, ...(told[0] ?? []), ...more];
      const answer: number[] = [];
      for await (const id of generator.generate({ promptIds: ids, maxTokens: 40, sampling, stopIds: [] }))
        answer.push(id);
      told.push(answer);
    }
    return told;
  }

  test("and answers are the same, wherever either of them loses its GPU", async () => {
    const wanted = await dialog(over([fakeMachine({ words: 2 })]));
    const lengths = new Set<number>();
    for (let loseAt = 1; loseAt < 120; loseAt += 7)
      for (const ofDrafts of [false, true]) {
        const [lost, other] = [
          () => [fakeMachine({ words: 2, loseAt }), fakeMachine({ words: 2 })],
          () => [fakeMachine({ words: 2 })],
        ];
        const main = ofDrafts ? other() : lost();
        for (const { alone } of main) {
          const { verify } = alone;
          alone.verify = async (...given) => {
            const sampled = await verify(...given);
            lengths.add(sampled.length);
            return sampled;
          };
        }
        const drafting = over(ofDrafts ? lost() : other());
        expect(await dialog(over(main, modelDrafts(drafting))), `at ${loseAt}`).toEqual(wanted);
      }
    expect(lengths.size).toBeGreaterThan(1);
  });

  test("and an answer goes on without one that fails, that lacks an id, or whose context is shorter", async () => {
    const wanted = await dialog(over([fakeMachine()]));
    const failing = over([fakeMachine()]);
    failing.generate = () => {
      throw new Error("out of memory");
    };
    const few = { ...over([fakeMachine()]), vocabSize: 4 };
    for (const model of [failing, few, over([fakeMachine({ context: 24 })])])
      expect(await dialog(over([fakeMachine()], modelDrafts(model)))).toEqual(wanted);
  });

  test("as far as pays, by how many were right and what each took", async () => {
    const now = vi.spyOn(performance, "now");
    let clock = 0;
    now.mockImplementation(() => clock);
    const draftMs = 1;
    const model = { ...over([fakeMachine()]), contextLength: 1000 };
    model.generate = ({ maxTokens }) => {
      clock += draftMs * maxTokens;
      return Object.assign((async function* () { yield* Array.from({ length: maxTokens }, () => 1); })(), { stopReason: undefined, stats: {} as never }); // prettier-ignore
    };
    const sizes = async (share: (size: number) => number) => {
      const drafts = modelDrafts(model)({ promptIds, maxTokens: 900, sampling: greedy, stopIds: [] });
      const answer: number[] = [];
      const all: number[] = [];
      while (answer.length < 400) {
        if (promptIds.length + answer.length < drafts.restsUntil) {
          drafts.observe(10);
          answer.push(1);
          continue;
        }
        const { length } = await drafts.next(answer, 400, 1);
        const right = share(length);
        drafts.learn(right, 12 + length);
        all.push(length);
        answer.push(...Array.from({ length: right + 1 }, () => 1));
      }
      return all;
    };
    // A draft of 7 takes 26 ms with its check, one of 3 18, and a token alone 10.
    expect((await sizes((size) => size)).slice(-20)).toEqual(Array.from({ length: 20 }, () => 7));
    expect((await sizes((size) => Math.min(size, 1))).slice(-3)).toEqual([3, 3, 3]);
    expect((await sizes(() => 0)).length).toBeLessThan(15);
    now.mockRestore();
  });
});
