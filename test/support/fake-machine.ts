// A machine without a GPU: each sequence's cache holds a hash of how each position came to be (by which plan, in which slice,
// with which adapter, after what), and tokens are a hash of that. So any replay that differs gives other tokens. It can be lost.

import { PronkError } from "../../src/errors.ts";
import type { Slice } from "../../src/generate/cache-history.ts";
import type { RunningSequence } from "../../src/generate/kept-sequences.ts";
import type { Machine } from "../../src/generate/machine.ts";
import type { Likelihood } from "../../src/generate/likelihood.ts";
import type { GenerateRequest, SamplingSettings } from "../../src/generate/request.ts";
import type { SequenceSteps, Newest } from "../../src/generate/steps.ts";
import { hasBit } from "./token-bits.ts";

const vocabSize = 97;
const batch = 8;

const mixed = (...words: number[]) =>
  words.reduce((hash, word) => Math.imul(hash ^ word, 0x01000193) >>> 0, 0x811c9dc5);

/** What nothing else could have come to. */
const likelihoodOf = (id: number, position: number): Likelihood => ({ chosen: -id - position / 1000, top: [] });

export interface FakeMachine extends Machine {
  lose(): void;
  readonly lost: Promise<never>;
  release(): void;
  released: number;
  /** Of the sequence that runs alone. */
  readonly alone: SequenceSteps;
  /** Rows of each step of several sequences. */
  readonly rows: number[];
}

const pagePositions = 16; // more than a step reserves

/**
 * `loseAt` counts what is computed, steps and batches; `early`: the work fails before the device says that it is lost; `words`:
 * ids to choose from, the fewer the more an answer repeats itself; `memory`: positions that there is room for.
 */
export function fakeMachine({
  loseAt = Infinity,
  early = false,
  context = 120,
  words = vocabSize,
  memory = Infinity,
} = {}): FakeMachine {
  let work = 0;
  let fault: PronkError | undefined;
  let reject!: (fault: PronkError) => void;
  const lost = new Promise<never>((_, onLost) => (reject = onLost));
  lost.catch(() => {});
  const lose = () => {
    if (fault) return;
    fault = new PronkError("device-lost", "The GPU device was lost.", { reason: "unknown" });
    reject(fault);
  };
  const gone = async <T>(value: T): Promise<T> => {
    await Promise.resolve();
    if (fault) throw early ? new Error("a buffer could not be mapped") : fault;
    return value;
  };
  let computed: unknown; // steps whose logits are there
  let chained: unknown; // steps whose newest id is where the next step looks for it
  const shared = new Set<unknown>(); // steps whose newest id is where a step together with others looks for it
  const lanes = new Map<number, ReturnType<typeof makeLane>>();
  const rows: number[] = [];

  function makeLane() {
    const cache: number[] = [];
    const pages = {
      pool: {},
      room: 0,
      async reserve(positions: number) {
        const room = Math.ceil(positions / pagePositions) * pagePositions;
        const others = [...lanes.values()].reduce((sum, other) => sum + other.pages.room, -pages.room);
        if (others + room > memory) throw new PronkError("out-of-memory", "There is no room for more pages.");
        pages.room = Math.max(pages.room, room);
      },
    };
    let adapter: string | undefined;
    let counts: number[] = [];
    let settings: SamplingSettings | undefined;
    let allowed: Uint32Array | undefined;
    let step = { position: 0, id: 0 };
    function compute(ids: readonly number[], position: number, plan: Slice["plan"]) {
      if (++work === loseAt) lose();
      if (position + ids.length > pages.room) throw new Error(`no page for ${position + ids.length} positions`);
      ids.forEach((id, i) => {
        const before = cache.slice(0, position + i);
        const by = [...(adapter ?? "")].map((character) => character.charCodeAt(0));
        cache[position + i] = mixed(
          ...before,
          ...by,
          id,
          plan === "one" ? 1 : 2 + position,
          plan === "one" ? 0 : ids.length,
        );
      });
      step = { position: position + ids.length, id: ids.at(-1)! };
      chained = computed = steps;
      shared.delete(steps);
    }

    function choose(): number {
      const { position } = step;
      const counted = settings!.repetitionPenalty === 1 ? [] : counts;
      const drawn = mixed(...cache.slice(0, position), ...counted, settings!.seed, position);
      const choices = Array.from({ length: vocabSize }, (_, id) => id).filter((id) => !allowed || hasBit(allowed, id));
      const id = choices[drawn % Math.min(words, choices.length)];
      counts[id] = (counts[id] ?? 0) + 1;
      step = { position, id };
      return id;
    }

    function computeNext(position: number) {
      if (chained !== steps) throw new Error("another came between");
      if (position !== step.position) throw new Error(`step ${step.position} was asked for ${position}`);
      compute([step.id], position, "one");
    }

    const steps = {
      use: (key: string | undefined) => void (adapter = key),
      watch: async () => {},
      constrain: (bits: Uint32Array) => void (allowed = bits),
      prepare(sampling: SamplingSettings, promptIds: readonly number[], _: boolean, answered: readonly number[] = []) {
        settings = sampling;
        allowed = undefined;
        counts = Array.from({ length: vocabSize }, () => 0);
        for (const id of promptIds) counts[id] = 1000;
        for (const id of answered) counts[id]++;
      },
      async prefill(
        ids: readonly number[],
        from: number,
        {
          onBatch,
          onLikelihood,
        }: { onBatch(ids: readonly number[], plan: Slice["plan"]): void } & Pick<GenerateRequest, "onLikelihood">,
      ) {
        for (let at = from; at < ids.length; at += batch) {
          const slice = ids.slice(at, at + batch);
          compute(slice, at, "many");
          onBatch(slice, "many");
          await gone(0);
        }
        const id = choose();
        return { first: gone(onLikelihood ? { id, likelihood: likelihoodOf(id, ids.length - 1) } : { id }) };
      },
      feed(
        ids: readonly number[],
        position: number,
        uncounted: readonly number[],
        onBatch: (ids: readonly number[], plan: Slice["plan"]) => void,
      ) {
        for (const id of uncounted) counts[id]++;
        for (let at = 0; at < ids.length; at += batch) {
          compute(ids.slice(at, at + batch), position + at, "many");
          onBatch(ids.slice(at, at + batch), "many");
        }
      },
      async replay(slices: readonly Slice[]) {
        for (const { ids, position, plan, adapter: key } of slices) {
          adapter = key;
          if (plan === "many") compute(ids, position, plan);
          else ids.forEach((id, i) => compute([id], position + i, plan));
          await gone(0);
        }
      },
      prepareDrafts: async () => {},
      /** All of the draft is computed, and its wrong part stays in the cache. */
      async verify(last: number, draft: readonly number[], position: number) {
        [last, ...draft].forEach((id, row) => compute([id], position + row, "one"));
        const sampled: { id: number }[] = [];
        do {
          step = { position: position + sampled.length + 1, id: last };
          sampled.push({ id: choose() });
        } while (sampled.at(-1)!.id === draft[sampled.length - 1]);
        return gone(sampled);
      },
      get isChained() {
        return chained === steps;
      },
      goOnFrom(id: number, position: number) {
        chained = steps;
        step = { position, id };
      },
      compute: computeNext,
      choose() {
        if (computed !== steps) throw new Error("these are another's logits");
        return gone({ id: choose() });
      },
      next(position: number, { onLikelihood }: Pick<GenerateRequest, "onLikelihood"> = {}) {
        computeNext(position);
        const id = choose();
        return gone(onLikelihood ? { id, likelihood: likelihoodOf(id, position) } : { id });
      },
    };
    return { pages, steps };
  }
  const laneOf = (index: number) => {
    const lane = lanes.get(index) ?? makeLane();
    lanes.set(index, lane);
    return lane;
  };
  const alone = laneOf(0);
  const gpu = {
    variants: { runAhead: true },
    recover: () => gone(false),
    check() {
      if (fault) throw fault;
    },
    untilLost: (other: Promise<unknown>) => Promise.race([other, lost]),
  };
  const machine = {
    model: { config: { vocabSize, ropeScaling: { kind: "none" } }, gpu, cache: { context }, pages: alone.pages },
    steps: {
      prepareTogether: async () => {},
      async together(all: readonly Newest[]) {
        rows.push(all.length);
        const sampled = all.map(({ steps, id, position, isLooked }) => {
          chained = steps;
          if (id !== undefined) steps.goOnFrom(id, position);
          else if (!shared.has(steps)) throw new Error("an id that was not chosen together with others");
          const sampled = steps.next(position, isLooked ? { onLikelihood() {} } : {});
          shared.add(steps);
          return sampled;
        });
        chained = undefined;
        return sampled;
      },
    },
    alone: alone.steps,
    rows,
    lane: async (index: number) => gone(laneOf(index)),
    kept: {
      turnTo: async ({ history }: RunningSequence, promptIds: number[], key?: string) =>
        history.cut(history.sharedPrefix(promptIds, key)),
      leave({ history, pages }: RunningSequence) {
        history.cut(0);
        Object.assign(pages, { room: 0 });
      },
      clear() {},
    },
    lost,
    lose,
    released: 0,
    release: () => void machine.released++,
  };
  return machine as unknown as FakeMachine;
}
