// Gives the event loop a turn during long work, to keep a page or worker responsive: no stretch of conversion runs longer
// than a frame.

const stretchMs = 12; // of a frame of 16; not measured: it leaves a quarter for whatever else the thread has to do

export class Breather {
  #since = performance.now();

  /** Undefined while the current stretch is short; otherwise a promise of the next one. */
  due(): Promise<void> | undefined {
    if (performance.now() - this.#since < stretchMs) return undefined;
    return nextTurn().then(() => void (this.#since = performance.now()));
  }
}

/** Resolves after whatever waits in the event loop. Timers are no use here: browsers hold nested ones back 4 ms. */
function nextTurn(): Promise<void> {
  const { scheduler, setImmediate: immediate } = globalThis as {
    scheduler?: { yield?: () => Promise<void> };
    setImmediate?: (callback: () => void) => void;
  };
  if (scheduler?.yield) return scheduler.yield();
  if (immediate) return new Promise((resolve) => immediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const onMessage = () => {
      port1.close();
      resolve();
    };
    port1.addEventListener("message", onMessage, { once: true });
    port1.start();
    port2.postMessage(null);
  });
}
