// Timers that count turns of the event loop: a millisecond of theirs passes with each turn, however long it took. What waits for
// silence on a loopback connection then hears the other end in time, on a machine however busy.

import { vi } from "vitest";

/** From now on; what it gives puts the real timers back. */
export function startTurnClock(): () => void {
  const turn = setInterval(() => vi.advanceTimersByTime(1), 1); // not among those that are replaced
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  return () => {
    clearInterval(turn);
    vi.useRealTimers();
  };
}
