// <pronk-chat>: a whole chat with one model in one element. This file holds the element's methods and events; its properties
// are chat-properties.ts, its parts and how they are tied together chat-parts.ts, what is shown views/chat-view.ts, and the
// conversation with its engine is in session/. Importing it defines nothing: see index.ts. Works under `default-src 'self'`:
// no inline style, no eval, no HTML strings.

import { html, type PropertyValues, type TemplateResult } from "lit";
import { type ChatParts, makeParts } from "./chat-parts.ts";
import { ChatProperties } from "./chat-properties.ts";
import { markdownPart } from "./late-part.ts";
import type { Attachment } from "./session/attachment.ts";
import { type ChatSettings, engineFields, readSettings } from "./session/chat-settings.ts";
import type { Conversation } from "./session/conversation.ts";
import { endDraft, isEditing } from "./session/draft.ts";
import { labelOf, resolveModelAttribute } from "./session/model-reference.ts";
import type { SessionState } from "./session/session-state.ts";
import { wordsOf } from "./session/thought.ts";
import type { AnswerTurn, Turn } from "./session/turn.ts";
import { chatStyles } from "./styles/chat-styles.ts";
import type { Undoable } from "./undo-offer.ts";
import { chatView } from "./views/chat-view.ts";

/**
 * A chat with a model that runs on the visitor's own GPU.
 *
 * @attr {string} model - `owner/name[@revision]`, a URL, or a path beside the page (`./models/tiny/`)
 * @attr {string} system - system prompt
 * @attr {string} weights - which weights of a repository that has several: `safetensors`, a file, or a part of its name
 * @attr {boolean} autoload - load at once instead of on the first question or press
 * @attr {string} persist - keep the open conversation and the draft on this device, for this tab, under this name; each
 *   element of a site that keeps one needs a name of its own
 * @attr {boolean} autofocus - the text field has the focus at the start, unless this is a touch device or something else has it
 * @attr {boolean} keep-all - with `persist`: keep every conversation, not only the open one; `openConversationList` lists them
 * @fires pronk-progress - a load has come further
 * @fires pronk-message - an answer has ended
 * @fires pronk-error - a load or an answer failed
 * @fires pronk-undo - after a reload: what the page itself offered to undo, under a `key`, is to be undone
 * @fires pronk-conversation - another conversation is open: where it is kept, undefined while nothing is said
 * @fires pronk-answering - with `keep-all`: answers are being written in these conversations, of which one may be open
 * @fires pronk-state - idle, inspecting, weights, license, elsewhere, loading, ready, answering, failed
 * @slot empty - stands where the conversation will be
 * @slot answered - below the last answer
 * @slot footer - below the composer
 * @slot meters - below the meters, where they are explained
 * @csspart chat - all of it but the panels
 * @csspart transcript - the conversation
 * @csspart message - a question or an answer
 * @csspart question - what the person said
 * @csspart answer - what the model said
 * @csspart bubble - the words of a question
 * @csspart markdown - the words of an answer
 * @csspart thought - what it thought first
 * @csspart ai-label - the note that answers are generated
 * @csspart answer-footer - the line below an answer
 * @csspart figures - tokens and speed of an answer
 * @csspart branches - the choice between versions of a question
 * @csspart report - where problems can be reported
 * @csspart composer - text field and buttons
 * @csspart field - the frame of the text field
 * @csspart input - the text field
 * @csspart attach - the button that attaches files
 * @csspart attachments - what is attached
 * @csspart send - the button that sends
 * @csspart stop - the button that stops an answer
 * @csspart footnote - a line below the composer
 * @csspart start - what stands before the first message
 * @csspart starters - the questions that are offered
 * @csspart starter - one of them
 * @csspart load - the button that loads the model
 * @csspart load-panel - the progress of a load
 * @csspart load-figures - its numbers
 * @csspart weights - the choice between several sets of weights
 * @csspart license - the licence before a download
 * @csspart license-text - its words
 * @csspart elsewhere - the question whether a server may answer, and the line while one does
 * @csspart error - the card of a failure
 * @csspart notice - a line about the conversation or the model
 * @csspart recovering - the line while the engine is lost
 * @csspart continue - the text that a base model continues
 * @csspart new-chat - the button that begins another conversation
 * @csspart undo - the offer to put back what was taken away
 * @csspart side-panel - settings and meters
 * @cssprop --pronk-accent - colour of buttons and links
 * @cssprop --pronk-on-accent - colour of words on it
 * @cssprop --pronk-ground - colour behind everything
 * @cssprop --pronk-surface - colour of questions, fields and cards
 * @cssprop --pronk-ink - colour of words
 * @cssprop --pronk-ink-soft - colour of secondary words
 * @cssprop --pronk-line - colour of lines and frames
 * @cssprop --pronk-problem - colour of failures
 * @cssprop --pronk-radius - radius of corners
 * @cssprop --pronk-font - font family
 * @cssprop --pronk-font-mono - font family of code
 * @cssprop --pronk-measure - greatest width of the conversation
 */
export class PronkChat extends ChatProperties {
  static override styles = chatStyles;

  readonly #parts: ChatParts = makeParts(this, {
    draft: () => this.draft,
    write: (draft) => (this.draft = draft),
    announce: (words) => (this.announcement = words),
    answered: (turn) => this.#answered(turn),
    useToken: (token) => void this.#useToken(token),
    emit: (type, detail) => this.#emit(type, detail),
  });

  /** Where the chat stands; `pronk-state` tells of changes. */
  get state(): SessionState["name"] {
    return this.#parts.session.state.name;
  }

  /** What was said on the shown path, oldest first. */
  get turns(): readonly Turn[] {
    return this.#parts.session.turns;
  }

  /** Settings of this conversation; one that is absent is the model's own, one that is invalid is ignored. */
  get settings(): ChatSettings {
    return this.#parts.session.settings;
  }

  set settings(settings: ChatSettings) {
    this.#parts.session.settings = readSettings(settings);
    this.requestUpdate();
  }

  /** All of the conversation as plain data: to keep it, or to put it back with `open`. */
  get conversation(): Conversation {
    return this.#parts.current.data;
  }

  /** With `keepAll`, the conversations in which an answer is being written; `pronk-answering` tells of changes. */
  get answering(): readonly string[] {
    return this.#parts.current.answering;
  }

  /** A conversation that is kept; undefined where there is none of that id. `open` shows it. */
  find(id: string): Promise<Conversation | undefined> {
    return this.#parts.current.find(id);
  }

  /** Puts a conversation in the place of the one that is open; the model stays. Changes of properties come first. */
  async open(conversation: Conversation): Promise<void> {
    await this.updateComplete;
    this.#parts.current.show(conversation);
    this.#parts.stick.follow();
  }

  /** Shows a line with an Undo button for some seconds; an earlier offer is settled. */
  offerUndo(undoable: Undoable): void {
    this.#parts.undo.offer(undoable);
  }

  /** Takes the present offer away, to show it elsewhere. */
  releaseUndo(): Undoable | undefined {
    return this.#parts.undo.release();
  }

  /** Loads the model if it is not, and answers a question that has waited for it; true when it is ready. */
  async load(): Promise<boolean> {
    const ready = await this.#parts.session.load();
    if (ready && this.turns.at(-1)?.role === "user") void this.#parts.session.regenerate();
    return ready;
  }

  /** Sends a message as if the person had written it. */
  async ask(text: string, attachments?: readonly Attachment[]): Promise<void> {
    if (this.#parts.current.restoring) await this.#parts.current.restoring;
    this.#parts.stick.follow();
    if (!this.#parts.session.busy) await this.updateComplete; // by then the engine has the conversation's settings
    return this.#parts.session.ask(text, attachments);
  }

  /** Attaches files to what is written, as if the person had chosen them. */
  async attach(files: Iterable<File>): Promise<void> {
    if (this.#parts.current.restoring) await this.#parts.current.restoring;
    await this.#parts.attaching.attach([...files]);
  }

  /** Puts text into the text field, behind what stands there. */
  async addToDraft(text: string): Promise<void> {
    if (this.#parts.current.restoring) await this.#parts.current.restoring;
    this.#parts.rewriting.append(text);
  }

  /** Gives the text field the focus. */
  override focus(): void {
    this.#parts.field.focus(true);
  }

  /** Ends the answer that is being written; what has come stays. */
  stop(): void {
    this.#parts.session.stop();
    this.#parts.field.focus();
  }

  /** Begins another conversation; the one before can be had back for some seconds. */
  newChat(): void {
    this.#parts.rewriting.replace(this.#parts.current.anew(), this.strings.chatClosed);
    this.#parts.field.focus();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void markdownPart.fetch(); // so that it is there before the first answer
    if (this.hasUpdated && this.state === "empty") this.requestUpdate("model", null);
    else this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // Moving the element in the document disconnects it for a moment; only a real removal frees the GPU.
    setTimeout(() => !this.isConnected && this.#parts.session.setModel(undefined));
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    const { session, current } = this.#parts;
    session.system = this.system ?? "";
    session.factory = this.engineFactory;
    const [weights, token] = [this.weights || this.engineOptions.weights, this.token || undefined];
    session.engineOptions = { ...this.engineOptions, ...engineFields(this.settings), weights, token };
    session.asksForWeights = !this.autoload;
    if (changes.has("model")) {
      const { model } = this;
      if (changes.get("model") !== undefined) current.turnTo();
      current.model = typeof model === "string" ? model : undefined;
      session.setModel(typeof model === "string" ? resolveModelAttribute(model, this.baseURI) : model);
      if (isEditing(this.draft) && changes.get("model") !== undefined) this.draft = endDraft(this.draft);
    }
    if ((changes.has("model") || changes.has("autoload")) && this.autoload) void this.#autoload();
  }

  protected override render(): TemplateResult {
    const { draft, starters, strings, announcement } = this;
    const { session, undo, stick, attaching, current, states, copies, actions, panel } = this.#parts;
    const model = {
      ...{ session, undo, stick, attaching, draft, starters, strings, announcement },
      modelLabel: labelOf(this.model, session),
      hidden: current.hidden,
      licenseText: states.licenseText,
      fetchPart: states.fetchPart,
      outcomeOf: (text: string) => copies.outcomeOf(text),
    };
    return html`${chatView(model, actions)}${panel.view(session, this.system, strings)}`;
  }

  async #useToken(token: string): Promise<void> {
    this.token = token;
    await this.updateComplete;
    void this.#parts.session.retry();
  }

  /** Waits for the kept conversation, to load with its settings. */
  async #autoload(): Promise<void> {
    await this.updateComplete;
    await this.#parts.current.restoring;
    if (this.autoload) await this.#parts.session.load();
  }

  #answered(turn: AnswerTurn): void {
    this.announcement = wordsOf(turn.text);
    const { text: content, status, usage } = turn;
    this.#emit("pronk-message", { role: "assistant", content, status, usage });
  }

  #emit<Detail>(type: string, detail: Detail): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}
