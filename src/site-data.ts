// What a browser refuses a page whose site may keep no data (blocked by the person, or a frame without an origin). Most of it
// rejects, or is absent; what is here throws, or would be waited for in vain (Chromium 156, Firefox ESR 153, 2026-11-30).

/** The origin's Web Locks. Undefined where there are none, or where every request of one is refused. */
export async function webLocks(): Promise<LockManager | undefined> {
  const locks = globalThis.navigator?.locks;
  return locks?.query().then(
    () => locks,
    () => undefined,
  );
}

/** A channel to the origin's other tabs and workers; undefined where there can be none. */
export function broadcastChannel(name: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined;
  }
}
