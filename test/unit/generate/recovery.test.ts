// A generation whose GPU is lost under it continues with the tokens that would have come: the cache is filled again as it
// was, sampler and counts are as they were. Over a machine whose tokens depend on all of that.

import { describe, expect, test } from "vitest";
import { PronkError } from "../../../src/errors.ts";
import { CacheHistory } from "../../../src/generate/cache-history.ts";
import { generatorOver } from "../../../src/generate/generator.ts";
import type { Machines } from "../../../src/generate/machine.ts";
import { greedy, type GenerateRequest, type Generator } from "../../../src/generate/request.ts";
import { addToTrace, type Trace, type TraceEvent } from "../../../src/generate/trace.ts";
import { fakeMachine, type FakeMachine } from "../../support/fake-machine.ts";
import { bitsOf } from "../../support/token-bits.ts";

const sampling = { ...greedy, temperature: 1, seed: 5, repetitionPenalty: 1.3 };
const prompt = Array.from({ length: 21 }, (_, i) => (i * 7) % 90);

/** All of 20 ids are even, except a stretch from the fifth on that is longer than a batch. */
const stretch = [1, 3, 5, 7, 9, 11, 13, 15, 17];
const forcing: Partial<GenerateRequest> = {
  constrain: ({ length }) => (length === 20 ? undefined : bitsOf(97, (id) => id % 2 === 0)),
  forced: ({ length }) => (length >= 4 ? stretch.slice(length - 4) : []),
};

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

/** A generator over a new machine, in place of one whose cache was told to hold this. */
function restored(history: CacheHistory["state"]): Generator {
  const machine = fakeMachine();
  const machines: Machines = { current: async () => machine, proved: () => {}, dispose: () => {} };
  return generatorOver(machines, machine, { runAhead: 4 }, new CacheHistory(history));
}

async function answer(generator: Generator, request: Partial<GenerateRequest> = {}, leaveAt = Infinity) {
  const generation = generator.generate({ promptIds: prompt, maxTokens: 30, sampling, stopIds: [], ...request });
  const ids: number[] = [];
  for await (const id of generation) if (ids.push(id) === leaveAt) break;
  return { ids, ...generation.stats };
}

/** A dialog: an answer, another question after it, and one that differs in the middle of the first prompt's slices. */
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
    // The cache then holds what its history says: filled again from that, it gives the same next answer.
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

  test("one with forced stretches, too, wherever it was lost; what was fed is counted, and stays in the cache", async () => {
    const wanted = await answer(over(fakeMachine()), forcing);
    expect(wanted.ids.slice(4, 13)).toEqual(stretch);
    expect(wanted.generatedTokens).toBe(20);
    for (const penalty of [1, 1.3]) {
      const request = { ...forcing, sampling: { ...sampling, repetitionPenalty: penalty } };
      const { ids } = await answer(over(fakeMachine()), request);
      for (let loseAt = 1; loseAt < 17; loseAt++) {
        const lost = await answer(over(fakeMachine({ loseAt }), fakeMachine()), request);
        expect([lost.ids, lost.recoveries], `at ${loseAt}`).toEqual([ids, 1]);
      }
    }
    for (const leaveAt of [4, 7, 13, 16, 20]) {
      const nexts = await Promise.all(
        [false, true].map(async (isLost) => {
          const machine = fakeMachine();
          const generator = over(machine, fakeMachine());
          const { ids } = await answer(generator, forcing, leaveAt);
          if (isLost) machine.lose();
          const next = await answer(generator, { promptIds: [...prompt, ...ids, 5] });
          return [next.cachedTokens, ...next.ids];
        }),
      );
      expect(nexts[1], `left at ${leaveAt}`).toEqual(nexts[0]);
      expect(nexts[0][0], `left at ${leaveAt}`).toBeGreaterThanOrEqual(prompt.length + leaveAt - 1);
    }
  });

  test("a forced stretch ends with the answer, a short one is chosen, and so is one that logits are asked of", async () => {
    const { ids, generatedTokens } = await answer(over(fakeMachine()), { ...forcing, maxTokens: 9 });
    expect([ids.slice(4), generatedTokens]).toEqual([stretch.slice(0, 5), 9]);
    const short = { ...forcing, forced: () => [95, 96, 94] };
    expect((await answer(over(fakeMachine()), short)).ids).not.toContain(95);
    const watched = await answer(over(fakeMachine()), { ...forcing, onLikelihood: () => {} });
    expect(watched.ids.slice(4, 13)).not.toEqual(stretch);
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
    machine.alone.next = () => Promise.reject(new Error("a bug"));
    await expect(answer(over(machine, fakeMachine()))).rejects.toThrow("a bug");
  });

  test("a step that went by something else is noticed, though the answer has ended before it: the cache is not used again", async () => {
    const machine = fakeMachine();
    const { next } = machine.alone;
    let steps = 0;
    machine.alone.next = async (...of) => {
      const sampled = await next(...of);
      if (++steps > 2) throw new PronkError("driver-fault", "Other pages were read.");
      return sampled;
    };
    const generator = over(machine, fakeMachine());
    expect((await answer(generator, {}, 3)).ids).toHaveLength(3); // the third step computes the last of them
    machine.alone.next = next;
    const again = await answer(generator);
    expect(again).toMatchObject({ cachedTokens: 0, ids: (await answer(over(fakeMachine()))).ids });
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

describe("a generation whose engine died without a word", () => {
  const questions = (first: number[]): Partial<GenerateRequest>[] => [
    { maxTokens: 17 },
    { promptIds: [...prompt, ...first, 3, 1, 4] },
    { promptIds: [...prompt.slice(0, 11), 9, 9, 9] },
  ];

  /** Asks one after the other, from question `from` on, which has been answered as far as `known`. */
  async function ask(generator: Generator, from = 0, known?: Trace, onTrace?: (question: number, event: TraceEvent) => void) {
    const answers: { ids: number[]; cachedTokens: number; recoveries: number }[] = [];
    for (let at = from; at < 3; at++) {
      const request = { ...questions(first)[at], known: at === from ? known : undefined };
      const answered = await answer(generator, { ...request, onTrace: (event) => onTrace?.(at, event) });
      const { ids, cachedTokens, recoveries } = answered;
      if (at === 0) first = ids;
      answers.push({ ids, cachedTokens, recoveries });
    }
    return answers;
  } // prettier-ignore
  let first: number[] = [];

  test("goes on in another with the same ids, whatever was said last", async () => {
    const generator = over(fakeMachine());
    const copy = new CacheHistory();
    const moments: { question: number; trace: Trace | undefined; history: CacheHistory["state"] }[] = [];
    const traces: (Trace | undefined)[] = [];
    let question = 0;
    const remember = () => {
      const trace = traces[question];
      moments.push({ question, trace: trace && structuredClone(trace), history: structuredClone(copy.state) });
    };
    generator.history.subscribe((change) => {
      copy.apply(structuredClone(change));
      remember();
    });
    const wanted = await ask(generator, 0, undefined, (at, event) => {
      question = at;
      traces[at] = addToTrace(traces[at], event);
      remember();
    });
    expect(copy.state).toEqual(generator.history.state);
    expect(wanted.map(({ cachedTokens }) => cachedTokens)).toEqual([0, prompt.length + 16, 11]);
    expect(moments.length).toBeGreaterThan(80);
    for (const [at, { question: from, trace, history }] of moments.entries()) {
      const got = await ask(restored(history), from, trace);
      const [lost, ...later] = wanted.slice(from);
      const isOver = trace?.stopReason !== undefined;
      const expected = [{ ...lost, recoveries: isOver ? 0 : 1 }, ...later];
      if (isOver && later.length > 0) expected[1] = { ...later[0], recoveries: 1 };
      expect(got, `told ${at}`).toEqual(expected);
    }
  });

  test("a constrained one, too, whose constraint is made anew: what was given is all that it knows", async () => {
    /** As api/answer-form.ts makes it: it walks on from the ids that it has seen. */
    const constraint = (asked: string[] = []): NonNullable<GenerateRequest["constrain"]> => {
      let [seen, sum] = [0, 0];
      return (ids) => {
        asked.push(ids.join());
        for (; seen < ids.length; seen++) sum += ids[seen];
        return seen === 12 ? undefined : bitsOf(97, (id) => id % 12 === sum % 12);
      };
    };
    const copy = new CacheHistory();
    const moments: { trace: Trace; history: CacheHistory["state"] }[] = [];
    const generator = over(fakeMachine());
    generator.history.subscribe((change) => copy.apply(structuredClone(change)));
    let trace: Trace | undefined;
    const onTrace = (event: TraceEvent) => {
      trace = addToTrace(trace, event);
      moments.push(structuredClone({ trace, history: copy.state }));
    };
    const wanted = await answer(generator, { constrain: constraint(), onTrace });
    expect(wanted.ids.length).toBe(12);
    expect(moments.length).toBe(14);
    for (const { trace: known, history } of moments) {
      const asked: string[] = [];
      const again = restored(history);
      const { ids } = await answer(again, { constrain: constraint(asked), known });
      expect(ids, `after ${known.ids.length}`).toEqual(wanted.ids);
      expect(asked[0], `after ${known.ids.length}`).toBe(known.stopReason ? undefined : known.ids.join());
      expect(again.history.length).toBe(prompt.length + 12);
    }
  });

  test("one with forced stretches, too, from any of its ids on", async () => {
    const copy = new CacheHistory();
    const generator = over(fakeMachine());
    generator.history.subscribe((change) => copy.apply(structuredClone(change)));
    const moments: { trace: Trace; history: CacheHistory["state"] }[] = [];
    let trace: Trace | undefined;
    const onTrace = (event: TraceEvent) => {
      trace = addToTrace(trace, event);
      moments.push(structuredClone({ trace, history: copy.state }));
    };
    const wanted = await answer(generator, { ...forcing, onTrace });
    expect(moments.length).toBe(22);
    for (const { trace: known, history } of moments) {
      const again = restored(history);
      const { ids } = await answer(again, { ...forcing, known });
      expect(ids, `after ${known.ids.length}`).toEqual(wanted.ids);
      expect(again.history.length, `after ${known.ids.length}`).toBe(copy.length);
      expect(again.history.slices).toEqual(copy.slices);
    }
  });

  test("goes on with the same prompt and ids when another's call came first", async () => {
    const whole = await answer(over(fakeMachine()));
    const events: TraceEvent[] = [];
    const generator = over(fakeMachine());
    await answer(generator, { onTrace: (event) => void events.push(event), maxTokens: 12 }, 11);
    const trace = events.reduce<Trace | undefined>(addToTrace, undefined)!;
    const other = restored(generator.history.state);
    await answer(other, { promptIds: [5, 6, 7], maxTokens: 4 });
    expect((await answer(other, { known: trace })).ids).toEqual(whole.ids);
  });
});

describe("adapters", () => {
  const requests: Partial<GenerateRequest>[] = [undefined, "a", "b", "b", "a", undefined].map((adapter) => ({
    adapter,
  }));

  test("give in turn what each gives alone, however a GPU is lost, and never take another's cache", async () => {
    const alone = await Promise.all(requests.map((request) => answer(over(fakeMachine()), request, 9)));
    expect(new Set(alone.map(({ ids }) => ids.join())).size).toBe(3);
    for (const loseAt of [Infinity, ...Array.from({ length: 70 }, (_, i) => i + 1)]) {
      const generator = over(fakeMachine({ loseAt }), fakeMachine());
      const cached: number[] = [];
      for (const [i, request] of requests.entries()) {
        const { ids, cachedTokens } = await answer(generator, request, 9);
        // If a prompt is known, only its last token is computed, by a step: that gives another hash.
        if (i !== 3) expect(ids, `answer ${i}, lost at ${loseAt}`).toEqual(alone[i].ids);
        cached.push(cachedTokens);
      }
      expect(cached).toEqual([0, 0, 0, prompt.length - 1, 0, 0]);
    }
  });

  test("are told to whoever goes on, with what the cache holds of each", async () => {
    const generator = over(fakeMachine());
    const copy = new CacheHistory();
    generator.history.subscribe((change) => copy.apply(structuredClone(change)));
    const first = await answer(generator, { adapter: "a" }, 9);
    expect(copy.slices.map(({ adapter }) => adapter)).toEqual(copy.slices.map(() => "a"));
    const next = { promptIds: [...prompt, ...first.ids, 4, 4] };
    for (const adapter of ["a", "b", undefined]) {
      const [here, there] = [restored(copy.state), over(fakeMachine())];
      const wanted = await answer(there, { ...next, adapter });
      const found = await answer(here, { ...next, adapter });
      expect(found.cachedTokens).toBe(adapter === "a" ? prompt.length + 9 : 0);
      if (adapter !== "a") expect(found.ids).toEqual(wanted.ids);
    }
  });

  test("are part of what an answer is gone on from", () => {
    const history = new CacheHistory();
    history.add([1, 2, 3], { plan: "many", promptLength: 3, adapter: "a" });
    history.add([4], { plan: "one", promptLength: 3, adapter: "a" });
    expect(history.begins([1, 2, 3, 4], "a")).toBe(true);
    expect(history.begins([1, 2, 3, 4], "b")).toBe(false);
    expect(history.begins([1, 2, 3, 4])).toBe(false);
    expect([history.sharedPrefix([1, 2, 3, 4, 5], "a"), history.sharedPrefix([1, 2, 3, 4, 5])]).toEqual([4, 0]);
  });
});

describe("the cache's history", () => {
  test("keeps a batch that is cut, whole, and forgets single positions exactly", () => {
    const history = new CacheHistory();
    history.add([1, 2, 3, 4], { plan: "many", promptLength: 4 });
    history.add([5, 6], { plan: "one", promptLength: 4 });
    history.add([7], { plan: "one", promptLength: 4 });
    expect(history.slices).toMatchObject([{ position: 0 }, { position: 4, ids: [5, 6, 7] }]);
    expect(history.sharedPrefix([1, 2, 3, 4, 5, 9, 9])).toBe(5);
    history.cut(5);
    expect(history.slices).toMatchObject([{ ids: [1, 2, 3, 4] }, { ids: [5] }]);
    history.cut(2);
    history.add([8, 9], { plan: "many", promptLength: 4 });
    expect(history.slices).toMatchObject([{ ids: [1, 2, 3, 4] }, { position: 2, ids: [8, 9] }]);
    expect(history.sharedPrefix([1, 2, 8, 9, 5])).toBe(4);
    expect(history.sharedPrefix([1, 2, 3, 4])).toBe(2);
    history.reopenLast();
    expect(history.length).toBe(2);
    expect(history.sharedPrefix([1, 2])).toBe(1); // the last is computed anew
  });
});
