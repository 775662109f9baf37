// A Web Lock as a sign of life: it is free as soon as its holder is gone, whatever ended it.

import { randomId } from "../random-id.ts";

export interface Presence {
  name: string;
  end(): void;
}

/** To be called where there are Web Locks. Resolves once it is held: whoever is told its name earlier might get it first, and think that its holder is gone. */
export function holdPresence(): Promise<Presence> {
  const name = `pronk:tab:${randomId()}`;
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, () => new Promise<void>((end) => resolve({ name, end }))).catch(reject);
  });
}

/** Calls `onGone` when the holder is gone, unless the signal is aborted first. */
export function watchPresence(name: string, onGone: () => void, signal?: AbortSignal): void {
  void navigator.locks.request(name, signal ? { signal } : {}, onGone).catch(() => {});
}
