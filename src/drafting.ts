// Where an engine's drafts come from: earlier text, or a smaller model that is loaded beside it. Loaded if drafts are asked
// for; engine.ts decides when.

import type { EngineParts } from "./api/assemble.ts";
import type { EngineCore } from "./api/engine-core.ts";
import { badField } from "./api/request-fields.ts";
import type { EngineInfo, EngineOptions } from "./api/surface.ts";
import { PronkError } from "./errors.ts";
import type { BeginDrafts } from "./generate/draft-source.ts";
import { beginLookup } from "./generate/lookup-drafts.ts";
import { modelDrafts } from "./generate/model-drafts.ts";
import type { ModelReference } from "./source/source.ts";
import type { Tokenizer } from "./text/tokenizer.ts";

export { beginLookup }; // for the benchmark: in a file of its own it could be what does not arrive

interface Drafting {
  begin: BeginDrafts;
  /** Of the model that drafts. */
  info?: EngineInfo["drafts"];
  dispose?(): Promise<void>;
}

/**
 * For the engine of this core; `open` loads a model. Errors: those of a model's load, with the draft model's name in
 * `facts.drafts`; `bad-request` where its vocabulary is another.
 */
export async function openDrafts<Options extends EngineOptions>(
  core: Pick<EngineCore, "tokenizer">,
  options: Options & { drafts: NonNullable<EngineOptions["drafts"]> },
  open: (reference: ModelReference, options: Options) => Promise<EngineParts>,
): Promise<Drafting> {
  const { drafts } = options;
  if (typeof drafts !== "object") return { begin: beginLookup };
  const { model, quantize } = drafts;
  const own = {
    predecessor: undefined,
    adapters: undefined,
    tokenizer: undefined,
    weights: undefined,
    contextLength: undefined,
  };
  try {
    const parts = await open(model, { ...options, ...own, quantize, drafts: false, sequences: 1 });
    try {
      checkVocabulary(core.tokenizer, parts.core.tokenizer);
    } catch (error) {
      await parts.dispose();
      throw error;
    }
    const { model: label, source, gpuBytes } = parts.info;
    return {
      begin: modelDrafts(parts.core.generator),
      info: { model: label, source, gpuBytes },
      dispose: () => parts.dispose(),
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof PronkError)) throw error;
    const name = typeof model === "string" ? model : "drafts.model";
    throw new PronkError(
      error.code,
      `Draft model ${name}: ${error.message}`,
      { ...error.facts, drafts: name },
      { cause: error },
    );
  }
}

/** Throws PronkError bad-request unless each id that both have stands for the same bytes. */
function checkVocabulary(tokenizer: Tokenizer, drafting: Tokenizer): void {
  const shared = Math.min(tokenizer.vocabSize, drafting.vocabSize);
  const utf8 = new TextDecoder();
  for (let id = 0; id < shared; id++) {
    const [wanted, found] = [tokenizer.bytesOf(id), drafting.bytesOf(id)];
    if (!wanted || !found || (wanted.length === found.length && wanted.every((byte, i) => byte === found[i]))) continue;
    const expected = `a model of the same vocabulary, whose token ${id} is ${JSON.stringify(utf8.decode(wanted))}`;
    throw badField("drafts.model", expected, utf8.decode(found));
  }
}
