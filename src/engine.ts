// Composition root: the one file that knows every folder. Loads a model on the thread it is called on and assembles the
// engine; the worker's host calls it over there, create-engine.ts here where there is no worker. Holds no logic.

import { PronkError } from "./errors.ts";
import type { Engine, EngineOptions } from "./api/surface.ts";
import type { ModelReference } from "./source/source.ts";

export async function createLocalEngine(_model: ModelReference, _options: EngineOptions = {}): Promise<Engine> {
  throw new PronkError("unsupported", "The rooms below the engine are not connected yet.");
}
