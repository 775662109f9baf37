// The calls of an engine over the fake core, as `serve` takes them, and a fetch that it answers.

import { assembleEngine } from "../../src/api/assemble.ts";
import type { EngineInfo } from "../../src/api/surface.ts";
import { serve } from "../../src/http/serve.ts";
import type { ChatDialog } from "../../src/text/tokenizer.ts";
import { fakeCore, fakeGenerator } from "./fake-core.ts";

interface FakeEngineOptions {
  contextLength?: number;
  stepMs?: number;
  dialog?: ChatDialog;
  /** Their keys, by name. */
  adapters?: ReadonlyMap<string, string>;
}

/** `script` as in fakeGenerator; `asked` are the requests that reached the generator. */
export function fakeEngine(
  script: (prompt: string) => string,
  { dialog, adapters, ...options }: FakeEngineOptions = {},
) {
  const generator = fakeGenerator(script, options);
  const end = new AbortController();
  const core = fakeCore(generator, { ended: end.signal, ...(dialog && { dialog }), adapters });
  const named = [...(adapters?.keys() ?? [])].map((name) => ({ name, model: name, source: name, scale: 1 }));
  const told = { generation: {}, contextLength: generator.contextLength, ...(adapters && { adapters: named }) };
  const info = { model: core.label, ...told } as EngineInfo;
  const engine = assembleEngine({ core, info, end, dispose: async () => {} });
  const fetch: typeof globalThis.fetch = (input, init) => serve(engine, input, init);
  return { engine, generator, fetch };
}
