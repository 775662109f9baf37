// A loaded model's core, dressed as the public Engine: the two completion calls, the tokenizer, info, and one end.

import { PronkError } from "../errors.ts";
import type { Variants } from "../gpu/variants.ts";
import { onDemand } from "../on-demand.ts";
import { cacheCalls } from "./cache-calls.ts";
import { createChatCompletions } from "./chat.ts";
import type { Completions } from "./completions.ts";
import type { ContinuableEngine } from "./continuation.ts";
import type { Embeddings } from "./embeddings.ts";
import { coreBehind, type EngineCore } from "./engine-core.ts";
import type { EngineInfo } from "./surface.ts";

const embedding = onDemand("answers requests for embeddings", () => import("./embedding.ts"));
const textCompletion = onDemand("continues texts", () => import("./text-completion.ts"));

export interface EngineParts {
  core: EngineCore;
  info: EngineInfo;
  /** Which kernels run, as plain data; absent if no other engine can take over. */
  variants?: () => Variants;
  /** The controller behind `core.ended`; aborted here on unload, elsewhere when the device is lost. */
  end: AbortController;
  /** Frees everything the model holds. Called once. */
  dispose(): Promise<void>;
}

export function assembleEngine({ core, info, variants, end, dispose }: EngineParts): ContinuableEngine {
  let unloading: Promise<void> | undefined;
  const unload = () => {
    end.abort(unloadedError(info.model)); // calls in flight and later ones reject with it
    return (unloading ??= dispose());
  };
  const engine: ContinuableEngine = {
    chat: { completions: createChatCompletions(core) },
    completions: {
      create: (async (request, options) =>
        (await textCompletion()).createCompletions(core).create(request, options)) as Completions["create"],
    },
    embeddings: {
      create: (async (request, options) => (await embedding()).embed(core, request, options)) as Embeddings["create"],
    },
    cache: cacheCalls(core.askCache),
    tokenizer: {
      encode: async (text, options) => core.tokenizer.encode(text, { addBos: options?.addBos }),
      decode: async (ids) => core.tokenizer.decode(ids),
    },
    info,
    ...(variants && {
      continuation: { history: core.generator.history, like: () => ({ ...info, variants: variants() }) },
    }),
    ended: core.ended,
    unload,
    [Symbol.asyncDispose]: unload,
  };
  coreBehind.set(engine, core);
  return engine;
}

export function unloadedError(model: string): PronkError {
  return new PronkError("bad-request", `The engine of ${model} was unloaded. Create a new one with createEngine.`, {
    field: "engine",
    expected: "a loaded engine",
    found: "an unloaded one",
  });
}
