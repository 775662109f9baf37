// Runs a task at most once a frame however often it is asked for, so that fast tokens cost one layout a frame.
// A hidden tab has no frames: there a timer of 200 ms stands in, so that a finished answer is not held back.

export interface FrameTask {
  /** Asks for a run in the next frame. */
  request(): void;
  /** Runs now if a run was asked for. */
  flush(): void;
}

const hiddenTabMs = 200;

export function onceAFrame(task: () => void): FrameTask {
  let pending = false;
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = () => {
    if (!pending) return;
    pending = false;
    globalThis.cancelAnimationFrame?.(frame);
    clearTimeout(timer);
    task();
  };
  return {
    request() {
      if (pending) return;
      pending = true;
      if ("requestAnimationFrame" in globalThis) frame = requestAnimationFrame(run);
      timer = setTimeout(run, hiddenTabMs);
    },
    flush: run,
  };
}
