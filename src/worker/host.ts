// The module worker's entry: the engine off the page's thread. Everything it does is in serve.ts.

import { createLocalEngine } from "../engine.ts";
import type { Port } from "./protocol.ts";
import { serve } from "./serve.ts";

// Firefox has WebGPU on the page earlier than in workers, and a browser may have the API without any adapter.
async function hasWebGpu(): Promise<boolean> {
  return Boolean(await navigator.gpu?.requestAdapter());
}

serve(self as unknown as Port, { hasWebGpu, createEngine: createLocalEngine });
