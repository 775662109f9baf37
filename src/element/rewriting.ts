// What a person rewrites: a message or a question in other words, another answer, another conversation. Earlier branches
// stay beside new ones; whatever goes away is offered back, in one line (undo-offer.ts).

import type { ChatSession } from "./session/chat-session.ts";
import { type Conversation, hasWords, type Restorable } from "./session/conversation.ts";
import { type Attachment, isEmptyMessage, isSameMessage } from "./session/attachment.ts";
import { beginEdit, type Draft, endDraft, isEditing, withDraft } from "./session/draft.ts";
import { type AnswerTurn, lastUserTurn, type Turn, type UserTurn } from "./session/turn.ts";
import { TurnTree } from "./session/turn-tree.ts";
import type { ChatStrings } from "./languages/en.ts";
import type { UndoOffer } from "./undo-offer.ts";

/** The element, as far as it is needed here. */
export interface Desk {
  /** What is open, with the draft in the text field. */
  conversation(): Conversation;
  strings(): ChatStrings;
  write(draft: Draft): void;
  ask(text: string, attachments?: readonly Attachment[]): Promise<void>;
  /** From here on another conversation is kept. */
  giveWayTo(conversation: Conversation): void;
  /** Shows the newest words. */
  follow(): void;
  /** Gives the text field focus; `wanted`: also by touch, where it raises the keyboard. */
  focusDraft(wanted?: boolean): void;
  /** The page offered this, and undoes it. */
  undoOnPage(restorable: Restorable): void;
}

export class Rewriting {
  readonly #session: ChatSession;
  readonly #undo: UndoOffer;
  readonly #desk: Desk;

  constructor(session: ChatSession, undo: UndoOffer, desk: Desk) {
    this.#session = session;
    this.#undo = undo;
    this.#desk = desk;
  }

  get #draft(): Draft {
    return this.#desk.conversation().draft;
  }

  send(): void {
    const draft = this.#draft;
    const { text, attachments } = draft;
    if (isEmptyMessage(draft) || this.#session.busy) return;
    this.#desk.write(endDraft(draft));
    if (isEditing(draft)) this.#answerAnew(() => this.#session.resend(text, draft.question, attachments));
    else void this.#desk.ask(text, attachments);
    this.#desk.focusDraft(true);
  }

  edit(question: UserTurn): void {
    const before = this.#draft;
    this.#desk.write(beginEdit(before, question));
    if (isEditing(before) && this.#draft !== before) this.#offerEdit(before);
    this.#desk.focusDraft(true);
  }

  get isEditing(): boolean {
    return isEditing(this.#draft);
  }

  editLast(): void {
    const last = lastUserTurn(this.#session.turns);
    if (last && !this.#session.busy) this.edit(last);
  }

  endEdit(): void {
    const edited = this.#draft;
    this.#desk.write(endDraft(edited));
    this.#offerEdit(edited);
    this.#desk.focusDraft(true);
  }

  /** After what is already written. */
  append(text: string): void {
    const draft = this.#draft;
    const before = draft.text.trimEnd();
    this.#desk.write({ ...draft, text: `${before}${before && "\n\n"}${text}` });
    this.#desk.focusDraft(true);
  }

  /** Offers back what was written in an abandoned edit. */
  #offerEdit(edited: Draft): void {
    const question = this.#session.tree.get(edited.question) ?? lastUserTurn(this.#session.turns);
    if (!question || question.role !== "user" || !isSameMessage(edited, question))
      this.offer({ text: this.#desk.strings().editDropped, conversation: { draft: edited } });
  }

  /** Another answer, beside the existing one. */
  async regenerate(answer?: AnswerTurn): Promise<void> {
    if (await this.#session.load()) this.#answerAnew(() => this.#session.regenerate(answer));
  }

  delete(turn: Turn): void {
    if (this.#session.busy) return;
    const { id, turns, branches, continuation, settings } = this.#desk.conversation();
    this.#session.deleteTurn(turn);
    const conversation = { id, turns, branches, continuation, settings };
    this.offer({ text: this.#desk.strings().turnDeleted, conversation });
  }

  /** Puts a conversation in place of the open one, which is offered back under `text`. */
  replace(conversation: Conversation, text: string): void {
    const before = this.#desk.conversation();
    this.#undo.settle();
    this.#desk.giveWayTo(conversation);
    this.#session.open(conversation);
    this.#desk.write(conversation.draft);
    this.#desk.follow();
    if (hasWords(before)) this.offer({ text, conversation: before, waits: true });
  }

  offer(restorable: Restorable): void {
    const { text, waits } = restorable;
    const then = this.#session.tree;
    this.#undo.offer({ text, waits, restores: restorable, undo: () => this.#putBack(restorable, then) });
  }

  #answerAnew(act: () => Promise<void>): void {
    this.#desk.follow();
    void act();
    this.#desk.focusDraft();
  }

  /** What has been written and said since `then` stays. */
  #putBack(restorable: Restorable, then: TurnTree): void {
    const { conversation, key } = restorable;
    if (key !== undefined) return this.#desk.undoOnPage(restorable);
    const now = this.#desk.conversation();
    const draft = conversation.draft ? withDraft(now.draft, conversation.draft) : now.draft;
    if (conversation.turns) {
      const earlier = TurnTree.of(conversation.turns, conversation.branches);
      const isOpen =
        conversation.id === now.id && (!conversation.draft || earlier.all.some(({ id }) => then.get(id) !== undefined));
      const { shown: turns, all: branches } = isOpen ? earlier.withTurnsSince(then, this.#session.tree) : earlier;
      return this.replace({ ...now, ...conversation, turns, branches, draft }, this.#desk.strings().takenBack);
    }
    this.#desk.write(draft);
    if (conversation.continuation) this.#session.continueFrom(conversation.continuation);
  }
}
