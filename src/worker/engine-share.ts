// Engines by key, each made once and used by many: every user gets a handle, and the last handle to be given back frees
// the engine. A load is aborted once nobody waits for it, and everybody who waits sees its progress. An engine that
// has ended (its GPU did not come back) is forgotten: whoever asks next gets a new one.

import type { ContinuableEngine } from "../api/continuation.ts";
import type { RecoveryEvent } from "../api/renewal.ts";
import type { EngineOptions } from "../api/surface.ts";
import type { ProgressEvent } from "../source/progress.ts";
import { beforeAbort } from "../waiting.ts";
import { whenAborted } from "./when-aborted.ts";

interface Entry {
  engine: Promise<ContinuableEngine>;
  users: number;
  controller: AbortController;
  listeners: Set<(event: ProgressEvent) => void>;
  /** Of those that have the engine, or wait for it. */
  recoveryListeners: Set<(event: RecoveryEvent) => void>;
}

type Shared = Pick<EngineOptions, "signal" | "onProgress" | "onRecovery">;

export class EngineShare {
  readonly #entries = new Map<string, Entry>();

  /** A handle on the engine of this key. Rejects as `create` does, or with the signal's reason. */
  async acquire(
    key: string,
    options: EngineOptions,
    create: (shared: Shared) => Promise<ContinuableEngine>,
  ): Promise<ContinuableEngine> {
    const { signal, onProgress, onRecovery } = options;
    signal?.throwIfAborted();
    const entry = this.#entries.get(key) ?? this.#begin(key, create);
    entry.users++;
    if (onProgress) entry.listeners.add(onProgress);
    if (onRecovery) entry.recoveryListeners.add(onRecovery);
    const leave = () => {
      if (onRecovery) entry.recoveryListeners.delete(onRecovery);
      return this.#leave(key, entry);
    };
    try {
      return handleOn(await beforeAbort(entry.engine, signal), leave);
    } catch (error) {
      leave();
      throw error;
    } finally {
      if (onProgress) entry.listeners.delete(onProgress);
    }
  }

  /** Whoever asks next gets a new engine; those in use stay with their users. */
  forgetAll(): void {
    this.#entries.clear();
  }

  #begin(key: string, create: (shared: Shared) => Promise<ContinuableEngine>): Entry {
    const controller = new AbortController();
    const listeners = new Set<(event: ProgressEvent) => void>();
    const onProgress = (event: ProgressEvent) => listeners.forEach((listener) => listener(event));
    const recoveryListeners = new Set<(event: RecoveryEvent) => void>();
    const onRecovery = (event: RecoveryEvent) => recoveryListeners.forEach((listener) => listener(event));
    const engine = create({ signal: controller.signal, onProgress, onRecovery });
    const entry: Entry = { engine, users: 0, controller, listeners, recoveryListeners };
    const forget = () => this.#forget(key, entry); // the next one tries again
    engine.then(({ ended }) => whenAborted(ended, forget), forget);
    this.#entries.set(key, entry);
    return entry;
  }

  #leave(key: string, entry: Entry): Promise<void> {
    if (--entry.users > 0) return Promise.resolve();
    this.#forget(key, entry);
    entry.controller.abort();
    return entry.engine.then(
      (engine) => engine.unload(),
      () => {},
    );
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}

/** The same engine; unloading it gives back this handle only. */
function handleOn(engine: ContinuableEngine, leave: () => Promise<void>): ContinuableEngine {
  let left: Promise<void> | undefined;
  const unload = () => (left ??= leave());
  const { chat, completions, embeddings, cache, tokenizer, info, ended, continuation } = engine;
  const calls = { chat, completions, embeddings, cache, tokenizer };
  return { ...calls, info, ended, continuation, unload, [Symbol.asyncDispose]: unload };
}
