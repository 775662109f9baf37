// One chat with one model: keeps the turns, asks, answers again. Its engine is engine-session.ts's; it draws nothing and
// knows no DOM.

import { llama2Attribution } from "../../index.ts";
import type { ModelReference, SmallerSetup, StoredModel } from "../../index.ts";
import { type Attachment, isEmptyMessage, type Message } from "./attachment.ts";
import { type ChatSettings, readSettings } from "./chat-settings.ts";
import type { Conversation } from "./conversation.ts";
import { message } from "./draft.ts";
import { type EngineHost, EngineSession, type Generate, type Run } from "./engine-session.ts";
import type { Continuation } from "./session-state.ts";
import { streamAnswer, streamContinuation } from "./stream-answer.ts";
import { type AnswerTurn, answerTurn, lastUserTurn, newTurnId, type Turn, type UserTurn } from "./turn.ts";
import { TurnTree } from "./turn-tree.ts";

export interface SessionHost extends EngineHost {
  answered(turn: AnswerTurn): void;
}

/** What a run writes to. */
type Written = AnswerTurn | Continuation;

/** An answer, or a continued text, that goes on while another conversation is open. */
export interface LeftAnswer {
  /** Never rejects. */
  ended: Promise<void>;
  stop(): void;
}

export class ChatSession extends EngineSession {
  system = "";
  settings: ChatSettings = {};
  tree = new TurnTree();
  /** What the licence of the models that have answered asks to be said. */
  attribution: string | undefined;
  continuation: Continuation = { text: "", contextFull: false };
  readonly #host: SessionHost;
  readonly #left = new Map<Written, Run>();
  #streaming: { written: Written; run: Run } | undefined;
  #hasModel = false;

  constructor(host: SessionHost) {
    super(host);
    this.#host = host;
  }

  /** As they are shown. */
  get turns(): readonly Turn[] {
    return this.tree.shown;
  }

  /** `continue` for a model without dialogue; known once it is loaded, and from text that one has written. */
  get mode(): "chat" | "continue" {
    const continues = this.info ? this.info.dialog === undefined : this.continuation.text !== "";
    return continues ? "continue" : "chat";
  }

  /** Also forgets the previous model's conversation. */
  override setModel(model: ModelReference | undefined): void {
    if (this.#hasModel) {
      this.tree = new TurnTree();
      this.continuation = { text: "", contextFull: false };
      this.attribution = undefined;
    }
    this.#hasModel = model !== undefined;
    super.setModel(model);
  }

  /** Whether the coming answer waits for one in another conversation. */
  get queued(): boolean {
    if (!this.busy || this.#left.size === 0) return false;
    const { text, addedFrom } = this.continuation;
    const last = this.turns.at(-1);
    return this.mode === "continue"
      ? text.length === addedFrom
      : last?.role === "assistant" && last.status === "waiting";
  }

  async ask(text: string, attachments?: readonly Attachment[]): Promise<void> {
    if (!this.busy && !isEmptyMessage({ text, attachments }))
      await this.#askAfter(this.tree.leaf, { text, attachments });
  }

  /** Another answer, beside the existing one; where none is named, to the last question. */
  async regenerate(answer?: AnswerTurn): Promise<void> {
    const question = answer ? this.tree.get(answer.parent) : lastUserTurn(this.turns);
    if (!this.busy && question?.role === "user") await this.#answer(question);
  }

  /** Asks a question in other words, beside the existing one, and answers it; as a new one where that is gone. */
  async resend(text: string, id = lastUserTurn(this.turns)?.id, attachments?: readonly Attachment[]): Promise<void> {
    const question = this.tree.get(id);
    if (!question) return this.ask(text, attachments);
    if (!this.busy && !isEmptyMessage({ text, attachments }))
      await this.#askAfter(question.parent, { text, attachments });
  }

  /** Shows the branch that a turn begins. */
  showBranch(turn: Turn): void {
    if (this.busy) return;
    this.tree = this.tree.showing(turn.id);
    this.#host.changed();
  }

  /** A question goes with its answers, one of several answers with what came after it. */
  deleteTurn(turn: Turn): void {
    if (this.busy) return;
    this.tree = this.tree.without(turn);
    this.#host.changed();
  }

  /** Goes on with an answer that was cut: what comes is added to its words. */
  async goOn(cut: AnswerTurn): Promise<void> {
    if (this.busy || !(await this.load()) || this.busy || this.turns.at(-1) !== cut) return;
    const turn: AnswerTurn = { ...cut, status: "streaming", lengthReached: false, error: undefined };
    this.tree = this.tree.replacing(turn);
    await this.#stream(turn);
    if (this.tree.get(turn.id)) this.#host.answered(turn);
  }

  /** Does nothing where another text stands by the time the model is there. */
  async continueText(text: string): Promise<void> {
    const before = this.continuation.text;
    if (this.busy || !(await this.load()) || this.busy || this.continuation.text !== before) return;
    const [continuation, { settings }] = [{ text, addedFrom: text.length, contextFull: false }, this];
    this.continuation = continuation;
    await this.#follow(continuation, (engine, signal) =>
      streamContinuation(engine, continuation, settings, signal, () => this.frame.request()),
    );
  }

  /** Puts another text in place of what the model has continued. */
  continueFrom(continuation: Continuation): void {
    this.continuation = continuation;
    this.#host.changed();
  }

  /**
   * To be called before another conversation is opened: what runs goes on in its turn or text, and is rejoined by opening
   * the conversation that has it, by the turn's id or the same `continuation`. Undefined where nothing runs.
   */
  leave(): LeftAnswer | undefined {
    const streaming = this.#streaming;
    if (!streaming || !this.leaveRun()) return undefined;
    const { written, run } = streaming;
    this.#streaming = undefined;
    this.#left.set(written, run);
    const ended = run.ended.then(() => {
      this.#left.delete(written);
      this.#host.changed();
    });
    return { ended, stop: () => run.abort.abort(new DOMException("The conversation is gone.", "AbortError")) };
  }

  /** Puts another conversation in this one's place; the model stays. An answer that runs goes on where it is shown again. */
  open(conversation: Pick<Conversation, "turns" | "branches" | "continuation"> & Partial<Conversation>): void {
    const running = this.#streaming?.written;
    this.tree = TurnTree.of(conversation.turns, conversation.branches);
    if (running && "id" in running && this.tree.get(running.id)) this.tree = this.tree.replacing(running);
    else this.stop();
    this.continuation = { ...conversation.continuation };
    for (const [written, run] of this.#left) {
      if (written === conversation.continuation) this.continuation = conversation.continuation;
      else if ("id" in written && this.tree.get(written.id)) this.tree = this.tree.replacing(written);
      else continue;
      this.#left.delete(written);
      this.#streaming = { written, run };
      this.rejoin(run);
    }
    this.settings = readSettings(conversation.settings ?? {});
    this.attribution = conversation.attribution;
    this.#host.changed();
  }

  /** What another tab has made of this conversation; `false` while an answer runs here. */
  takeOver({ turns, branches, continuation, settings, attribution }: Conversation): boolean {
    if (this.busy) return false;
    this.tree = TurnTree.of(turns, branches);
    this.continuation = { ...continuation };
    this.settings = readSettings(settings);
    this.attribution = attribution;
    this.#host.changed();
    return true;
  }

  /** After a load that failed or was cancelled, or a lost engine: loads, and answers what has no whole answer yet. */
  async retry(): Promise<void> {
    const last = this.turns.at(-1);
    const question = lastUserTurn(this.turns);
    if (question && (last?.role === "user" || last?.status === "failed" || last?.error)) await this.#answer(question);
    else await this.load();
  }

  /** The same model in less GPU memory; the conversation stays, and what has no answer yet gets one. */
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

  async #askAfter(parent: string | undefined, { text, attachments }: Message): Promise<void> {
    const question: UserTurn = { role: "user", id: newTurnId(), parent, ...message(text.trim(), attachments) };
    this.tree = this.tree.with(question);
    await this.#answer(question);
  }

  /** An existing answer stays shown until the model is there, and if nothing comes of the new one. */
  async #answer(question: UserTurn): Promise<void> {
    this.#host.changed();
    if (!(await this.load()) || this.busy) return;
    const at = this.turns.findIndex(({ id }) => id === question.id); // what another tab has said may be there as well by now
    const earlier = this.turns[at + 1];
    if (at < 0 || earlier?.role === "user") return;
    if (this.summary?.llama2) this.attribution = llama2Attribution;
    const before = this.tree;
    const turn = answerTurn(newTurnId(), question.id);
    this.tree = before.dropping((other) => other.parent === question.id && !other.text).with(turn);
    await this.#stream(turn);
    if (!this.tree.get(turn.id)) return; // another conversation is open by now
    if (turn.text === "" && turn.status !== "done" && earlier?.role === "assistant" && earlier.text) {
      const others = this.tree.all.filter(({ id }) => id !== turn.id);
      this.tree = new TurnTree(others, before.leaf).replacing({ ...earlier, error: turn.error });
      this.#host.changed();
    }
    this.#host.answered(turn);
  }

  /** The last turn's text, as it comes. */
  async #stream(turn: AnswerTurn): Promise<void> {
    await this.#follow(turn, async (engine, signal) => {
      const conversation = { turns: this.turns, system: this.system, settings: this.settings };
      try {
        await streamAnswer(engine, conversation, turn, signal, () => this.frame.request());
        turn.status = "done";
      } catch (error) {
        turn.status = signal.aborted ? "stopped" : "failed";
        throw error;
      }
    });
  }

  /** Until it ends, wherever it is shown by then. */
  async #follow(written: Written, generate: Generate): Promise<void> {
    const over = this.run(generate, written);
    const run = this.shownRun;
    if (run) this.#streaming = { written, run };
    await over;
    if (this.#streaming?.written === written) this.#streaming = undefined;
  }
}
