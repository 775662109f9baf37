// Waits for what must come true, as long as the test itself may take: how soon depends on the machine and doesn't matter.

import { vi } from "vitest";

export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 10 * 60_000, interval: 5 });
}
