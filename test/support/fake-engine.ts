// The calls of an engine over the fake core, as `serve` takes them, and a fetch that it answers.

import { assembleEngine } from "../../src/api/assemble.ts";
import type { EngineInfo } from "../../src/api/surface.ts";
import { serve } from "../../src/http/serve.ts";
import type { ChatDialog } from "../../src/text/tokenizer.ts";
import { fakeCore, fakeGenerator } from "./fake-core.ts";

/** `script` as in fakeGenerator; `asked` are the requests that reached the generator. */
export function fakeEngine(
  script: (prompt: string) => string,
  { dialog, ...options }: { contextLength?: number; stepMs?: number; dialog?: ChatDialog } = {},
) {
  const generator = fakeGenerator(script, options);
  const end = new AbortController();
  const core = fakeCore(generator, { ended: end.signal, ...(dialog && { dialog }) });
  const info = { model: core.label, generation: {}, contextLength: generator.contextLength } as EngineInfo;
  const engine = assembleEngine({ core, info, end, dispose: async () => {} });
  const fetch: typeof globalThis.fetch = (input, init) => serve(engine, input, init);
  return { engine, generator, fetch };
}
