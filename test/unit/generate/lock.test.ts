// One generation at a time: who waits, who gives up waiting, and that a reader who pauses holds nobody up.

import { describe, expect, test } from "vitest";
import { Lock } from "../../../src/generate/lock.ts";
import { ReadAhead } from "../../../src/generate/read-ahead.ts";
import { countedSignal } from "../../support/counted-signal.ts";

const turns = async (count = 20) => {
  for (let i = 0; i < count; i++) await Promise.resolve();
};

describe("the lock", () => {
  test("goes round in order, and a signal that outlives its requests keeps no listener", async () => {
    const lock = new Lock();
    const { controller, listeners } = countedSignal();
    const order: number[] = [];
    const calls = Array.from({ length: 5 }, async (_, i) => {
      const release = await lock.acquire(controller.signal);
      order.push(i);
      await turns(3);
      expect(lock.isWanted).toBe(i < 4);
      release();
    });
    expect(listeners()).toBe(4);
    await Promise.all(calls);
    expect(order).toEqual(Array.from({ length: 5 }, (_, i) => i));
    expect(listeners()).toBe(0);
  });

  test("who gives up is told why, and those behind come up", async () => {
    const lock = new Lock();
    const release = await lock.acquire();
    const { controller, listeners } = countedSignal();
    const reason = new Error("no patience");
    const given = lock.acquire(controller.signal);
    const behind = lock.acquire();
    controller.abort(reason);
    await expect(given).rejects.toBe(reason);
    await expect(lock.acquire(controller.signal)).rejects.toBe(reason);
    release();
    (await behind)();
    expect(lock.isWanted).toBe(false);
    expect(listeners()).toBe(0);
  });

  test("tells its holder of each who comes to wait, and of one who waited before", async () => {
    const lock = new Lock();
    const wanted: string[] = [];
    const first = await lock.acquire(undefined, () => wanted.push("first"));
    const second = lock.acquire(undefined, () => wanted.push("second"));
    const third = lock.acquire(undefined, () => wanted.push("third"));
    expect(wanted).toEqual(["first", "first"]);
    first();
    (await second)();
    (await third)();
    expect(wanted).toEqual(["first", "first", "second"]);
  });
});

describe("a reader", () => {
  /** Gives numbers below `count` with the lock held; `ended` tells how. */
  function generation(
    lock: Lock,
    count: number,
    { failAt = Infinity, signal }: { failAt?: number; signal?: AbortSignal } = {},
  ) {
    const state = { made: 0, ended: false };
    async function* run(onWanted: () => void): AsyncGenerator<number> {
      const release = await lock.acquire(signal, onWanted);
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
    return { state, reader: new ReadAhead(lock, run) };
  }
  const read = async (reader: AsyncIterable<number>) => {
    const ids = [];
    for await (const id of reader) ids.push(id);
    return ids;
  };

  test("who pauses makes nothing as long as nobody waits", async () => {
    const { state, reader } = generation(new Lock(), 10);
    expect((await reader.next()).value).toBe(0);
    await turns(100);
    expect(state.made).toBe(0);
    expect(await read(reader)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("who never comes back holds nobody up, and loses nothing when it does", async () => {
    const lock = new Lock();
    const { state, reader } = generation(lock, 10);
    for (const id of [0, 1, 2]) expect((await reader.next()).value).toBe(id);
    const other = generation(lock, 3);
    expect(await read(other.reader)).toEqual([0, 1, 2]);
    expect(state.ended).toBe(true);
    expect(await read(reader)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  test("who reads on while another waits gets everything in order", async () => {
    const lock = new Lock();
    const all = [generation(lock, 20), generation(lock, 20), generation(lock, 20)].map(({ reader }) => read(reader));
    for (const ids of await Promise.all(all)) expect(ids).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test("is not run for one who has given up waiting", async () => {
    const lock = new Lock();
    const { state, reader } = generation(lock, 1000);
    await reader.next();
    const { controller } = countedSignal();
    const waiting = lock.acquire(controller.signal);
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
    const lock = new Lock();
    const failing = generation(lock, 10, { failAt: 5 });
    await failing.reader.next();
    const { controller } = countedSignal();
    const aborted = generation(lock, 10, { signal: controller.signal });
    const first = aborted.reader.next(); // waits, so that the first runs into its fault
    expect((await first).value).toBe(0);
    for (const id of [1, 2, 3, 4]) expect((await failing.reader.next()).value).toBe(id);
    await expect(failing.reader.next()).rejects.toThrow("a fault");
    controller.abort(new Error("enough"));
    (await lock.acquire())();
    await expect(read(aborted.reader)).rejects.toThrow("enough");
  });

  test("who leaves ends it, also while another waits", async () => {
    const lock = new Lock();
    const { state, reader } = generation(lock, 1e6);
    await reader.next();
    const waiting = lock.acquire();
    await turns(30);
    await reader.return();
    expect(state.ended).toBe(true);
    expect(state.made).toBeLessThan(100);
    (await waiting)();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });
});
