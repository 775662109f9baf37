// One chat with one model: keeps the turns, asks, answers again. Its engine is engine-session.ts's; it draws nothing and
// knows no DOM.

import type { ModelReference, SmallerSetup, StoredModel } from "../../index.ts";
import type { ChatSettings } from "./chat-settings.ts";
import type { Conversation } from "./conversation.ts";
import { type EngineHost, EngineSession } from "./engine-session.ts";
import type { Continuation } from "./session-state.ts";
import { streamAnswer, streamContinuation } from "./stream-answer.ts";
import { type AnswerTurn, answerTurn, lastAnswer, lastUserTurn, type Turn } from "./turn.ts";

export interface SessionHost extends EngineHost {
  answered(turn: AnswerTurn): void;
}

export class ChatSession extends EngineSession {
  system = "";
  settings: ChatSettings = {};
  turns: Turn[] = [];
  continuation: Continuation = { text: "", contextFull: false };
  readonly #host: SessionHost;
  #hasModel = false;
  #nextId = 1;

  constructor(host: SessionHost) {
    super(host);
    this.#host = host;
  }

  /** `continue` for a model without dialogue; known once it is loaded, and by the text that one has written. */
  get mode(): "chat" | "continue" {
    const continues = this.info ? this.info.dialog === undefined : this.continuation.text !== "";
    return continues ? "continue" : "chat";
  }

  /** Also forgets the conversation that the model before had. */
  override setModel(model: ModelReference | undefined): void {
    if (this.#hasModel) {
      this.turns = [];
      this.continuation = { text: "", contextFull: false };
    }
    this.#hasModel = model !== undefined;
    super.setModel(model);
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
    await this.run(async (engine, signal) => {
      await streamContinuation(engine, this.continuation, this.settings, signal, () => this.frame.request());
    }, this.continuation);
  }

  /** Puts another text in the place of what the model has continued. */
  continueFrom(continuation: Continuation): void {
    this.continuation = continuation;
    this.#host.changed();
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
  async takeSetup(setup: SmallerSetup): Promise<void> {
    this.useSetup(setup);
    await this.retry();
  }

  /** With the engine's options as they are now; the conversation stays. */
  async loadAgain(): Promise<void> {
    if (this.busy) return;
    this.forgetSetup();
    await this.load();
  }

  async runWithoutStore(): Promise<void> {
    this.useNoStore();
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

  /** Answers the last question. An answer that it has stays until the model is there, and if nothing comes of the new one. */
  async #answer(): Promise<void> {
    this.#host.changed();
    const question = lastUserTurn(this.turns);
    if (!question || !(await this.load()) || this.busy || lastUserTurn(this.turns) !== question) return;
    const end = this.turns.indexOf(question) + 1;
    const turn = { ...answerTurn(this.#nextId++), earlier: lastAnswer(this.turns.slice(end)) };
    this.turns = [...this.turns.slice(0, end), turn];
    await this.run(async (engine, signal) => {
      try {
        await streamAnswer(
          engine,
          { turns: this.turns, system: this.system, settings: this.settings },
          turn,
          signal,
          () => this.frame.request(),
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
}
