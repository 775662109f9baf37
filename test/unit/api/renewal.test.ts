// What is lost is made anew: when, how often, and how it ends, on a clock of the test's own.

import { describe, expect, test } from "vitest";
import { mostLosses, patienceMs, Renewal, type Clock, type RecoveryEvent } from "../../../src/api/renewal.ts";
import { PronkError } from "../../../src/errors.ts";

function thing() {
  let lose!: () => void;
  const lost = new Promise<never>(
    (_, reject) => (lose = () => reject(new PronkError("device-lost", "The GPU is gone."))),
  );
  const made = { lost, lose, released: 0, release: () => void made.released++ };
  return made;
}

/** Time passes only in sleeps, and instantly; `slept` has them all. */
function clock() {
  const slept: number[] = [];
  let ms = 0;
  const own: Clock & { slept: number[]; pass(ms: number): void } = {
    slept,
    pass: (by) => void (ms += by),
    now: () => ms,
    sleep: async (by, signal) => {
      slept.push(by);
      await Promise.resolve();
      signal.throwIfAborted();
      ms += by;
    },
  };
  return own;
}

const withheld = new PronkError("adapter-missing", "There is no adapter.");
const offline = new PronkError("worker-lost", "The worker did not start.", { started: false });

function renewing(renew: ((signal: AbortSignal) => Promise<ReturnType<typeof thing>>) | undefined) {
  const first = thing();
  const time = clock();
  const events: RecoveryEvent[] = [];
  const ends: unknown[] = [];
  const options = { renew, clock: time, onEvent: (event: RecoveryEvent) => void events.push(event) };
  const renewal = new Renewal(first, { ...options, onEnd: (error) => void ends.push(error) });
  return { first, time, events, ends, renewal, states: () => events.map(({ state }) => state) };
}

const turns = async () => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};

describe("a renewal", () => {
  test("makes the next at once, and lets go of the last before", async () => {
    const next = thing();
    let releasedBefore = 0;
    const { first, time, renewal, events } = renewing(async () => {
      releasedBefore = first.released;
      return next;
    });
    expect(await renewal.current()).toBe(first);
    first.lose();
    await turns();
    expect(await renewal.current()).toBe(next);
    expect([releasedBefore, time.slept]).toEqual([1, []]);
    expect(events).toMatchObject([
      { state: "recovering", code: "device-lost" },
      { state: "recovered", attempts: 1, waitedMs: 0 },
    ]);
  });

  test.each([
    ["an adapter", withheld],
    ["a worker's script", offline],
  ])("waits longer and longer for %s, and says why it gave up", async (_, failure) => {
    const { first, time, renewal, ends, states } = renewing(() => Promise.reject(failure));
    first.lose();
    await turns();
    const error = await renewal.current().catch((reason: unknown) => reason);
    expect(time.slept.slice(0, 7)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    expect(time.now()).toBeLessThanOrEqual(patienceMs);
    expect(time.now()).toBeGreaterThan(patienceMs - 15_000);
    expect(error).toMatchObject({ code: "device-lost", facts: { failed: failure.code } });
    expect((error as Error).message).toContain(failure.message);
    expect(ends).toEqual([error]);
    expect(states()).toEqual(["recovering", "failed"]);
  });

  test("gives up at once what no further attempt can mend, and where there is to be none", async () => {
    for (const renew of [() => Promise.reject(new PronkError("integrity", "Other files.")), undefined]) {
      const { first, renewal, time, ends, states } = renewing(renew);
      first.lose();
      await turns();
      await expect(renewal.current()).rejects.toMatchObject({ code: "device-lost" });
      expect([time.slept, ends.length]).toEqual([[], 1]);
      expect(states()).toEqual(renew ? ["recovering", "failed"] : []);
    }
  });

  test("what is lost as soon as it is made is made a few times only; what was well begins anew", async () => {
    for (const well of [false, "proved", "old"]) {
      const made = [thing()];
      const { first, renewal, time, ends } = renewing(async () => {
        made.push(thing());
        return made.at(-1)!;
      });
      made[0] = first;
      for (let losses = 0; losses < 2 * mostLosses && ends.length === 0; losses++) {
        if (well === "proved") renewal.proved(made.at(-1)!);
        if (well === "old") time.pass(60_000);
        made.at(-1)!.lose();
        await turns();
      }
      expect(ends.length).toBe(well ? 0 : 1);
      expect(made.length).toBe(well ? 1 + 2 * mostLosses : mostLosses);
    }
  });

  test("ends at once where it waits: for who asked by its signal, for all by its end", async () => {
    let given = 0;
    const { first, renewal, ends } = renewing(
      (signal) =>
        new Promise((_, reject) => {
          given++;
          signal.addEventListener("abort", () => reject(new Error("cut off")));
        }),
    );
    first.lose();
    await turns();
    const abort = new AbortController();
    const asked = renewal.current(abort.signal);
    const other = renewal.current();
    abort.abort("mine");
    await expect(asked).rejects.toBe("mine");
    renewal.end("unloaded");
    await expect(other).rejects.toBe("unloaded");
    await expect(renewal.current()).rejects.toBe("unloaded");
    expect([given, ends]).toEqual([1, []]);
  });

  test("what arrives after the end is let go", async () => {
    const late = thing();
    let arrive!: () => void;
    const { first, renewal } = renewing(() => new Promise((resolve) => (arrive = () => resolve(late))));
    first.lose();
    await turns();
    renewal.end("unloaded");
    arrive();
    await turns();
    expect(late.released).toBe(1);
  });
});
