// Several generations at once, over machines whose tokens depend on everything that was computed for them: each gives the
// ids that it gives alone, whoever joins, leaves, is lost, or has no memory beside the others.

import { expect, test } from "vitest";
import { PronkError } from "../../../src/errors.ts";
import { beginLookup } from "../../../src/generate/lookup-drafts.ts";
import { generatorOver } from "../../../src/generate/generator.ts";
import type { Machines } from "../../../src/generate/machine.ts";
import type { Likelihood } from "../../../src/generate/likelihood.ts";
import { greedy, type GenerateRequest, type Generator } from "../../../src/generate/request.ts";
import { fakeMachine, type FakeMachine } from "../../support/fake-machine.ts";
import { bitsOf } from "../../support/token-bits.ts";

function over(all: readonly FakeMachine[], sequences?: number): Generator {
  let at = 0;
  all.slice(0, -1).forEach(({ lost }) => lost.catch(() => at++));
  const machines: Machines = { current: async () => all[at], proved: () => {}, dispose: () => {} };
  return generatorOver(machines, all[0], { runAhead: 4, sequences, drafts: beginLookup });
}

type Request = Partial<GenerateRequest> & Pick<GenerateRequest, "promptIds">;

async function answer(generator: Generator, request: Request, leaveAt = Infinity): Promise<number[]> {
  const ids: number[] = [];
  const sampling = { ...greedy, temperature: 1, seed: request.promptIds[0], repetitionPenalty: 1.3 };
  for await (const id of generator.generate({ maxTokens: 25, sampling, stopIds: [], ...request }))
    if (ids.push(id) === leaveAt) break;
  return ids;
}

const alone = (request: Request, leaveAt?: number) => answer(over([fakeMachine()]), request, leaveAt);
const promptOf = (i: number) => Array.from({ length: 5 + 3 * i }, (_, j) => (i * 31 + j * 7) % 90);
const requests = Array.from({ length: 12 }, (_, i): Request => ({ promptIds: promptOf(i), maxTokens: 30 + i }));
const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await Promise.resolve();
};

test("are computed together, at most so many, and give what each gives alone", async () => {
  const wanted = await Promise.all(requests.map((request) => alone(request)));
  for (const sequences of [1, 2, 5, 8]) {
    const machine = fakeMachine();
    const generator = over([machine], sequences);
    expect(await Promise.all(requests.map((request) => answer(generator, request)))).toEqual(wanted);
    expect(Math.max(0, ...machine.rows)).toBe(sequences === 1 ? 0 : sequences);
  }
});

test("one that is alone again runs ahead again, and one that comes late joins in the middle", async () => {
  const machine = fakeMachine();
  const generator = over([machine]);
  const first = answer(generator, { promptIds: promptOf(1), maxTokens: 60 });
  await turns(60);
  expect(machine.rows).toEqual([]);
  const second = answer(generator, { promptIds: promptOf(2), maxTokens: 8 });
  expect(await second).toEqual(await alone({ promptIds: promptOf(2), maxTokens: 8 }));
  expect(machine.rows).toContain(2);
  const { length } = machine.rows;
  expect(await first).toEqual(await alone({ promptIds: promptOf(1), maxTokens: 60 }));
  expect(machine.rows.length).toBeLessThan(length + 3);
});

test("one that repeats itself is drafted as soon as it is alone, whenever another comes", async () => {
  const first: Request = { promptIds: promptOf(1), maxTokens: 90 };
  const [second, third] = [2, 3].map((i): Request => ({ promptIds: promptOf(i), maxTokens: 5 }));
  const wanted = await answer(over([fakeMachine({ words: 2 })]), first);
  let drafted = 0;
  for (let after = 0; after < 120; after++) {
    const machine = fakeMachine({ words: 2 });
    const { verify } = machine.alone;
    machine.alone.verify = (...given) => (drafted++, verify(...given));
    const generator = over([machine]);
    const ids = answer(generator, first);
    await answer(generator, second);
    await turns(after);
    void answer(generator, third);
    expect(await ids, `after ${after}`).toEqual(wanted);
  }
  expect(drafted).toBeGreaterThan(120);
});

test("those that can't be computed with others wait, and nobody overtakes them", async () => {
  const machine = fakeMachine();
  const generator = over([machine]);
  const ended: string[] = [];
  const named = async (name: string, request: Request) => {
    const ids = await answer(generator, request);
    ended.push(name);
    return ids;
  };
  const watched: Request = { promptIds: promptOf(3), onLogits: () => {} };
  const [first, second, last] = [
    named("long", { promptIds: promptOf(1), maxTokens: 40 }),
    named("watched", watched),
    named("short", { promptIds: promptOf(2), maxTokens: 2 }),
  ];
  expect(await first).toEqual(await alone({ promptIds: promptOf(1), maxTokens: 40 }));
  expect(await second).toEqual(await alone(watched));
  expect(await last).toEqual(await alone({ promptIds: promptOf(2), maxTokens: 2 }));
  expect(ended).toEqual(["long", "watched", "short"]);
  expect(machine.rows).toEqual([]);
});

test("those with other adapters, and without one, are computed together, also wherever the GPU is lost", async () => {
  const some = requests
    .slice(0, 6)
    .map((request, i): Request => ({ ...request, adapter: [undefined, "a", "b"][i % 3] }));
  const wanted = await Promise.all(some.map((request) => alone(request)));
  const without = await Promise.all(requests.slice(0, 6).map((request) => alone(request)));
  expect(wanted.map((ids, i) => ids.join() === without[i].join())).toEqual([true, false, false, true, false, false]);
  for (const loseAt of [Infinity, ...Array.from({ length: 20 }, (_, i) => 5 + 7 * i)]) {
    const machine = fakeMachine({ loseAt });
    const generator = over([machine, fakeMachine()]);
    expect(await Promise.all(some.map((request) => answer(generator, request))), `at ${loseAt}`).toEqual(wanted);
    if (loseAt === Infinity) expect(Math.max(...machine.rows)).toBe(6);
  }
});

const stretch = [1, 3, 5, 7, 9, 11, 13, 15, 17];
const constrained: Partial<GenerateRequest>[] = [
  { constrain: () => bitsOf(97, (id) => id % 3 > 0) },
  { constrain: ({ length }) => (length === 20 ? undefined : bitsOf(97, (id) => id % 2 === 0)) },
  // Some of it is fed.
  {
    constrain: ({ length }) => (length === 23 ? undefined : bitsOf(97, (id) => id % 2 === 0)),
    forced: ({ length }) => (length >= 4 ? stretch.slice(length - 4) : []),
  },
];

test("those that are held to something are computed with others, too", async () => {
  const all = requests.slice(0, 8).map((request, i): Request => ({ ...request, ...constrained[i] }));
  const machine = fakeMachine();
  const generator = over([machine]);
  const wanted = await Promise.all(all.map((request) => alone(request)));
  expect(await Promise.all(all.map((request) => answer(generator, request)))).toEqual(wanted);
  expect(wanted.slice(1, 3).map(({ length }) => length)).toEqual([20, 23]);
  expect(wanted[2].slice(4, 13)).toEqual(stretch);
  expect(Math.max(...machine.rows)).toBe(8);
});

test("those whose likelihoods are wanted are computed with others, too", async () => {
  const askAll = (generators: Generator[]) =>
    Promise.all(
      requests.slice(0, 6).map(async (request, i) => {
        const told: Likelihood[] = [];
        const onLikelihood = i % 2 ? undefined : (likelihood: Likelihood) => void told.push(likelihood);
        return { ids: await answer(generators[i % generators.length], { ...request, onLikelihood }), told };
      }),
    );
  const machine = fakeMachine();
  const wanted = await askAll(requests.map(() => over([fakeMachine()])));
  expect(await askAll([over([machine])])).toEqual(wanted);
  expect(wanted.map(({ told }) => told.length)).toEqual([30, 0, 32, 0, 34, 0]);
  expect(Math.max(...machine.rows)).toBe(6);
});

test("what is fed may end where a page does", async () => {
  for (let length = 1; length <= 32; length++) {
    const promptIds = Array.from({ length }, (_, i) => i);
    const ids = await answer(over([fakeMachine()]), { promptIds, maxTokens: 30, ...constrained[2] });
    expect(ids.slice(4, 13)).toEqual(stretch);
    expect(ids.length).toBe(23);
  }
});

test("one that leaves, and one that is aborted, leave the others as they were", async () => {
  const generator = over([fakeMachine()]);
  const abort = new AbortController();
  const others = requests.slice(0, 4).map((request) => answer(generator, request));
  const leaving = answer(generator, { promptIds: promptOf(9) }, 4);
  const aborted = answer(generator, { promptIds: promptOf(8), signal: abort.signal });
  await leaving;
  abort.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  expect(await Promise.all(others)).toEqual(await Promise.all(requests.slice(0, 4).map((request) => alone(request))));
});

test("wherever the GPU is lost", async () => {
  const some = requests.slice(0, 5).map((request, i): Request => ({ ...request, ...constrained[i] }));
  const wanted = await Promise.all(some.map((request) => alone(request)));
  for (const early of [false, true])
    for (let loseAt = 1; loseAt < 110; loseAt += early ? 17 : 3) {
      const generator = over([fakeMachine({ loseAt, early }), fakeMachine({ loseAt: 2 * loseAt }), fakeMachine()]);
      expect(await Promise.all(some.map((request) => answer(generator, request))), `at ${loseAt}`).toEqual(wanted);
    }
});

test.each([
  ["whose prompt did not arrive", () => Promise.reject(new PronkError("driver-fault", "Other tokens were computed."))],
  ["of whose prompt nothing can be chosen", () => Promise.resolve({ id: 2 ** 32 - 1 })],
])("one %s is forgotten before the next looks for what it may share", async (_, choose) => {
  const machine = fakeMachine();
  const { prefill } = machine.alone;
  machine.alone.prefill = async (...of) => {
    await prefill(...of);
    return { first: choose() };
  };
  const begun: { length: number }[] = []; // histories
  const held: number[][] = [];
  const { turnTo } = machine.kept;
  machine.kept.turnTo = (sequence, ...of) => {
    held.push(begun.map(({ length }) => length));
    begun.push(sequence.history);
    return turnTo(sequence, ...of);
  };
  const generator = over([machine]);
  const both = [answer(generator, { promptIds: promptOf(3) }), answer(generator, { promptIds: promptOf(3) })];
  await expect(both[0]).rejects.toThrow(PronkError);
  expect(await both[1]).toEqual(await alone({ promptIds: promptOf(3) }));
  expect(held).toEqual([[], [0]]);
});

test("with memory for some of them only, each is computed in the end", async () => {
  const all = requests.map((request, i): Request => ({ ...request, ...constrained[i % 6] }));
  const wanted = await Promise.all(all.map((request) => alone(request)));
  for (const [memory, loseAt] of [
    [96],
    [160],
    [320],
    ...Array.from({ length: 90 }, (_, i) => [128 + 32 * (i % 3), 20 + 3 * i]),
  ]) {
    const machine = fakeMachine({ memory, loseAt });
    const generator = over([machine, fakeMachine({ memory })]);
    const got = await Promise.all(all.map((request) => answer(generator, request)));
    expect(got, `${memory}, lost at ${loseAt}`).toEqual(wanted);
    expect(Math.max(...machine.rows)).toBeGreaterThan(1);
  }
});

test("one that has no memory beside others and is aborted while it waits leaves its place to who has it now", async () => {
  for (let abortAfter = 0; abortAfter < 160; abortAfter += 4) {
    const generator = over([fakeMachine({ memory: 64 })], 2);
    const abort = new AbortController();
    const crowded = answer(generator, { promptIds: promptOf(5), signal: abort.signal }).catch((error: Error) => error);
    const some = [4, 3].map((i): Request => ({ promptIds: promptOf(i), maxTokens: 14 }));
    const others = some.map((request) => answer(generator, request));
    void turns(abortAfter).then(() => abort.abort(new Error("enough")));
    expect(await crowded).toMatchObject({ message: "enough" });
    expect(await Promise.all(others), `aborted after ${abortAfter}`).toEqual(
      await Promise.all(some.map((request) => alone(request))),
    );
  }
});

test("any schedule of them gives what each gives alone, and ends", async () => {
  let seed = 11;
  const below = (n: number) => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % n;
  for (let run = 0; run < 200; run++) {
    const loses = [fakeMachine({ loseAt: 1 + below(200), memory: 100 + below(300) }), fakeMachine({ memory: 110 })];
    const generator = over(below(2) ? loses : loses.slice(1), 1 + below(8));
    const asked = Array.from({ length: 1 + below(9) }, async (_, i) => {
      // None begins as another does: what is held already was computed in other slices.
      const request: Request = { promptIds: [90 - i, ...promptOf(below(12))], maxTokens: 1 + below(30) };
      if (below(3) === 0) Object.assign(request, constrained[below(3)]);
      if (below(3) === 0) request.adapter = ["a", "b"][below(2)];
      const leaveAt = below(3) === 0 ? 1 + below(20) : Infinity;
      const [begin, abortAfter] = [below(400), below(4) === 0 ? below(600) : undefined];
      await turns(begin);
      const abort = new AbortController();
      const answered = answer(generator, { ...request, signal: abort.signal }, leaveAt).catch((error: Error) => error);
      if (abortAfter !== undefined) void turns(abortAfter).then(() => abort.abort(new Error("enough")));
      const got = await answered;
      if (abortAfter !== undefined && got instanceof Error) expect(got.message).toBe("enough");
      else expect(got, `run ${run}`).toEqual(await alone(request, leaveAt));
    });
    await Promise.all(asked);
    await generator.dispose();
  }
});
