// A generation whose GPU is lost under it goes on with the tokens that would have come: the cache is filled again as it
// was, sampler and counts stand where they stood. Over a machine whose tokens depend on all of that.

import { describe, expect, test } from "vitest";
import { CacheHistory } from "../../../src/generate/cache-history.ts";
import { generatorOver } from "../../../src/generate/generator.ts";
import type { Machines } from "../../../src/generate/machine.ts";
import { greedy, type GenerateRequest, type Generator } from "../../../src/generate/request.ts";
import { fakeMachine, type FakeMachine } from "../../support/fake-machine.ts";
import { bitsOf } from "../../support/token-bits.ts";

const sampling = { ...greedy, temperature: 1, seed: 5, repetitionPenalty: 1.3 };
const prompt = Array.from({ length: 21 }, (_, i) => (i * 7) % 90);

/** Generators whose machines are the given ones, one after the other. */
function over(...all: FakeMachine[]): Generator {
  let at = 0;
  all.slice(0, -1).forEach(({ lost }) => lost.catch(() => at++));
  const machines: Machines = {
    current: async (signal) => {
      signal?.throwIfAborted();
      return all[at];
    },
    proved: () => {},
    dispose: () => {},
  };
  return generatorOver(machines, all[0], { runAhead: 4 });
}

async function answer(generator: Generator, request: Partial<GenerateRequest> = {}, leaveAt = Infinity) {
  const generation = generator.generate({ promptIds: prompt, maxTokens: 30, sampling, stopIds: [], ...request });
  const ids: number[] = [];
  for await (const id of generation) if (ids.push(id) === leaveAt) break;
  return { ids, ...generation.stats };
}

/** A dialog: an answer, another question behind it, and one that differs in the middle of the first prompt's slices. */
async function dialog(generator: Generator) {
  const first = await answer(generator, {}, 17);
  const second = await answer(generator, { promptIds: [...prompt, ...first.ids, 3, 1, 4] });
  const third = await answer(generator, { promptIds: [...prompt.slice(0, 11), 9, 9, 9] });
  return { ids: [first.ids, second.ids, third.ids], cached: [second.cachedTokens, third.cachedTokens] };
}

describe("a generation whose GPU is lost", () => {
  test("goes on with the same ids, wherever it was lost", async () => {
    const wanted = await dialog(over(fakeMachine()));
    expect(wanted.cached).toEqual([prompt.length + 17 - 1 + 1, 11]);
    for (const early of [false, true])
      for (let loseAt = 1; loseAt < 95; loseAt += early ? 23 : 1)
        expect(await dialog(over(fakeMachine({ loseAt, early }), fakeMachine())), `at ${loseAt}`).toEqual(wanted);
  });

  test("also when the next is lost while it is filled, and when it happens twice in one answer", async () => {
    const wanted = await dialog(over(fakeMachine()));
    for (const [first, second] of [
      [30, 5],
      [12, 40],
      [40, 1],
      [2, 2],
    ] as const)
      // prettier-ignore
      expect(await dialog(over(fakeMachine({ loseAt: first }), fakeMachine({ loseAt: second }), fakeMachine()))).toEqual(
        wanted,
      );
  });

  test("a constrained one, too: what is allowed depends on the ids alone", async () => {
    const asked: string[] = [];
    const constrain: GenerateRequest["constrain"] = (ids) => {
      asked.push(ids.join());
      return ids.length === 12 ? undefined : bitsOf(97, (id) => id % 12 === ids.length);
    };
    const wanted = await answer(over(fakeMachine()), { constrain });
    expect(wanted.ids.map((id) => id % 12)).toEqual([...Array(12).keys()]);
    expect(new Set(asked).size).toBe(13); // once before each choice, and once where it ends
    for (let loseAt = 1; loseAt < 16; loseAt++) {
      const { ids, recoveries } = await answer(over(fakeMachine({ loseAt }), fakeMachine()), { constrain });
      expect([ids, recoveries], `at ${loseAt}`).toEqual([wanted.ids, 1]);
    }
    // What the cache holds afterwards is what is known of it: filled again from that, the next answer is the same.
    const nexts = await Promise.all(
      [false, true].map(async (isLost) => {
        const machine = fakeMachine();
        const generator = over(machine, fakeMachine());
        const { ids } = await answer(generator, { constrain });
        if (isLost) machine.lose();
        const next = await answer(generator, { promptIds: [...prompt, ...ids, 5] });
        return [next.cachedTokens, ...next.ids];
      }),
    );
    expect(nexts[0][0]).toBe(prompt.length + 12);
    expect(nexts[1]).toEqual(nexts[0]);
  });

  test("says how often, also when it was lost between two calls", async () => {
    const [one, two, three] = [fakeMachine({ loseAt: 12 }), fakeMachine(), fakeMachine()];
    const generator = over(one, two, three);
    expect(await answer(generator)).toMatchObject({ recoveries: 1, generatedTokens: 30 });
    expect(await answer(generator)).toMatchObject({ recoveries: 0 });
    two.lose();
    expect(await answer(generator)).toMatchObject({ recoveries: 1, cachedTokens: prompt.length - 1 });
  });

  test.each([
    [false, "told at once"],
    [true, "told after its work has failed with another error"],
  ])(
    "gives up when each machine is lost to it before a new id, and leaves the generator in order (early: %s, %s)",
    async (early) => {
      const deadly = Array.from({ length: 4 }, () => fakeMachine({ loseAt: 2, early }));
      const generator = over(...deadly, fakeMachine());
      await expect(answer(generator)).rejects.toMatchObject({ code: "device-lost" });
      expect((await answer(generator)).ids).toEqual((await answer(over(fakeMachine()))).ids);
    },
  );

  test("a fault that is none of the device's ends it, once it is clear that the device is well", async () => {
    const machine = fakeMachine();
    machine.steps.next = () => Promise.reject(new Error("a bug"));
    await expect(answer(over(machine, fakeMachine()))).rejects.toThrow("a bug");
  });

  test("ends with the caller's signal while it waits", async () => {
    const machine = fakeMachine({ loseAt: 9 });
    const abort = new AbortController();
    let isLost = false;
    machine.lost.catch(() => {
      isLost = true;
      setTimeout(() => abort.abort(new Error("enough")), 5);
    });
    const machines: Machines = {
      current: (signal) =>
        new Promise((resolve, reject) => {
          if (!isLost) return resolve(machine);
          signal!.addEventListener("abort", () => reject(signal!.reason));
        }),
      proved: () => {},
      dispose: () => {},
    };
    const generator = generatorOver(machines, machine);
    await expect(answer(generator, { signal: abort.signal })).rejects.toThrow("enough");
  });
});

describe("the cache's history", () => {
  test("keeps a batch that is cut, whole, and forgets single positions exactly", () => {
    const history = new CacheHistory();
    history.add([1, 2, 3, 4], "many", 4);
    history.add([5, 6], "one", 4);
    history.add([7], "one", 4);
    expect(history.slices).toMatchObject([{ position: 0 }, { position: 4, ids: [5, 6, 7] }]);
    expect(history.sharedPrefix([1, 2, 3, 4, 5, 9, 9])).toBe(5);
    history.cut(5);
    expect(history.slices).toMatchObject([{ ids: [1, 2, 3, 4] }, { ids: [5] }]);
    history.cut(2);
    history.add([8, 9], "many", 4);
    expect(history.slices).toMatchObject([{ ids: [1, 2, 3, 4] }, { position: 2, ids: [8, 9] }]);
    expect(history.sharedPrefix([1, 2, 8, 9, 5])).toBe(4);
    expect(history.sharedPrefix([1, 2, 3, 4])).toBe(2);
    history.reopenLast();
    expect(history.length).toBe(2);
    expect(history.sharedPrefix([1, 2])).toBe(1); // the last is computed anew
  });
});
