// Whose turn it is: who runs alone, who beside others, who waits, who gives up waiting, and that a reader who pauses holds nobody up.

import { describe, expect, test } from "vitest";

import { ReadAhead } from "../../../src/generate/read-ahead.ts";
import { Turns } from "../../../src/generate/turns.ts";
import { countedSignal } from "../../support/counted-signal.ts";

const turns = async (count = 20) => {
  for (let i = 0; i < count; i++) await Promise.resolve();
};

describe("turns", () => {
  test("goes round in order, and a signal that outlives its requests keeps no listener", async () => {
    const all = new Turns();
    const { controller, listeners } = countedSignal();
    const order: number[] = [];
    const calls = Array.from({ length: 5 }, async (_, i) => {
      const { release } = await all.acquire({ signal: controller.signal });
      order.push(i);
      await turns(3);
      expect(all.isWanted).toBe(i < 4);
      release();
    });
    expect(listeners()).toBe(4);
    await Promise.all(calls);
    expect(order).toEqual(Array.from({ length: 5 }, (_, i) => i));
    expect(listeners()).toBe(0);
  });

  test("who gives up is told why, and those behind come up", async () => {
    const all = new Turns();
    const { release } = await all.acquire();
    const { controller, listeners } = countedSignal();
    const reason = new Error("no patience");
    const given = all.acquire({ signal: controller.signal });
    const behind = all.acquire();
    controller.abort(reason);
    await expect(given).rejects.toBe(reason);
    await expect(all.acquire({ signal: controller.signal })).rejects.toBe(reason);
    release();
    (await behind).release();
    expect(all.isWanted).toBe(false);
    expect(listeners()).toBe(0);
  });

  test("tells its holder of each who comes to wait, and of one who waited before", async () => {
    const all = new Turns();
    const wanted: string[] = [];
    const first = await all.acquire({ onOthers: () => wanted.push("first") });
    const second = all.acquire({ onOthers: () => wanted.push("second") });
    const third = all.acquire({ onOthers: () => wanted.push("third") });
    expect(wanted).toEqual(["first", "first"]);
    first.release();
    (await second).release();
    (await third).release();
    expect(wanted).toEqual(["first", "first", "second"]);
  });
});

describe("a reader", () => {
  /** Gives numbers below `count` in its turn; `ended` tells how. */
  function generation(
    all: Turns,
    count: number,
    { failAt = Infinity, signal }: { failAt?: number; signal?: AbortSignal } = {},
  ) {
    const state = { made: 0, ended: false };
    async function* run(onOthers: () => void): AsyncGenerator<number> {
      const { release } = await all.acquire({ signal, onOthers });
      try {
        for (; state.made < count; state.made++) {
          await turns(2); // a step
          signal?.throwIfAborted();
          if (state.made === failAt) throw new Error("a fault");
          yield state.made;
        }
      } finally {
        state.ended = true;
        release();
      }
    }
    return { state, reader: new ReadAhead(all, run) };
  }
  const read = async (reader: AsyncIterable<number>) => {
    const ids = [];
    for await (const id of reader) ids.push(id);
    return ids;
  };

  test("who pauses makes nothing as long as nobody waits", async () => {
    const { state, reader } = generation(new Turns(), 10);
    expect((await reader.next()).value).toBe(0);
    await turns(100);
    expect(state.made).toBe(0);
    expect(await read(reader)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("who never comes back holds nobody up, and loses nothing when it does", async () => {
    const all = new Turns();
    const { state, reader } = generation(all, 10);
    for (const id of [0, 1, 2]) expect((await reader.next()).value).toBe(id);
    const other = generation(all, 3);
    expect(await read(other.reader)).toEqual([0, 1, 2]);
    expect(state.ended).toBe(true);
    expect(await read(reader)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  test("who reads on while another waits gets everything in order", async () => {
    const all = new Turns();
    const readers = [generation(all, 20), generation(all, 20), generation(all, 20)].map(({ reader }) => read(reader));
    for (const ids of await Promise.all(readers)) expect(ids).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test("is not run for one who has given up waiting", async () => {
    const all = new Turns();
    const { state, reader } = generation(all, 1000);
    await reader.next();
    const { controller } = countedSignal();
    const waiting = all.acquire({ signal: controller.signal });
    await turns(40);
    controller.abort();
    await expect(waiting).rejects.toThrow();
    await turns(40);
    const { made } = state;
    await turns(100);
    expect(state.made).toBe(made);
    expect(made).toBeLessThan(100);
    expect((await read(reader)).at(-1)).toBe(999);
  });

  test("is told of a fault where it has come to, and of an abort", async () => {
    const all = new Turns();
    const failing = generation(all, 10, { failAt: 5 });
    await failing.reader.next();
    const { controller } = countedSignal();
    const aborted = generation(all, 10, { signal: controller.signal });
    const first = aborted.reader.next(); // waits, so that the first runs into its fault
    expect((await first).value).toBe(0);
    for (const id of [1, 2, 3, 4]) expect((await failing.reader.next()).value).toBe(id);
    await expect(failing.reader.next()).rejects.toThrow("a fault");
    controller.abort(new Error("enough"));
    (await all.acquire()).release();
    await expect(read(aborted.reader)).rejects.toThrow("enough");
  });

  test("who leaves ends it, also while another waits", async () => {
    const all = new Turns();
    const { state, reader } = generation(all, 1e6);
    await reader.next();
    const waiting = all.acquire();
    await turns(30);
    await reader.return();
    expect(state.ended).toBe(true);
    expect(state.made).toBeLessThan(100);
    (await waiting).release();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });
});
