// The hasher when its thread is useless: a load must never wait for it.

import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { FileHasher } from "../../../src/source/file-hasher.ts";
import { startHashThread } from "../../../src/source/hash-thread.ts";
import { Sha256 } from "../../../src/source/sha256.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function expectRightHash(hasher: FileHasher): Promise<void> {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
  const expected = createHash("sha256").update(bytes).digest("hex");
  await hasher.update(bytes.slice(0, 65_537), null);
  const { state } = await hasher.update(bytes.slice(65_537));
  expect(new Sha256(state).hex()).toBe(expected);
}

test("a worker that never starts is given up and the files are hashed here", async () => {
  vi.useFakeTimers();
  const terminate = vi.fn();
  class SilentWorker extends EventTarget {
    terminate = terminate;
  }
  vi.stubGlobal("Worker", SilentWorker);
  const opening = FileHasher.open(startHashThread);
  await vi.advanceTimersByTimeAsync(60_000);
  vi.useRealTimers();
  const hasher = await opening;
  expect(terminate).toHaveBeenCalledOnce();
  await expectRightHash(hasher);
});

test("so they are where no worker may be made", async () => {
  vi.stubGlobal("Worker", undefined);
  await expectRightHash(await FileHasher.open(startHashThread));
  await expectRightHash(await FileHasher.open());
});

test("a thread that fails, or is ended, ends what waits for it", async () => {
  const { port1, port2 } = new MessageChannel();
  const end = vi.fn(() => port1.close());
  const hasher = await FileHasher.open(async () => ({ port: port1, end }));
  port2.onmessage = () => port2.postMessage({ error: "RangeError: no room" });
  await expect(hasher.update(new Uint8Array(10), null)).rejects.toThrow("RangeError: no room");
  const waiting = hasher.update(new Uint8Array(10));
  hasher.close();
  await expect(waiting).rejects.toThrow("the hasher was closed");
  expect(end).toHaveBeenCalledOnce();
});
