// One load of a model, from its name to its engine: inspects it, has the person choose weights and accept the licence, and
// only then asks for weights. It tells its session what to show and what is asked; failures are left to the session.

import { DownloadPause } from "../../index.ts";
import type { Endpoint, EngineOptions, ModelReference, ProgressEvent, RecoveryEvent } from "../../index.ts";
import type { ChatEngine, EngineFactory, InspectedModel } from "./engine-factory.ts";
import { acceptanceOf, llama2License } from "./license-acceptance.ts";
import { type LoadProgress, type SessionState, withEvent } from "./session-state.ts";

/** What a page may set. A fallback comes without its agreement: the element asks the person. */
export type ElementOptions = Omit<EngineOptions, "signal" | "onProgress" | "fallback"> & { fallback?: Endpoint };

/** Read when they are needed: what a page sets while the person decides is used. */
export interface LoadSettings {
  readonly factory: EngineFactory;
  readonly engineOptions: ElementOptions;
  /** Whether a person is there to choose between several sets of weights; else the default is taken. */
  readonly asksForWeights: boolean;
}

export interface LoadListener {
  entered(state: SessionState): void;
  inspected(summary: InspectedModel): void;
  progressed(progress: LoadProgress, event: ProgressEvent): void;
  /** For as long as the engine lives. */
  recovery(event: RecoveryEvent): void;
}

/** What the person chose on a card of a failure, over the page's options. */
export type Instead = Pick<EngineOptions, "quantize" | "kv" | "contextLength" | "store">;

const silentAfterMs = 6000; // longer than a usual answer takes; a request that stays silent is ended after 30 s, and repeated

export class ModelLoad {
  /** Chosen by the person, in this load or an earlier one. */
  weights: string | undefined;
  readonly #instead: Instead;
  readonly #model: ModelReference;
  readonly #settings: LoadSettings;
  readonly #listener: LoadListener;
  readonly #abort = new AbortController();
  #pause = new DownloadPause();
  #progress: LoadProgress = { phases: [] };
  #decide: ((accepted: boolean) => void) | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(
    model: ModelReference,
    { weights, instead }: { weights: string | undefined; instead: Instead },
    settings: LoadSettings,
    listener: LoadListener,
  ) {
    this.#model = model;
    this.weights = weights;
    this.#instead = instead;
    this.#settings = settings;
    this.#listener = listener;
  }

  /** Whether anything had to be loaded: tabs that share an engine hear nothing of what was loaded before. */
  get wasHeard(): boolean {
    return this.#progress.latest !== undefined;
  }

  get isCancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  /** The engine; undefined where the person declined, or a question was cancelled. Rejects as the factory does. */
  async run(): Promise<ChatEngine | undefined> {
    try {
      return await this.#run();
    } finally {
      clearTimeout(this.#silence);
    }
  }

  async #run(): Promise<ChatEngine | undefined> {
    const { signal } = this.#abort;
    this.#listener.entered({ name: "inspecting" });
    this.#awaitServer(() => ({ name: "inspecting", silent: true }));
    const summary = await this.#inspect();
    const accepted = async () =>
      !summary?.llama2 || acceptanceOf(llama2License) || this.#waitFor({ name: "license", summary });
    if (!summary || !(await accepted())) return undefined;
    signal.throwIfAborted();
    this.#listener.entered({ name: "loading", progress: this.#progress });
    const { factory, engineOptions } = this.#settings;
    const weights = this.weights ?? engineOptions.weights;
    const pause = (this.#pause = engineOptions.pause ?? new DownloadPause());
    const onProgress = (event: ProgressEvent) => {
      this.#progress = { ...withEvent(this.#progress, event), silent: undefined };
      this.#awaitDownload();
      this.#listener.progressed(this.#progress, event);
    };
    const onRecovery = (event: RecoveryEvent) => {
      this.#settings.engineOptions.onRecovery?.(event);
      this.#listener.recovery(event);
    };
    const fallback = engineOptions.fallback && {
      ...engineOptions.fallback,
      agree: (why: Error, address: string) => this.#agreeTo(why, address),
    };
    const own = { weights, signal, onProgress, onRecovery, pause, fallback };
    return factory.createEngine(this.#model, { ...engineOptions, ...own, ...this.#instead });
  }

  cancel(reason: DOMException): void {
    clearTimeout(this.#silence);
    this.#abort.abort(reason);
    this.decide(false);
  }

  /** Holds the download, or lets it go on; what has arrived is kept either way. */
  pause(paused: boolean): void {
    if (paused) this.#pause.pause();
    else this.#pause.resume();
    this.#progress = { ...this.#progress, paused, silent: undefined };
    this.#awaitDownload();
    this.#listener.entered({ name: "loading", progress: this.#progress });
  }

  /** The person's answer to what was asked, if anything was. */
  decide(accepted: boolean): void {
    this.#decide?.(accepted);
  }

  #awaitDownload(): void {
    const { latest, paused } = this.#progress;
    const fetches = latest?.phase === "download" && latest.loadedBytes < latest.totalBytes && !paused;
    if (!fetches) return clearTimeout(this.#silence);
    this.#awaitServer(() => ({ name: "loading", progress: (this.#progress = { ...this.#progress, silent: true }) }));
  }

  /** Enters `state` if nothing is heard for a while. */
  #awaitServer(state: () => SessionState): void {
    clearTimeout(this.#silence);
    if (!this.isCancelled) this.#silence = setTimeout(() => this.#listener.entered(state()), silentAfterMs);
  }

  /** What the model is; undefined where the person would not choose among its weights. */
  async #inspect(): Promise<InspectedModel | undefined> {
    const { signal } = this.#abort;
    for (;;) {
      const { engineOptions, factory, asksForWeights } = this.#settings;
      const { token, hubUrl } = engineOptions;
      const weights = this.weights ?? engineOptions.weights;
      const summary = await factory.inspectModel(this.#model, { weights, token, hubUrl, signal });
      signal.throwIfAborted();
      clearTimeout(this.#silence); // there is more to wait for than the server now
      this.#listener.inspected(summary);
      const several = summary.weightsOffered.length > 1 && !summary.stored && weights === undefined;
      if (!several || !asksForWeights) return summary;
      if (!(await this.#waitFor({ name: "weights", summary }))) return undefined;
    }
  }

  /** Asks whether a server may answer: the person was told that what they write stays here. */
  async #agreeTo(why: Error, address: string): Promise<boolean> {
    const agreed = !this.isCancelled && (await this.#waitFor({ name: "elsewhere", why, address }));
    if (agreed) this.#listener.entered({ name: "inspecting" });
    return agreed;
  }

  /** Shows a question and waits for its answer. */
  #waitFor(state: SessionState): Promise<boolean> {
    clearTimeout(this.#silence);
    return new Promise((resolve) => {
      this.#decide = (accepted) => {
        this.#decide = undefined;
        resolve(accepted);
      };
      this.#listener.entered(state);
    });
  }
}
