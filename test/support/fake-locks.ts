// `navigator.locks` in Node: exclusive Web Locks, each granted in order of request.

import { beforeAbort } from "../../src/waiting.ts";

type Held = (lock: object | null) => unknown;

export function fakeLocks() {
  const queues = new Map<string, Promise<unknown>>();
  const request = async (name: string, ...rest: [Held] | [{ signal?: AbortSignal; ifAvailable?: boolean }, Held]) => {
    const hold = rest.at(-1) as Held;
    const { signal, ifAvailable }: { signal?: AbortSignal; ifAvailable?: boolean } = rest.length === 2 ? rest[0] : {};
    const before = queues.get(name);
    if (before && ifAvailable) return hold(null);
    const held = beforeAbort(Promise.resolve(before), signal).then(() => hold({}));
    const over: Promise<unknown> = Promise.allSettled([before, held]).then(
      () => queues.get(name) === over && queues.delete(name),
    );
    queues.set(name, over);
    return held;
  };
  return { request, query: async () => ({ held: [], pending: [] }) };
}
