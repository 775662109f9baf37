// What is kept of sequences, over a cache without a GPU: a buffer holds an id for each position. Whatever is asked, in any
// order, the pages hold the ids that the history says, and no page is lost.

import { beforeAll, describe, expect, test, vi } from "vitest";
import { CacheHistory } from "../../../src/generate/cache-history.ts";
import { KeptSequences } from "../../../src/generate/kept-sequences.ts";
import { noPage, pagePositions } from "../../../src/gpu/cache-layout.ts";
import type { Gpu } from "../../../src/gpu/device.ts";
import type { GpuMemory } from "../../../src/gpu/memory.ts";
import { PronkError } from "../../../src/errors.ts";
import { allocateCache } from "../../../src/model/cache.ts";
import { CachePages } from "../../../src/model/cache-pages.ts";
import { CachePool } from "../../../src/model/cache-pool.ts";

const batch = 256; // tokens
const rowBytes = 32; // of 8 dims in f32

interface FakeBuffer {
  size: number;
  ids: number[];
}

beforeAll(() => void vi.stubGlobal("GPUBufferUsage", { UNIFORM: 0 }));

/** `refused`: sizes in pages that there is no memory for. `bound`: pages that can be bound. `window`: positions that a query sees. */
function cacheOf(
  context: number,
  { refused = Infinity, bound = 2 ** 14, window = undefined as number | undefined } = {},
) {
  const config = { layers: 1, kvHeads: 1, headDim: 8, window } as never;
  const table: number[] = [];
  const encoder = {
    copyBufferToBuffer(from: FakeBuffer, at: number, to: FakeBuffer, toAt: number, bytes: number) {
      expect(from).not.toBe(to);
      expect(Math.max(at + bytes - from.size, toAt + bytes - to.size)).toBeLessThanOrEqual(0);
      for (let i = 0; i < bytes / rowBytes; i++) to.ids[toAt / rowBytes + i] = from.ids[at / rowBytes + i];
    },
    finish() {},
  };
  const writeBuffer = (_: unknown, at: number, words: Uint32Array) => words.forEach((word, i) => (table[at / 4 + i] = word)); // prettier-ignore
  const queue = { writeBuffer, submit() {}, onSubmittedWorkDone: async () => {} };
  const gpu = { device: { queue, createCommandEncoder: () => encoder }, untilLost: (work: unknown) => work };
  const memory = {
    checked: async (_: string, make: () => unknown) => make(),
    storage(_: string, size: number): FakeBuffer {
      if (size > refused * pagePositions * rowBytes) throw new PronkError("out-of-memory", "refused");
      return { size, ids: [] };
    },
    release() {},
  };
  const cache = allocateCache({ ...memory, storage: (_: string, size: number) => ({ size, ids: [] }) } as never, config, context, "f32", bound * pagePositions * rowBytes); // prettier-ignore
  const pool = new CachePool(gpu as unknown as Gpu, memory as unknown as GpuMemory, cache, () => {});
  const kept = new KeptSequences(pool);
  const sequences = Array.from({ length: 3 }, (_, i) => ({
    history: new CacheHistory(),
    pages: new CachePages(pool, i),
  }));
  const ids = () => cache.layers[0].k.buffer as unknown as FakeBuffer;
  return {
    pool,
    pages: sequences[0].pages,
    cache,
    kept,
    sequences,
    /** Asks, answers with these ids, and gives how much of the prompt was held. `index`: of the sequence. */
    async ask(prompt: readonly number[], answer: readonly number[] = [], adapter?: string, index = 0): Promise<number> {
      const { pages, history } = sequences[index];
      const place = (position: number) => table[pages.firstPage + Math.floor(position / pagePositions)] * pagePositions + (position % pagePositions); // prettier-ignore
      const cached = await kept.turnTo(sequences[index], prompt, adapter);
      expect(history.length).toBe(cached);
      const all = [...prompt, ...answer];
      for (let from = cached, end = from; from < all.length; from = end) {
        const plan = from < prompt.length ? "many" : "one";
        end = Math.min(from + batch, from < prompt.length ? prompt.length : all.length);
        await pages.reserve(end, from);
        await Promise.resolve(); // others come between
        const some = all.slice(from, end);
        some.forEach((id, i) => (ids().ids[place(from + i)] = id));
        history.add(some, { plan, promptLength: prompt.length, adapter });
        const first = Math.max(0, from + 1 - (window ?? Infinity)); // the earliest that the first of them sees
        const held = all.slice(first, end).map((_, i) => ids().ids[place(first + i)]);
        expect(held).toEqual(all.slice(first, end));
      }
      return cached;
    },
  };
}

const words = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

describe("what is asked again is held, to the id", () => {
  test("A, A, B, A", async () => {
    const { ask } = cacheOf(4096);
    const [a, b] = [words(0, 21), [0, 1, 2, 3, ...words(500, 17)]];
    const cached = [];
    for (const prompt of [a, a, b, a]) cached.push(await ask(prompt, words(900, 9)));
    expect(cached).toEqual([0, 20, 4, 20]);
  });

  test("a question that is edited, and the one before it", async () => {
    const { ask } = cacheOf(4096);
    const talk = [...words(0, 150), ...words(1000, 40)];
    const first = [...talk, ...words(2000, 30)];
    await ask(talk.slice(0, 150), talk.slice(150));
    expect(await ask(first, words(3000, 70))).toBe(190);
    expect(await ask([...talk, ...words(4000, 30)], words(5000, 70))).toBe(190);
    expect(await ask([...first, ...words(3000, 70), 7, 8])).toBe(290);
  });

  test("one system prompt for many", async () => {
    const { ask } = cacheOf(4096);
    const system = words(0, 200);
    const cached = [];
    for (let i = 1; i <= 5; i++) cached.push(await ask([...system, ...words(1000 * i, 20)], words(99, 10)));
    expect(cached).toEqual([0, 200, 200, 200, 200]);
  });

  test("by another adapter it is not held", async () => {
    const { ask } = cacheOf(4096);
    await ask(words(0, 100));
    expect(await ask(words(0, 100), [], "lora")).toBe(0);
    expect(await ask(words(0, 100), [], "lora")).toBe(99);
    expect(await ask(words(0, 100))).toBe(99);
  });
});

test("where the pool may not grow the least recently used makes room", async () => {
  const { ask, cache } = cacheOf(1024);
  for (const at of [0, 1000, 2000, 3000]) await ask(words(at, 250)); // four pages each, of sixteen
  expect(cache.pages).toBe(16);
  expect(await ask(words(0, 250))).toBe(249); // used again, with a page of its own: the second is dropped
  expect(await ask(words(3000, 250))).toBe(249);
  expect(await ask(words(1000, 250))).toBe(0);
  expect(await ask(words(0, 1024))).toBeGreaterThan(0);
});

test("where memory is refused what is kept makes room, then it grows by what is missing, then it is an error", async () => {
  const { ask, cache } = cacheOf(4096, { refused: 10 });
  await ask(words(0, 400));
  await ask(words(1000, 400));
  expect(cache.pages).toBe(8);
  await ask(words(2000, 600));
  expect(cache.pages).toBe(10);
  await expect(ask(words(3000, 700))).rejects.toMatchObject({ code: "out-of-memory" });
});

describe("behind a sliding window", () => {
  test("a sequence holds the window and what may be computed once more, however long it is", async () => {
    const { ask, cache, pages, kept } = cacheOf(8192, { window: 100 });
    await ask(words(0, 4000), words(10_000, 4000));
    expect(cache.pages).toBeLessThanOrEqual(Math.ceil((100 + 1024) / pagePositions));
    kept.clear();
    const held = pages.leave().filter((page) => page !== noPage);
    expect(held.length * pagePositions).toBeLessThan(100 + 1024);
    expect(new Set(held).size).toBe(held.length);
  });

  test("one that turns back begins from it where its window is there still, and anew where it is not", async () => {
    const { ask } = cacheOf(8192, { window: 100 });
    const talk = words(0, 3000);
    await ask(talk);
    expect(await ask([...talk.slice(0, 2990), 7, 8])).toBe(2990);
    expect(await ask([...talk.slice(0, 2600), 7, 8])).toBe(2600);
    expect(await ask([...talk.slice(0, 1000), 7, 8])).toBe(0);
    expect(await ask([...talk, 7, 8])).toBeGreaterThan(0);
  });
});

test.each([undefined, 40])(
  "any schedule, window %s: ids stay whose they are, and every page comes back",
  async (window) => {
    let seed = 7;
    const below = (n: number) => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % n;
    const { ask, kept, pages, cache } = cacheOf(1024, { window });
    const asked: number[][] = [[]];
    for (let turn = 0; turn < 400; turn++) {
      const before = asked[below(asked.length)];
      const begin = before.slice(0, below(before.length + 1));
      const prompt = [...begin, ...words(10_000 * turn, 1 + below(150))].slice(-900);
      const answer = words(10_000 * turn + 5000, below(100));
      expect(await ask(prompt, answer)).toBeLessThan(prompt.length);
      asked.push([...prompt, ...answer]);
      if (asked.length > 12) asked.shift();
    }
    kept.clear();
    pages.pool.release(pages.leave());
    await pages.reserve(1024);
    expect(cache.pages).toBe(16);
    expect(new Set(pages.table).size).toBe(16);
  },
);

describe("sequences that run at the same time", () => {
  test("take what another has computed already, and give back what they have", async () => {
    const { ask, kept, sequences, pool } = cacheOf(4096);
    await ask(words(0, 200), words(500, 30));
    expect(await ask(words(0, 200), words(600, 30), undefined, 1)).toBe(199);
    expect(await ask([...words(0, 130), 7], words(700, 100), undefined, 2)).toBe(130);
    kept.leave(sequences[1]);
    expect(await ask([...words(0, 200), ...words(600, 30), 9], [], undefined, 1)).toBe(230);
    for (const sequence of sequences) kept.leave(sequence);
    kept.clear();
    await pool.take(8);
    expect(pool.cache.pages).toBe(8); // it has all of the first ones again
  });

  test("any schedule: ids stay whose they are, and every page comes back", async () => {
    let seed = 3;
    const below = (n: number) => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % n;
    const { ask, kept, sequences, pool } = cacheOf(1024, { bound: 16 });
    const asked: number[][] = [[]];
    let refusals = 0;
    for (let turn = 0; turn < 200; turn++)
      await Promise.all(
        sequences.map(async (sequence, index) => {
          const before = asked[below(asked.length)];
          const prompt = [...before.slice(0, below(before.length + 1)), ...words(10_000 * (3 * turn + index), 1 + below(150))].slice(-500); // prettier-ignore
          const answer = words(10_000 * (3 * turn + index) + 5000, below(100));
          try {
            await ask(prompt, answer, undefined, index);
            asked.push([...prompt, ...answer]);
          } catch (error) {
            if (!(error instanceof PronkError)) throw error;
            refusals++;
          }
          if (asked.length > 12) asked.shift();
          if (below(3) === 0) kept.leave(sequence);
        }),
      );
    expect(refusals).toBeGreaterThan(0);
    expect(refusals).toBeLessThan(300);
    for (const sequence of sequences) kept.leave(sequence);
    kept.clear();
    await pool.take(16);
    expect(pool.cache.pages).toBe(16);
  });

  test("may take more together than one could, after what is kept was let go of", async () => {
    const { ask, kept, sequences, cache } = cacheOf(512);
    for (const at of [0, 1000]) await ask(words(at, 250));
    kept.leave(sequences[0]);
    expect(cache.pages).toBe(8);
    await ask(words(2000, 400), [], undefined, 1); // seven pages
    expect(cache.pages).toBe(8); // for one alone nothing grows
    await ask(words(3000, 400), [], undefined, 2);
    expect(cache.pages).toBe(16);
    await ask(words(4000, 400));
    expect(cache.pages).toBe(32);
    expect(cache.sharedPages).toBe(64);
  });
});
