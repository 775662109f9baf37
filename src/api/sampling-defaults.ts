// What sampling does where a request says nothing: what the repository's generation_config.json says, and where that says
// nothing about sampling, pronk's own.

import type { GenerationDefaults } from "../format/model-config.ts";

/** Lively but on topic for models of this family. */
const own: GenerationDefaults = { temperature: 0.7, topP: 0.95 };

/** Every setting that a repository may give. */
export function samplingDefaults(published: GenerationDefaults): Required<GenerationDefaults> {
  const speaks = [published.temperature, published.topP, published.topK, published.minP].some((x) => x !== undefined);
  const base = speaks ? published : { ...published, ...own };
  return {
    temperature: base.temperature ?? 1,
    topP: base.topP ?? 1,
    topK: base.topK ?? 0,
    minP: base.minP ?? 0,
    repetitionPenalty: base.repetitionPenalty ?? 1,
  };
}
