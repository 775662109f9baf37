// What the element needs of an engine, so that a test or a page can hand in another one through `engineFactory`.

import { createEngine, inspectModel, models } from "../../index.ts";
import type { Engine, EngineOptions, ModelReference, ModelSummary } from "../../index.ts";

/**
 * The engine as far as the element uses it. One without `ended` tells of its end by the next call; without `tokenizer`,
 * tokens are estimated; without `cache`, what was said before a reload is computed anew.
 */
export type ChatEngine = Pick<Engine, "chat" | "completions" | "info" | "unload"> &
  Partial<Pick<Engine, "ended" | "tokenizer" | "cache">>;

/** Where the element gets engines from. */
export interface EngineFactory {
  /** What is known of a model before any weight is fetched, like pronk's own. */
  inspectModel(
    model: ModelReference,
    options: Pick<EngineOptions, "weights" | "token" | "hubUrl" | "signal">,
  ): Promise<
    Pick<
      ModelSummary,
      "id" | "label" | "llama2" | "licenseEvidence" | "stored" | "downloadBytes" | "needs" | "weightsOffered"
    > &
      Partial<Pick<ModelSummary, "offers">>
  >;
  /** Loads a model, like pronk's own. */
  createEngine(model: ModelReference, options: EngineOptions): Promise<ChatEngine>;
  /** What is stored, so that room can be made for a model; absent where nothing is. */
  models?: Pick<typeof models, "list" | "delete">;
}

export type InspectedModel = Awaited<ReturnType<EngineFactory["inspectModel"]>>;

export const pronkEngines: EngineFactory = { createEngine, inspectModel, models };
