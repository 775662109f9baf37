// Starts up to `lanes` tasks ahead and gives their results in order. When the consumer stops or a task fails, the tasks
// still running are told to stop by their signal, and what they had already produced is handed to `discard`.

export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  lanes: number,
  start: (item: Item, signal: AbortSignal) => Promise<Result>,
  { signal, discard }: { signal?: AbortSignal; discard: (result: Result) => void },
): AsyncGenerator<Result, void, undefined> {
  const stop = new AbortController();
  const inner = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const running: Promise<Result>[] = [];
  const iterator = items[Symbol.iterator]();
  const startNext = () => {
    const next = iterator.next();
    if (next.done) return;
    const task = start(next.value, inner);
    task.catch(() => {}); // a task that fails behind another is reported when its turn comes, or not at all
    running.push(task);
  };
  try {
    for (let lane = 0; lane < lanes; lane++) startNext();
    while (running.length > 0) {
      const result = await running.shift()!;
      yield result;
      startNext();
    }
  } finally {
    stop.abort();
    for (const outcome of await Promise.allSettled(running)) if (outcome.status === "fulfilled") discard(outcome.value);
  }
}
