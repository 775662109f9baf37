// An AbortSignal that tells how many listeners it has, and had at most: any left on a signal that outlives its requests is
// a leak, and Node warns of more than ten at once.

export function countedSignal(): { controller: AbortController; listeners(): number; most(): number } {
  const controller = new AbortController();
  const { signal } = controller;
  const held = new Set<unknown>();
  let most = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: object | boolean,
  ) => {
    held.add(listener);
    most = Math.max(most, held.size);
    add(type, listener, options);
    if (typeof options === "object" && "signal" in options)
      (options.signal as AbortSignal).addEventListener("abort", () => held.delete(listener));
    // `once` removes a listener when it is called.
    if (typeof options === "object" && "once" in options) add(type, () => void held.delete(listener), { once: true });
  };
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    held.delete(listener);
    remove(type, listener);
  };
  return { controller, listeners: () => held.size, most: () => most };
}
