// Timers that count turns of the event loop: a millisecond of theirs passes with each turn, however long it took. Code that waits
// for silence on a loopback connection then hears the other end in time, however busy the machine.

import { vi } from "vitest";

/** From now on; returns a function that restores the real timers. */
export function startTurnClock(): () => void {
  const turn = setInterval(() => vi.advanceTimersByTime(1), 1); // not among those that are replaced
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  return () => {
    clearInterval(turn);
    vi.useRealTimers();
  };
}
