// The public surface of `pronk/prompt-api`: the browser's Prompt API over a model of one's choice, for pages that were
// written for it, or that use a browser's model where it has one. An entry of its own: nothing else in pronk loads it.

import { checkAdapter, createEngine, type EngineOptions, inspectModel, type ModelReference } from "../index.ts";
import { asDomException, notSupported } from "./faults.ts";
import { readInitial } from "./messages.ts";
import type {
  Availability,
  CreateMonitor,
  LanguageModelCoreOptions,
  LanguageModelCreateOptions,
} from "./prompt-types.ts";
import { countTokens, LanguageModelSession, type SessionEngine } from "./session.ts";

export type {
  Availability,
  CreateMonitor,
  LanguageModelCoreOptions,
  LanguageModelCreateOptions,
  LanguageModelPromptOptions,
  PromptContent,
  PromptExpectation,
  PromptInput,
  PromptMessage,
  PromptTool,
} from "./prompt-types.ts";
export type { LanguageModelSession };

/** What takes the place of the browser's `LanguageModel`. */
export interface LanguageModelStatic {
  /** Whether sessions of this kind can be made here. Never rejects. */
  availability(options?: LanguageModelCoreOptions): Promise<Availability>;
  /**
   * Makes a session, and loads the model for the first one. Rejects with DOMException: `NotSupportedError` (no WebGPU, another
   * kind of model), `NetworkError`, `OperationError`, each with the PronkError as its cause; with a TypeError for wrong
   * `initialPrompts`; or with the signal's reason.
   */
  create(options?: LanguageModelCreateOptions): Promise<LanguageModelSession>;
}

/** Engine options that sessions do not set. */
export type LanguageModelEngineOptions = Omit<EngineOptions, "signal" | "onProgress">;

interface Loaded {
  engine: SessionEngine;
  unload(): Promise<void>;
}

/**
 * A `LanguageModel` that runs this model, which is loaded with its first session and let go with its last; or one over an engine
 * that already exists and stays the caller's.
 */
export function languageModel(
  model: ModelReference | { /** Answers all sessions. */ engine: SessionEngine },
  options: LanguageModelEngineOptions = {},
): LanguageModelStatic {
  const given = typeof model === "object" && "engine" in model ? model.engine : undefined;
  let loading: Promise<Loaded> | undefined;
  let isLoaded = false;
  let leaving: Promise<unknown> = Promise.resolve(); // the engine before: its memory comes back first
  let users = 0;

  const load = ({ signal, monitor }: LanguageModelCreateOptions): Promise<Loaded> => {
    if (given) return Promise.resolve({ engine: given, unload: async () => {} }); // the caller's
    const tell = new EventTarget() as CreateMonitor;
    monitor?.(tell);
    const progress = (loaded: number) => {
      const event = new Event("downloadprogress"); // a ProgressEvent's fields; servers and tests have no such class
      tell.dispatchEvent(Object.assign(event, { lengthComputable: true, loaded, total: 1 }));
    };
    if (loading) {
      const ofAnother = loading; // it may be aborted while this one is not
      return ofAnother.then(
        (loaded) => (progress(1), loaded),
        () => load({ signal, monitor }),
      );
    }
    progress(0);
    const onProgress: EngineOptions["onProgress"] = ({ phase, loadedBytes, totalBytes }) => {
      if (phase === "download" && totalBytes > 0 && loadedBytes < totalBytes) progress(loadedBytes / totalBytes);
    };
    const made = leaving
      .then(() => createEngine(model as ModelReference, { ...options, signal, onProgress }))
      .then((engine) => {
        isLoaded = true;
        progress(1);
        const forget = () => {
          if (loading === made) [loading, isLoaded] = [undefined, false];
        };
        engine.ended.addEventListener("abort", forget, { once: true });
        return { engine, unload: () => engine.unload() };
      });
    loading = made;
    made.catch(() => {
      if (loading === made) loading = undefined;
    });
    return made;
  };

  const release = () => {
    users--;
    if (users > 0 || !loading) return;
    leaving = loading.then(({ unload }) => unload()).catch(() => {}); // whoever asked for it is told
    [loading, isLoaded] = [undefined, false]; // a session made from now on loads it again
  };

  return {
    async availability(asked = {}) {
      if (asksForMore(asked)) return "unavailable";
      if (given || isLoaded) return "available";
      if (loading) return "downloading";
      try {
        if (!(await checkAdapter()).supported) return "unavailable";
        const { weights, token, hubUrl } = options;
        const summary = await inspectModel(model as ModelReference, { weights, token, hubUrl });
        return summary.stored ? "available" : "downloadable";
      } catch {
        return "unavailable";
      }
    },
    async create(asked = {}) {
      const { signal, initialPrompts = [], monitor: _, ...kept } = asked;
      if (asksForMore(asked)) throw notSupported("This model reads and writes text, and nothing else.");
      const messages = readInitial(initialPrompts);
      signal?.throwIfAborted();
      users++;
      try {
        const { engine } = await load(asked);
        const hold = () => {
          users++;
          return release;
        };
        const contextUsage = await countTokens(engine, messages);
        signal?.throwIfAborted();
        const session = new LanguageModelSession({ engine, options: kept, messages, contextUsage, hold });
        signal?.addEventListener("abort", () => session.destroy(), { once: true });
        return session;
      } catch (error) {
        throw asDomException(error);
      } finally {
        release();
      }
    },
  };
}

const asksForMore = ({ expectedInputs = [], expectedOutputs = [] }: LanguageModelCoreOptions): boolean =>
  [...expectedInputs, ...expectedOutputs].some(({ type }) => type !== "text");
