// The model of a session and the engine that runs it: has it loaded (model-load.ts), holds it, runs generations and notices when
// it is lost. One generation is shown; those that were left for another conversation go on, each in its turn.
// chat-session.ts knows what is said with it.

import { PronkError } from "../../index.ts";
import type {
  EngineInfo,
  EngineOptions,
  ModelReference,
  ProgressEvent,
  SmallerSetup,
  StoredModel,
} from "../../index.ts";
import { type ChatEngine, type EngineFactory, type InspectedModel, pronkEngines } from "./engine-factory.ts";
import { llama2License, recordAcceptance } from "./license-acceptance.ts";
import { type ElementOptions, type Instead, ModelLoad } from "./model-load.ts";
import { onceAFrame } from "./once-a-frame.ts";
import type { SessionState } from "./session-state.ts";

export interface EngineHost {
  /** State or what is said changed; at most once a frame while text streams. */
  changed(): void;
  progressed(event: ProgressEvent): void;
  /** An engine was made; nothing is asked of it before this has ended. Not for one that other tabs have used. Never rejects. */
  loaded?(engine: ChatEngine): Promise<void>;
  failed(error: Error): void;
}

/** One generation, as long as it runs. */
export interface Run {
  readonly abort: AbortController;
  /** Never rejects. */
  ended: Promise<void>;
}

export class EngineSession {
  factory: EngineFactory = pronkEngines;
  engineOptions: ElementOptions = {};
  /** Whether a person is there to choose between several sets of weights; else the default is taken. */
  asksForWeights = false;
  state: SessionState = { name: "empty" };
  summary: InspectedModel | undefined;
  /** The engine has lost its GPU or its worker, and goes on as soon as it has another. */
  recovering = false;

  readonly #host: EngineHost;
  /** Tells the host in the next frame. */
  protected readonly frame = onceAFrame(() => this.#host.changed());
  #model: ModelReference | undefined;
  #engine: ChatEngine | undefined;
  #loading: Promise<boolean> | undefined;
  #load: ModelLoad | undefined; // the latest for this model
  #loadedWith: Pick<EngineOptions, "contextLength" | "kv"> = {};
  #run: Run | undefined; // the one that is shown
  readonly #runs = new Set<Run>();
  #finishing: Promise<unknown> | undefined; // the previous engine, while it gives answers that were left
  #instead: Instead = {}; // chosen on a card

  constructor(host: EngineHost) {
    this.#host = host;
  }

  get engine(): ChatEngine | undefined {
    return this.#engine;
  }

  get info(): EngineInfo | undefined {
    return this.#engine?.info;
  }

  get busy(): boolean {
    return this.state.name === "answering";
  }

  /** Whether the engine has another context length or cache than is wanted now: the next question loads the model again. */
  get loadsAnew(): boolean {
    const { contextLength, kv } = this.#wanted;
    return (
      this.#engine !== undefined && (this.#loadedWith.contextLength !== contextLength || this.#loadedWith.kv !== kv)
    );
  }

  get #wanted(): Pick<EngineOptions, "contextLength" | "kv"> {
    const { contextLength, kv } = { ...this.engineOptions, ...this.#instead };
    return { contextLength, kv };
  }

  /** Chooses another model: ends what is shown and frees the old engine, once it has given the answers that were left. */
  setModel(model: ModelReference | undefined): void {
    const left = [...this.#runs].filter((run) => run !== this.#run);
    if (left.length === 0 || model === undefined) this.#abortRuns();
    else {
      this.#run?.abort.abort(modelChanged());
      if (this.#engine) this.#finish(left);
    }
    this.unload();
    this.#model = model;
    this.#load = undefined;
    this.#instead = {};
    this.summary = undefined;
    this.#enter(model === undefined || model === "" ? { name: "empty" } : { name: "idle" });
  }

  unload(): void {
    if (this.#engine) this.#abortRuns();
    this.#load?.cancel(modelChanged());
    void this.#engine?.unload().catch(() => {}); // a lost device may refuse; there is nothing left to free then
    this.#engine = undefined;
    this.#loading = undefined;
    this.recovering = false;
  }

  #abortRuns(): void {
    for (const { abort } of this.#runs) abort.abort(modelChanged());
  }

  /** True when the engine is ready; false when cancelled, declined or failed (see `state`). */
  load(): Promise<boolean> {
    if (this.loadsAnew && !this.busy) this.#finish([...this.#runs]);
    if (this.#engine) return Promise.resolve(true);
    if (this.#model === undefined || this.#model === "") return Promise.resolve(false);
    this.#loading ??= this.#begin(this.#model).finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  cancelLoad(): void {
    this.#load?.cancel(new DOMException("The load was cancelled.", "AbortError"));
  }

  /** Holds the download, or lets it go on; what has arrived is kept either way. */
  pauseLoad(paused: boolean): void {
    if (this.state.name === "loading") this.#load?.pause(paused);
  }

  chooseWeights(weights: string): void {
    if (!this.#load) return;
    this.#load.weights = weights;
    this.#load.decide(true);
  }

  acceptLicense(): void {
    recordAcceptance(llama2License);
    this.#load?.decide(true);
  }

  declineLicense(): void {
    this.#load?.decide(false);
  }

  /** Whether a server may answer in this device's place. */
  answerElsewhere(agreed: boolean): void {
    this.#load?.decide(agreed);
  }

  stop(): void {
    this.#run?.abort.abort(stopped());
  }

  /** Ends the answers that the load of a model waits for. */
  stopAll(): void {
    for (const { abort } of this.#runs) abort.abort(stopped());
  }

  protected get shownRun(): Run | undefined {
    return this.#run;
  }

  /** What runs goes on, but is no longer shown; another can be asked for, and comes after it. */
  protected leaveRun(): Run | undefined {
    const run = this.#run;
    this.#run = undefined;
    if (run && this.busy) this.#enter({ name: "ready" });
    return run;
  }

  /** Shows a run again if it still goes on. */
  protected rejoin(run: Run): void {
    if (!this.#runs.has(run)) return;
    this.#run = run;
    this.#enter({ name: "answering" });
  }

  /** The engine goes once these have ended; the next one comes after it. */
  #finish(runs: readonly Run[]): void {
    const engine = this.#engine!;
    this.#engine = undefined;
    const over = Promise.all(runs.map(({ ended }) => ended)).then(() => engine.unload().catch(() => {}));
    const finishing = over.finally(() => {
      if (this.#finishing === finishing) this.#finishing = undefined;
    });
    this.#finishing = finishing;
  }

  /** From here on the same model in less GPU memory. */
  protected useSetup({ quantize, kv, contextLength }: SmallerSetup): void {
    this.unload();
    this.#instead = { ...this.#instead, quantize, kv, contextLength };
  }

  /** The same model with what the options say now, whatever was chosen on a card before. */
  protected forgetSetup(): void {
    if (this.#engine) this.#finish([...this.#runs]);
    else this.unload();
    this.#instead = { ...this.#instead };
    delete this.#instead.kv;
    delete this.#instead.contextLength;
  }

  protected useNoStore(): void {
    this.#instead = { ...this.#instead, store: false };
  }

  async #begin(model: ModelReference): Promise<boolean> {
    const load: ModelLoad = new ModelLoad(model, { weights: this.#load?.weights, instead: this.#instead }, this, {
      entered: (state) => this.#enter(state),
      inspected: (summary) => (this.summary = summary),
      progressed: (progress, event) => {
        if (!current() || this.state.name !== "loading") return;
        this.state = { name: "loading", progress };
        this.#host.progressed(event);
        this.frame.request();
      },
      recovery: ({ state }) => {
        if (!current()) return;
        this.recovering = state === "recovering";
        this.#host.changed();
      },
    });
    this.#load = load;
    const current = () => this.#load === load;
    try {
      if (this.#finishing) {
        this.#enter({ name: "inspecting", ...(this.#runs.size > 0 ? { behind: true } : {}) });
        await this.#finishing;
      }
      const wanted = this.#wanted;
      const engine = current() && !load.isCancelled ? await load.run() : undefined;
      if (engine && load.wasHeard && current()) await this.#host.loaded?.(engine);
      if (engine && current() && !load.isCancelled) {
        this.#loadedWith = wanted;
        return this.#take(engine);
      }
      await engine?.unload();
    } catch (error) {
      if (current() && !load.isCancelled) return this.#fail(error as Error);
    }
    if (current()) this.#enter({ name: "idle" });
    return false;
  }

  /** False where it has ended already. */
  #take(engine: ChatEngine): boolean {
    this.#engine = engine;
    this.#enter({ name: "ready" });
    const ended = () => this.#engineEnded(engine);
    engine.ended?.addEventListener("abort", ended, { once: true });
    if (engine.ended?.aborted) ended();
    return this.#engine === engine;
  }

  /** Runs one generation; an abort keeps what has arrived, an error lands on `target`. */
  protected async run(generate: Generate, target: { error?: Error }): Promise<void> {
    const engine = this.#engine;
    if (!engine) return;
    const run: Run = { abort: new AbortController(), ended: Promise.resolve() };
    this.#run = run;
    this.#runs.add(run);
    this.#enter({ name: "answering" });
    await (run.ended = this.#generate(engine, run, generate, target));
  }

  async #generate(engine: ChatEngine, run: Run, generate: Generate, target: { error?: Error }): Promise<void> {
    const { abort } = run;
    let lost: Error | undefined;
    try {
      await generate(engine, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) {
        if (engine.ended?.aborted || isEngineLost(error)) lost = error as Error;
        else {
          target.error = error as Error;
          this.#host.failed(error as Error);
        }
      }
    }
    this.frame.flush();
    this.#runs.delete(run);
    const shown = this.#run === run;
    if (shown) this.#run = undefined;
    if (this.#engine !== engine) {
      if (shown && this.busy) this.#enter({ name: "idle" }); // the model was changed meanwhile
      return;
    }
    if (lost) return this.#lose(lost);
    if (shown) this.#enter({ name: "ready" });
    else this.#host.changed(); // whoever waits may be next
    if (engine.ended?.aborted) this.#engineEnded(engine);
  }

  /** Reported at once, not at the next question; a running answer hears of it by its own call. */
  #engineEnded(engine: ChatEngine): void {
    if (this.#engine === engine && !this.busy) this.#lose(engine.ended?.reason as Error);
  }

  #lose(error: Error): void {
    this.unload();
    this.#fail(error);
  }

  #enter(state: SessionState): void {
    this.state = state;
    this.#host.changed();
  }

  #fail(error: Error): false {
    this.#enter({ name: "failed", error });
    this.#host.failed(error);
    if ((error as Partial<PronkError>).code === "storage-full") void this.#findRoom(error); // also another copy's class
    return false;
  }

  /** What could be deleted, for the card of an error that is still shown then. */
  async #findRoom(error: Error): Promise<void> {
    let stored: StoredModel[] | undefined;
    try {
      stored = await this.factory.models?.list();
    } catch {
      stored = []; // what the store holds is not known; running without it still helps
    }
    if (this.state.name === "failed" && this.state.error === error) this.#enter({ name: "failed", error, stored });
  }
}

export type Generate = (engine: ChatEngine, signal: AbortSignal) => Promise<void>;

const modelChanged = () => new DOMException("The chat was closed or its model changed.", "AbortError");
const stopped = () => new DOMException("Stopped.", "AbortError");

/**
 * Whether the engine is no longer of use. One whose leader closed finds the next leader by itself, and stays; engines of
 * an earlier build call that device-lost, with this reason.
 */
function isEngineLost(error: unknown): boolean {
  if (!(error instanceof PronkError) || error.facts.reason === "leader-closed") return false;
  return error.code === "device-lost" || error.code === "worker-lost";
}
