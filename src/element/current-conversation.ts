// The conversation that is open, as one piece of plain data: read to be kept, shown, and reported when it becomes another.
// Where it is kept is up to kept-conversation.ts; what is said in it, to the session.

import type { ReactiveController } from "lit";
import { KeptConversation, type KeptConversationHost } from "./kept-conversation.ts";
import { LeftAnswers } from "./left-answers.ts";
import type { ChatSession } from "./session/chat-session.ts";
import {
  type Conversation,
  emptyConversation,
  hasWords,
  type OpenConversation,
  type Restorable,
} from "./session/conversation.ts";
import { type Draft, endDraft, isEditing } from "./session/draft.ts";
import type { UndoOffer } from "./undo-offer.ts";
import { drawnAtOnce } from "./views/transcript-view.ts";

export interface CurrentConversationHost extends KeptConversationHost {
  system: string;
  getAttribute(name: "system"): string | null;
}

/** The other parts of the element that it uses. */
export interface ConversationParts {
  session: ChatSession;
  undo: UndoOffer;
  readDraft(): Draft;
  write(draft: Draft): void;
  offer(restorable: Restorable): void;
  /** Another conversation is open: where it is kept, undefined while nothing is said in it. */
  changed(id: string | undefined): void;
  /** The conversations being answered have changed: where they are kept. */
  answering(ids: readonly string[]): void;
}

export class CurrentConversation implements ReactiveController {
  readonly #host: CurrentConversationHost;
  readonly #parts: ConversationParts;
  readonly #kept: KeptConversation;
  readonly #left: LeftAnswers;
  /** The model it is held with, as the `model` attribute said it. */
  model: string | undefined;
  #hidden = 0;
  #told: string | undefined;
  #toldAnswering = "";

  constructor(host: CurrentConversationHost, parts: ConversationParts) {
    this.#host = host;
    this.#parts = parts;
    this.#left = new LeftAnswers(() => host.requestUpdate());
    this.#kept = new KeptConversation(host, {
      read: () => ({ ...this.data, restorable: parts.undo.restorable }),
      update: (conversation) => {
        if (!parts.session.takeOver(conversation)) return false;
        this.model = conversation.model;
        host.system = conversation.system;
        parts.write(conversation.draft);
        return true;
      },
      erased: () => this.show(this.#emptyWithDraft),
      bringBack: (conversation) => this.#bringBack(conversation),
    });
    host.addController(this);
  }

  get data(): Conversation {
    const { tree, continuation, settings, attribution } = this.#parts.session;
    const said = { turns: tree.shown, branches: tree.all, continuation, attribution };
    const draft = this.#parts.readDraft();
    return { id: this.#kept.id, ...said, draft, system: this.#host.system, settings, model: this.model };
  }

  /** Where it is kept; undefined where it is not. */
  get id(): string | undefined {
    return this.#kept.id;
  }

  /** How many of the oldest turns are not drawn. */
  get hidden(): number {
    return this.#hidden;
  }

  /** Resolves when what was kept is back; undefined where nothing is kept. */
  get restoring(): Promise<void> | undefined {
    return this.#kept.restoring;
  }

  /** Those in which an answer is being written: the open one, and others that were left meanwhile. */
  get answering(): readonly string[] {
    const { id } = this.#kept;
    return this.#parts.session.busy && id !== undefined ? [id, ...this.#left.ids] : this.#left.ids;
  }

  async find(id: string): Promise<Conversation | undefined> {
    const kept = await this.#kept.find(id);
    const isOpen = id === this.#kept.id && (kept !== undefined || hasWords(this.#parts.session));
    return isOpen ? this.data : (this.#left.find(id) ?? kept);
  }

  /** From here on another conversation is open. To be called before it is shown. A running answer goes on in its own. */
  turnTo(id?: string, shown?: Conversation): void {
    if (this.#host.keepAll && id !== this.#kept.id) {
      if (this.#kept.id !== undefined) this.#leave(this.#kept.id);
      this.#settle(id);
    }
    this.#kept.turnTo(id, shown);
    if (id !== undefined) this.#left.take(id);
  }

  #leave(id: string): void {
    const { data } = this;
    const answer = this.#parts.session.leave();
    const write = answer && this.#kept.leave(() => data);
    if (answer && write) this.#left.add(id, data, answer, write);
  }

  /** What was taken from the conversation that is left can't be put back in another one, nor one that is open again closed. */
  #settle(opened: string | undefined): void {
    const { conversation, key } = this.#parts.undo.restorable ?? {};
    if (!conversation || key !== undefined) return;
    const { id, turns, draft } = conversation;
    if (!turns || !draft || (id !== undefined && id === opened)) this.#parts.undo.settle();
  }

  /** Shows it in place of the open one. */
  show(conversation: Conversation): void {
    const { continuation } = (conversation.id !== undefined && this.#left.find(conversation.id)) || conversation;
    this.turnTo(conversation.id, conversation);
    this.#showTurns({ ...conversation, continuation });
    this.#host.system = conversation.system || this.#usualSystem;
    this.#parts.write(conversation.draft);
  }

  /** Another takes its place from here on. Its system prompt is set only now: the last one is kept with its own. */
  giveWayTo({ id, system }: Conversation): void {
    this.turnTo(id);
    if (this.#host.keepAll) this.#host.system = system || this.#usualSystem;
  }

  /** An empty one, with what is to stand in the text field. */
  anew(): Conversation {
    return this.#host.keepAll ? emptyConversation() : this.#emptyWithDraft; // or it stays with its conversation
  }

  get #emptyWithDraft(): Conversation {
    const written = this.#parts.readDraft();
    return { ...emptyConversation(), draft: isEditing(written) ? endDraft(written) : written };
  }

  drawMore(): void {
    this.#hidden = Math.max(0, this.#hidden - drawnAtOnce);
    this.#host.requestUpdate();
  }

  readonly #drawAll = (): void => {
    this.#hidden = 0;
    this.#host.requestUpdate();
  };

  hostConnected(): void {
    globalThis.addEventListener?.("beforeprint", this.#drawAll);
  }

  hostDisconnected(): void {
    globalThis.removeEventListener?.("beforeprint", this.#drawAll);
  }

  hostUpdated(): void {
    const { answering } = this;
    if (this.#toldAnswering !== answering.join()) {
      this.#toldAnswering = answering.join();
      this.#parts.answering(answering);
    }
    const id = hasWords(this.#parts.session) ? this.#kept.id : undefined;
    if (id === this.#told) return;
    this.#told = id;
    this.#parts.changed(id);
  }

  #bringBack({ restorable, ...conversation }: OpenConversation): void {
    this.#showTurns(conversation);
    if (!this.#parts.readDraft().text) this.#parts.write(conversation.draft);
    this.#host.system ||= conversation.system;
    if (restorable && !this.#parts.undo.current) this.#parts.offer(restorable);
  }

  #showTurns(conversation: Conversation): void {
    this.#hidden = Math.max(0, conversation.turns.length - drawnAtOnce);
    this.#parts.session.open(conversation);
  }

  get #usualSystem(): string {
    return this.#host.getAttribute("system") ?? "";
  }
}
