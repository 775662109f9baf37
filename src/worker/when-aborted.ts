// A listener that a signal calls once, at once where it is aborted already.

/** `until` takes the listener away again, from a signal that outlives its use. */
export function whenAborted(signal: AbortSignal, call: () => void, until?: AbortSignal): void {
  if (signal.aborted) call();
  else signal.addEventListener("abort", call, { once: true, ...(until && { signal: until }) });
}
