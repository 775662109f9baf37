// Starts hash-worker.ts. On the page only: in Firefox (ESR 153, 2026-11-27) `new Worker` inside a worker now and then never
// returns and that worker is dead, so an engine's worker asks its page for one.

/** A hash worker that lives, by a port to it. */
export interface HashThread {
  port: MessagePort;
  end(): void;
}

export type StartHashThread = () => Promise<HashThread>;

const startMs = 5000; // a policy that blocks the script may say nothing

/** Rejects where there are no workers, or this one does not start. */
export async function startHashThread(): Promise<HashThread> {
  // Literally in one expression: this is what bundlers recognise.
  const worker = new Worker(new URL("./hash-worker.ts", import.meta.url), { type: "module" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      worker.addEventListener("message", () => resolve(), { once: true });
      worker.addEventListener("error", reject, { once: true });
      timer = setTimeout(() => reject(new Error("the hash worker did not start")), startMs);
    });
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(undefined, [port2]);
  return { port: port1, end: () => worker.terminate() };
}
