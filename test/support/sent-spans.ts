// Which bytes of which file the loopback hub has sent, from its log of requests; and what was sent twice.

import type { HubRequest } from "./hub-server.ts";

export interface Span {
  path: string;
  start: number;
  end: number;
}

export const sentSpans = (requests: readonly HubRequest[]): Span[] =>
  requests.flatMap(({ path, sent }) => (sent ? [{ path: path.slice(1), ...sent }] : []));

/** Bytes of `spans` that lie in any of `others`; those in two of them count once. */
export function overlapBytes(spans: readonly Span[], others: readonly Span[]): number {
  let sum = 0;
  for (const { path, start, end } of spans) {
    let from = start;
    for (const other of others.filter((one) => one.path === path).toSorted((a, b) => a.start - b.start)) {
      const first = Math.max(from, other.start);
      const last = Math.min(end, other.end);
      if (last <= first) continue;
      sum += last - first;
      from = last;
    }
  }
  return sum;
}
