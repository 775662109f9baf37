// One writer for each model, across the tabs of an origin: a Web Lock where there are any, else this realm's own list.
// A lock ends with its tab, so a record left `loading` whose lock is free was left by a crash.

import { webLocks } from "../site-data.ts";

const held = new Map<string, Promise<unknown>>(); // this realm's, where there are no Web Locks

const lockName = (key: string) => `pronk:write:${key}`;

/** Runs `work` alone for this key; waits for another writer to end first. */
export async function asWriter<Result>(
  key: string,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const locks = await webLocks();
  if (locks) return (await locks.request(lockName(key), { signal }, work)) as Result;
  while (held.has(key)) {
    await held.get(key);
    signal?.throwIfAborted();
  }
  const running = work();
  held.set(
    key,
    running.catch(() => {}),
  );
  try {
    return await running;
  } finally {
    held.delete(key);
  }
}

/** Runs `work` for this key if nobody writes it; otherwise does nothing. */
export async function unlessWriting(key: string, work: () => Promise<void>): Promise<void> {
  const locks = await webLocks();
  if (locks) await locks.request(lockName(key), { ifAvailable: true }, (lock) => (lock ? work() : undefined));
  else if (!held.has(key)) await work();
}
