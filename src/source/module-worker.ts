// Starts a module worker of this package wherever its script lies: in the form that bundlers recognise; otherwise by the
// script's own address; and if that is on another origin, from which no browser starts a worker, through a module of this
// origin that imports it. Always by a trusted address, where the page requires one.

import { trustedAddress, withTrustedAddress } from "../trusted-types.ts";

/** What a worker's script exports for this: its own `import.meta.url`. */
export interface WorkerScript {
  address: string;
}

/**
 * `literal` makes the worker in one expression that names its file; `script` imports that file on the page. Every script
 * here posts a message when it runs: if none comes within `limitMs` the worker did not start (a policy that blocks it may
 * say nothing); with `again`, a second one is tried. Rejects with the first way's failure, or with the signal's reason.
 */
export async function startModuleWorker(
  literal: () => Worker,
  script: () => Promise<WorkerScript>,
  limitMs: number,
  signal?: AbortSignal,
  again = false,
): Promise<Worker> {
  let failure: unknown;
  if (!isElsewhere(import.meta.url))
    try {
      const make = () => started(withTrustedAddress("Worker", literal), limitMs, signal);
      return await make().catch((error: unknown) => {
        if (again && error instanceof Silence) return make(); // the browser may have ended it before its first word
        throw error;
      });
    } catch (error) {
      if (error instanceof Silence) throw error;
      failure = error; // a policy, or a bundler that left the file behind
    }
  try {
    signal?.throwIfAborted();
    const { address } = await script();
    const url = isElsewhere(address) ? moduleThatImports(address) : address;
    return await started(new Worker(trustedAddress(url), { type: "module" }), limitMs, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw failure ?? error;
  }
}

/** Whether a script lies on another origin than the page (a CDN's). A bundler may write a useless address instead. */
export function isElsewhere(address: string): boolean {
  const { protocol, origin } = new URL(address);
  return protocol.startsWith("http") && origin !== globalThis.origin; // "null" in a frame that is kept apart
}

class Silence extends Error {}

function started(worker: Worker, limitMs: number, aborted?: AbortSignal): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const end = new AbortController();
    const fail = (reason: Error) => {
      end.abort();
      worker.terminate();
      reject(reason);
    };
    const timer = setTimeout(() => fail(new Silence(`it said nothing in ${limitMs / 1000} s`)), limitMs);
    end.signal.addEventListener("abort", () => clearTimeout(timer));
    const { signal } = end;
    aborted?.addEventListener("abort", () => fail(new Error("no longer wanted")), { signal });
    worker.addEventListener(
      "error",
      (event) => {
        event.preventDefault();
        fail(new Error(event.message || "its script could not be loaded"));
      },
      { signal },
    );
    worker.addEventListener(
      "message",
      () => {
        end.abort();
        resolve(worker);
      },
      { signal },
    );
  });
}

/** In a frame without an origin, Chromium (156, 2026-11-30) starts no module from a blob: address, but from a data: one. */
function moduleThatImports(address: string): string {
  const text = `import ${JSON.stringify(address)};`;
  if (globalThis.origin === "null") return `data:text/javascript,${encodeURIComponent(text)}`;
  return URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}
