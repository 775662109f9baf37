// What the API needs of a loaded model, and nothing of how it was loaded: the seam between api/ and the engine, so that
// the same logic runs on the page's thread, in the worker and over fakes in tests.

import type { GenerationDefaults, ModelConfig } from "../format/model-config.ts";
import type { LendingGenerator } from "../generate/lending.ts";
import type { ChatDialog, Tokenizer } from "../text/tokenizer.ts";
import type { AskCache } from "./cache-calls.ts";

export interface EngineCore {
  /** Echoed as `model` in answers, e.g. owner/name. */
  readonly label: string;
  readonly config: ModelConfig;
  readonly defaults: GenerationDefaults;
  readonly tokenizer: Tokenizer;
  /** Undefined for a pretrained model that only continues text. */
  readonly dialog: ChatDialog | undefined;
  /** Ids that end an answer of a chat, besides `config.eosIds`: see text/turn-ends.ts. */
  readonly turnEnds: readonly number[];
  readonly generator: LendingGenerator;
  /** LoRAs that a request may name, by name: the keys that `generator` knows them by. */
  readonly adapters?: ReadonlyMap<string, string>;
  /** Keeps the KV cache of `generator`. */
  readonly askCache: AskCache;
  /** Aborted when the engine is unloaded or its device is lost; the reason is the PronkError that calls then reject with. */
  readonly ended: AbortSignal;
}

/** The cores of this thread's engines. */
export const coreBehind = new WeakMap<object, EngineCore>();
