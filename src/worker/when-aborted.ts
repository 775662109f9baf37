// A listener that a signal calls once, or at once if it is already aborted.

/** `until` removes the listener from a signal that outlives its use. */
export function whenAborted(signal: AbortSignal, call: () => void, until?: AbortSignal): void {
  if (signal.aborted) call();
  else signal.addEventListener("abort", call, { once: true, ...(until && { signal: until }) });
}
