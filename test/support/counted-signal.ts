// An AbortSignal that tells how many listeners it has: what is left on one that outlives its requests is a leak.

export function countedSignal(): { controller: AbortController; listeners(): number } {
  const controller = new AbortController();
  const { signal } = controller;
  const held = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: object | boolean,
  ) => {
    held.add(listener);
    add(type, listener, options);
    // `once` lets it go when it is told.
    if (typeof options === "object" && "once" in options) add(type, () => void held.delete(listener), { once: true });
  };
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    held.delete(listener);
    remove(type, listener);
  };
  return { controller, listeners: () => held.size };
}
