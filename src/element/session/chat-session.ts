// One chat with one model: inspects it, waits for the licence, loads the engine, asks, stops. It owns the engine and
// the turns and tells its host when something changed; it draws nothing and knows no DOM.

import { DownloadPause, PronkError } from "../../index.ts";
import type { EngineInfo, EngineOptions, ModelReference, ProgressEvent, RecoveryEvent, SmallerSetup, StoredModel } from "../../index.ts"; // prettier-ignore
import type { Conversation } from "./conversation.ts";
import { type ChatEngine, type EngineFactory, type InspectedModel, pronkEngines } from "./engine-factory.ts";
import { acceptanceOf, llama2License, recordAcceptance } from "./license-acceptance.ts";
import { onceAFrame } from "./once-a-frame.ts";
import { type Continuation, type SessionState, withEvent } from "./session-state.ts";
import { streamAnswer, streamContinuation } from "./stream-answer.ts";
import { type AnswerTurn, answerTurn, lastAnswer, lastUserTurn, type Turn } from "./turn.ts";

export interface SessionHost {
  /** State, turns or continuation changed; at most once a frame while text streams. */
  changed(): void;
  progressed(event: ProgressEvent): void;
  answered(turn: AnswerTurn): void;
  failed(error: Error): void;
}

export class ChatSession {
  factory: EngineFactory = pronkEngines;
  system = "";
  engineOptions: Omit<EngineOptions, "signal" | "onProgress"> = {};
  /** Whether a person is there to choose between several sets of weights; else the default is taken. */
  asksForWeights = false;
  state: SessionState = { name: "empty" };
  turns: Turn[] = [];
  continuation: Continuation = { text: "", contextFull: false };
  summary: InspectedModel | undefined;
  /** The engine has lost its GPU or its worker, and goes on as soon as it has another. */
  recovering = false;

  readonly #host: SessionHost;
  readonly #frame = onceAFrame(() => this.#host.changed());
  #model: ModelReference | undefined;
  #engine: ChatEngine | undefined;
  #loading: Promise<boolean> | undefined;
  #loadAbort: AbortController | undefined;
  #pause = new DownloadPause(); // of the load at hand
  #answerAbort: AbortController | undefined;
  #decide: ((accepted: boolean) => void) | undefined;
  #weights: string | undefined; // chosen by the person
  #instead: Pick<EngineOptions, "quantize" | "kv" | "contextLength" | "store"> = {}; // chosen on a card
  #nextId = 1;

  constructor(host: SessionHost) {
    this.#host = host;
  }

  get info(): EngineInfo | undefined {
    return this.#engine?.info;
  }

  /** `continue` for a model without dialogue; known once it is loaded, and by the text that one has written. */
  get mode(): "chat" | "continue" {
    const continues = this.#engine ? this.#engine.info.dialog === undefined : this.continuation.text !== "";
    return continues ? "continue" : "chat";
  }

  get busy(): boolean {
    return this.state.name === "answering";
  }

  /** Chooses another model: ends what runs, frees the old engine, forgets the conversation that the old one had. */
  setModel(model: ModelReference | undefined): void {
    this.unload();
    if (this.#model !== undefined) {
      this.turns = [];
      this.continuation = { text: "", contextFull: false };
    }
    this.#model = model;
    this.#weights = undefined;
    this.#instead = {};
    this.summary = undefined;
    this.#enter(model === undefined || model === "" ? { name: "empty" } : { name: "idle" });
  }

  unload(): void {
    const reason = new DOMException("The chat was closed or its model changed.", "AbortError");
    this.#answerAbort?.abort(reason);
    this.#loadAbort?.abort(reason);
    this.#decide?.(false);
    void this.#engine?.unload().catch(() => {}); // a lost device may refuse; there is nothing left to free then
    this.#engine = undefined;
    this.#loading = undefined;
    this.recovering = false;
  }

  /** True when the engine is ready; false when cancelled, declined or failed (see `state`). */
  load(): Promise<boolean> {
    if (this.#engine) return Promise.resolve(true);
    if (this.#model === undefined || this.#model === "") return Promise.resolve(false);
    this.#loading ??= this.#load(this.#model).finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  cancelLoad(): void {
    this.#loadAbort?.abort(new DOMException("The load was cancelled.", "AbortError"));
    this.#decide?.(false);
  }

  /** Holds the download, or lets it go on; what has arrived is kept either way. */
  pauseLoad(paused: boolean): void {
    if (this.state.name !== "loading") return;
    if (paused) this.#pause.pause();
    else this.#pause.resume();
    this.#enter({ name: "loading", progress: { ...this.state.progress, paused } });
  }

  chooseWeights(weights: string): void {
    this.#weights = weights;
    this.#decide?.(true);
  }

  acceptLicense(): void {
    recordAcceptance(llama2License);
    this.#decide?.(true);
  }

  declineLicense(): void {
    this.#decide?.(false);
  }

  async ask(text: string): Promise<void> {
    if (this.busy || !text.trim()) return;
    this.turns = [...this.turns, { role: "user", id: this.#nextId++, text: text.trim() }];
    await this.#answer();
  }

  /** Answers the last question again. */
  async regenerate(): Promise<void> {
    if (!this.busy) await this.#answer();
  }

  /** Replaces the last question and answers the new one. */
  async resend(text: string): Promise<void> {
    const question = lastUserTurn(this.turns);
    if (this.busy || !question || !text.trim()) return;
    this.turns = this.turns.slice(0, this.turns.indexOf(question));
    await this.ask(text);
  }

  async continueText(text: string): Promise<void> {
    if (this.busy || !(await this.load()) || this.busy) return;
    this.continuation = { text, addedFrom: text.length, contextFull: false };
    await this.#run(async (engine, signal) => {
      await streamContinuation(engine, this.continuation, signal, () => this.#frame.request());
    }, this.continuation);
  }

  /** Puts another text in the place of what the model has continued. */
  continueFrom(continuation: Continuation): void {
    this.continuation = continuation;
    this.#host.changed();
  }

  stop(): void {
    this.#answerAbort?.abort(new DOMException("Stopped.", "AbortError"));
  }

  /** Puts another conversation in this one's place; the model stays. */
  open({ turns, continuation }: Pick<Conversation, "turns" | "continuation">): void {
    this.stop();
    this.turns = [...turns];
    this.continuation = { ...continuation };
    this.#nextId = Math.max(this.#nextId, ...turns.map(({ id }) => id + 1));
    this.#host.changed();
  }

  /** After a load that failed or was cancelled, or a lost engine: loads, and answers what has no whole answer yet. */
  async retry(): Promise<void> {
    const last = this.turns.at(-1);
    if (last?.role === "user" || last?.status === "failed" || last?.error) await this.#answer();
    else await this.load();
  }

  /** The same model in less memory of the GPU; the conversation stays, and what has no answer yet gets one. */
  async takeSetup({ quantize, kv, contextLength }: SmallerSetup): Promise<void> {
    this.unload();
    this.#instead = { ...this.#instead, quantize, kv, contextLength };
    await this.retry();
  }

  async runWithoutStore(): Promise<void> {
    this.#instead = { ...this.#instead, store: false };
    await this.retry();
  }

  /** Deletes a stored model, to have its room, and tries again. */
  async makeRoom({ id, quantize }: Pick<StoredModel, "id" | "quantize">): Promise<void> {
    try {
      await this.factory.models?.delete(id, quantize);
    } catch {
      // gone already, in another tab
    }
    await this.retry();
  }

  async #load(model: ModelReference): Promise<boolean> {
    const abort = new AbortController();
    this.#loadAbort = abort;
    const current = () => this.#loadAbort === abort && this.#model === model;
    try {
      this.#enter({ name: "inspecting" });
      const summary = await this.#inspect(model, abort.signal);
      const accepted = async () =>
        !summary?.llama2 || acceptanceOf(llama2License) || this.#waitFor({ name: "license", summary });
      if (!summary || !(await accepted())) {
        if (current()) this.#enter({ name: "idle" });
        return false;
      }
      abort.signal.throwIfAborted();
      this.#enter({ name: "loading", progress: { phases: [] } });
      const onProgress = (event: ProgressEvent) => current() && this.#progress(event);
      const weights = this.#weights ?? this.engineOptions.weights;
      const pause = (this.#pause = this.engineOptions.pause ?? new DownloadPause());
      const onRecovery = (event: RecoveryEvent) => {
        this.engineOptions.onRecovery?.(event);
        if (!current()) return;
        this.recovering = event.state === "recovering";
        this.#host.changed();
      };
      const own = { weights, signal: abort.signal, onProgress, onRecovery, pause };
      const options = { ...this.engineOptions, ...own, ...this.#instead };
      const engine = await this.factory.createEngine(model, options);
      if (!current() || abort.signal.aborted) {
        await engine.unload();
        abort.signal.throwIfAborted();
        return false;
      }
      this.#engine = engine;
      this.#enter({ name: "ready" });
      const ended = () => this.#engineEnded(engine);
      engine.ended?.addEventListener("abort", ended, { once: true });
      if (engine.ended?.aborted) ended();
      return this.#engine === engine;
    } catch (error) {
      if (!current()) return false;
      if (abort.signal.aborted) this.#enter({ name: "idle" });
      else this.#fail(error as Error);
      return false;
    }
  }

  /** What the model is; undefined where the person would not choose among its weights. */
  async #inspect(model: ModelReference, signal: AbortSignal): Promise<InspectedModel | undefined> {
    for (;;) {
      const { token, hubUrl } = this.engineOptions;
      const weights = this.#weights ?? this.engineOptions.weights;
      const summary = await this.factory.inspectModel(model, { weights, token, hubUrl, signal });
      signal.throwIfAborted();
      this.summary = summary;
      const several = summary.weightsOffered.length > 1 && !summary.stored && weights === undefined;
      if (!several || !this.asksForWeights) return summary;
      if (!(await this.#waitFor({ name: "weights", summary }))) return undefined;
    }
  }

  /** Shows a question and waits for its answer. */
  #waitFor(state: SessionState): Promise<boolean> {
    return new Promise((resolve) => {
      this.#decide = (accepted) => {
        this.#decide = undefined;
        resolve(accepted);
      };
      this.#enter(state);
    });
  }

  #progress(event: ProgressEvent): void {
    if (this.state.name !== "loading") return;
    this.state = { name: "loading", progress: withEvent(this.state.progress, event) };
    this.#host.progressed(event);
    this.#frame.request();
  }

  /** Answers the last question. An answer that it has stays until the model is there, and if nothing comes of the new one. */
  async #answer(): Promise<void> {
    this.#host.changed();
    const question = lastUserTurn(this.turns);
    if (!question || !(await this.load()) || this.busy || lastUserTurn(this.turns) !== question) return;
    const end = this.turns.indexOf(question) + 1;
    const turn = { ...answerTurn(this.#nextId++), earlier: lastAnswer(this.turns.slice(end)) };
    this.turns = [...this.turns.slice(0, end), turn];
    await this.#run(async (engine, signal) => {
      try {
        await streamAnswer(engine, { turns: this.turns, system: this.system }, turn, signal, () =>
          this.#frame.request(),
        );
        turn.status = "done";
      } catch (error) {
        turn.status = signal.aborted ? "stopped" : "failed";
        throw error;
      }
    }, turn);
    const { earlier } = turn;
    turn.earlier = undefined;
    if (!this.turns.includes(turn)) return; // another conversation is open by now
    if (turn.text === "" && turn.status !== "done" && earlier?.text) {
      this.turns = [...this.turns.slice(0, end), { ...earlier, error: turn.error }];
      this.#host.changed();
    }
    this.#host.answered(turn);
  }

  /** Runs one generation; an abort keeps what has arrived, an error lands on `target`. */
  async #run(
    generate: (engine: ChatEngine, signal: AbortSignal) => Promise<void>,
    target: { error?: Error },
  ): Promise<void> {
    const engine = this.#engine;
    if (!engine) return;
    const abort = new AbortController();
    this.#answerAbort = abort;
    this.#enter({ name: "answering" });
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
    this.#frame.flush();
    if (this.#engine !== engine) return; // the model was changed meanwhile
    if (!lost) this.#enter({ name: "ready" });
    if (lost) this.#lose(lost);
    else if (engine.ended?.aborted) this.#engineEnded(engine);
  }

  /** Said at once, not at the next question; an answer that runs hears of it by its own call. */
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

  #fail(error: Error): void {
    this.#enter({ name: "failed", error });
    this.#host.failed(error);
    if (error instanceof PronkError && error.code === "storage-full") void this.#findRoom(error);
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

/**
 * Whether the engine is of no use any more. One whose leader closed finds the next leader by itself, and stays; engines
 * of an earlier build call that device-lost, for this reason.
 */
function isEngineLost(error: unknown): boolean {
  if (!(error instanceof PronkError) || error.facts.reason === "leader-closed") return false;
  return error.code === "device-lost" || error.code === "worker-lost";
}
