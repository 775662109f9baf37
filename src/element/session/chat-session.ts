// One chat with one model: has it loaded (model-load.ts), asks, stops. It owns the engine and the turns and tells its host
// when something changed; it draws nothing and knows no DOM.

import { PronkError } from "../../index.ts";
import type {
  EngineInfo,
  EngineOptions,
  ModelReference,
  ProgressEvent,
  SmallerSetup,
  StoredModel,
} from "../../index.ts";
import type { Conversation } from "./conversation.ts";
import { type ChatEngine, type EngineFactory, type InspectedModel, pronkEngines } from "./engine-factory.ts";
import { llama2License, recordAcceptance } from "./license-acceptance.ts";
import { type Instead, ModelLoad } from "./model-load.ts";
import { onceAFrame } from "./once-a-frame.ts";
import type { Continuation, SessionState } from "./session-state.ts";
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
  #load: ModelLoad | undefined; // the last of this model
  #answerAbort: AbortController | undefined;
  #instead: Instead = {}; // chosen on a card
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
    this.#load = undefined;
    this.#instead = {};
    this.summary = undefined;
    this.#enter(model === undefined || model === "" ? { name: "empty" } : { name: "idle" });
  }

  unload(): void {
    const reason = new DOMException("The chat was closed or its model changed.", "AbortError");
    this.#answerAbort?.abort(reason);
    this.#load?.cancel(reason);
    void this.#engine?.unload().catch(() => {}); // a lost device may refuse; there is nothing left to free then
    this.#engine = undefined;
    this.#loading = undefined;
    this.recovering = false;
  }

  /** True when the engine is ready; false when cancelled, declined or failed (see `state`). */
  load(): Promise<boolean> {
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

  async #begin(model: ModelReference): Promise<boolean> {
    const load: ModelLoad = new ModelLoad(model, { weights: this.#load?.weights, instead: this.#instead }, this, {
      entered: (state) => this.#enter(state),
      inspected: (summary) => (this.summary = summary),
      progressed: (progress, event) => {
        if (!current() || this.state.name !== "loading") return;
        this.state = { name: "loading", progress };
        this.#host.progressed(event);
        this.#frame.request();
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
      const engine = await load.run();
      if (engine && current() && !load.isCancelled) return this.#take(engine);
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

  #fail(error: Error): false {
    this.#enter({ name: "failed", error });
    this.#host.failed(error);
    if ((error as Partial<PronkError>).code === "storage-full") void this.#findRoom(error); // also another copy's
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

/**
 * Whether the engine is of no use any more. One whose leader closed finds the next leader by itself, and stays; engines
 * of an earlier build call that device-lost, for this reason.
 */
function isEngineLost(error: unknown): boolean {
  if (!(error instanceof PronkError) || error.facts.reason === "leader-closed") return false;
  return error.code === "device-lost" || error.code === "worker-lost";
}
