// Workers that say nothing: there is no telling whether a policy forbids them or the browser ended them too early.

import { expect, test, vi } from "vitest";
import { startModuleWorker } from "../../../src/source/module-worker.ts";

class FakeWorker extends EventTarget {
  terminate = vi.fn();
}

const script = () => Promise.reject(new Error("not asked for"));

/** Starts workers, the first `silent` of which say nothing. */
async function start(silent: number) {
  const made: FakeWorker[] = [];
  const make = () => {
    const worker = new FakeWorker();
    if (made.push(worker) > silent) queueMicrotask(() => worker.dispatchEvent(new Event("message")));
    return worker as unknown as Worker;
  };
  vi.useFakeTimers();
  try {
    const started = startModuleWorker(make, script, 1000, undefined, true).then(
      (worker) => worker as unknown,
      (error: Error) => error.message,
    );
    await vi.advanceTimersByTimeAsync(2000);
    return { made, started: await started };
  } finally {
    vi.useRealTimers();
  }
}

test("one that says nothing is tried once more", async () => {
  const { made, started } = await start(1);
  expect(started).toBe(made[1]);
  expect(made.map(({ terminate }) => terminate.mock.calls.length)).toEqual([1, 0]);
});

test("and then it did not start", async () => {
  const { made, started } = await start(9);
  expect(started).toBe("it said nothing in 1 s");
  expect(made.map(({ terminate }) => terminate.mock.calls.length)).toEqual([1, 1]);
});
