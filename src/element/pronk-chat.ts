// <pronk-chat>: a whole chat with one model in one element. This file holds the element's surface, its properties, methods
// and events; what is shown is views/chat-view.ts, what a person rewrites and takes back rewriting.ts, and the conversation
// with its engine is in session/. Importing it defines nothing: see index.ts. Works under `default-src 'self'`: no inline
// style, no eval, no HTML strings.

import { html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import type { EngineOptions, ModelReference, ProgressEvent } from "../index.ts";
import { isComposingKey } from "./composing-key.ts";
import { CopyFeedback } from "./copy-feedback.ts";
import { type LicenseParagraph, llama2LicenseText } from "./license-text.ts";
import { KeptConversation } from "./kept-conversation.ts";
import { markdownPart } from "./late-part.ts";
import { quotation } from "./quotation.ts";
import { Rewriting } from "./rewriting.ts";
import { ChatSession } from "./session/chat-session.ts";
import { type ChatSettings, engineFields, readSettings } from "./session/chat-settings.ts";
import { type Conversation, emptyConversation, hasWords } from "./session/conversation.ts";
import { type Draft, emptyDraft, endDraft, isEditing } from "./session/draft.ts";
import { type EngineFactory, pronkEngines } from "./session/engine-factory.ts";
import { watchOnline } from "./online-watch.ts";
import { OpenPanel } from "./open-panel.ts";
import { labelOf, resolveModelAttribute } from "./session/model-reference.ts";
import type { SessionState } from "./session/session-state.ts";
import { wordsOf } from "./session/thought.ts";
import type { AnswerTurn, Turn } from "./session/turn.ts";
import { StickToEnd } from "./stick-to-end.ts";
import { type ChatStrings, english } from "./strings.ts";
import { chatStyles } from "./styles/chat-styles.ts";
import { type Undoable, UndoOffer } from "./undo-offer.ts";
import { type ChatActions, chatView } from "./views/chat-view.ts";
import { drawnAtOnce } from "./views/transcript-view.ts";
import { growField } from "./views/composer-view.ts";

/**
 * A chat with a model that runs on the visitor's own GPU.
 *
 * @attr {string} model - `owner/name[@revision]`, a URL, or a path beside the page (`./models/tiny/`)
 * @attr {string} system - system prompt
 * @attr {string} weights - which weights of a repository that has several: `safetensors`, a file, or a part of its name
 * @attr {boolean} autoload - load at once instead of on the first question or press
 * @attr {string} persist - keep the open conversation and the draft on this device, for this tab, under this name; each
 *   element of a site that keeps one needs a name of its own
 * @attr {boolean} keep-all - with `persist`: keep every conversation, not only the open one; `openConversationList` lists them
 * @fires pronk-progress - `ProgressEvent` of the load
 * @fires pronk-message - `{ role: "assistant", content, status, usage }`, once an answer has ended
 * @fires pronk-error - `{ error }`, a load or an answer failed
 * @fires pronk-undo - `Restorable` with a `key`, after a reload: what the page itself offered to undo is to be undone
 * @fires pronk-conversation - `{ id }`, another conversation is open: where it is kept, undefined while nothing is said
 * @fires pronk-state - `{ state, info }`, idle, inspecting, weights, license, loading, ready, answering, failed
 * @slot empty - stands where the conversation will be
 * @slot footer - below the composer
 * @slot meters - below the meters, where they are explained
 * @csspart transcript, message, question, answer, bubble, markdown, composer, field, input, send, stop, start, starter,
 *   load, load-panel, license, error, notice, figures, ai-label, footnote, continue, new-chat, undo,
 *   thought, side-panel
 * @cssprop --pronk-accent, --pronk-on-accent, --pronk-ground, --pronk-surface, --pronk-ink, --pronk-ink-soft,
 *   --pronk-line, --pronk-problem, --pronk-radius, --pronk-font, --pronk-font-mono, --pronk-measure
 */
export class PronkChat extends LitElement {
  static override styles = chatStyles;
  static override properties = {
    model: {},
    system: {},
    weights: {},
    autoload: { type: Boolean },
    persist: {},
    keepAll: { type: Boolean, attribute: "keep-all" },
    token: { attribute: false },
    engineOptions: { attribute: false },
    engineFactory: { attribute: false },
    starters: { attribute: false },
    strings: { attribute: false },
    draft: { state: true },
    announcement: { state: true },
    licenseText: { state: true },
  };

  /** What to run; also files and folders, which an attribute cannot say. */
  declare model: ModelReference | undefined;
  declare system: string;
  /** Default: the person is asked, or with `autoload` the first is taken. */
  declare weights: string | undefined;
  declare autoload: boolean;
  declare persist: string | undefined;
  declare keepAll: boolean;
  /** With `keepAll`, to be set before the first update: what to open with, instead of what this tab had. */
  firstConversation: string | undefined;
  /** Access token for gated repositories; kept in memory, never written to an attribute or to storage. */
  declare token: string | undefined;
  /** Passed to createEngine (quantize, kv, contextLength, ...). */
  declare engineOptions: Omit<EngineOptions, "signal" | "onProgress" | "token">;
  /** Where engines come from. For tests and for pages that share one engine; the default is pronk's own. */
  declare engineFactory: EngineFactory;
  /** Questions offered before the first message. */
  declare starters: readonly string[];
  declare strings: ChatStrings;
  declare protected draft: Draft;
  declare protected announcement: string;
  declare protected licenseText: readonly LicenseParagraph[] | undefined | null;

  readonly #session = new ChatSession({
    changed: () => this.#changed(),
    progressed: (event) => this.#emit<ProgressEvent>("pronk-progress", event),
    answered: (turn) => this.#answered(turn),
    failed: (error) => this.#emit("pronk-error", { error }),
  });
  readonly #stick = new StickToEnd(
    this,
    () => this.renderRoot.querySelector<HTMLElement>(".scroller"),
    () => this.#session.turns.length > 0,
  );
  readonly #undo = new UndoOffer(this);
  readonly #rewriting = new Rewriting(this.#session, this.#undo, {
    conversation: () => this.conversation,
    strings: () => this.strings,
    write: (draft) => (this.draft = draft),
    ask: (text) => this.ask(text),
    turnTo: (id) => this.#kept.turnTo(id),
    follow: () => this.#stick.follow(),
    focusDraft: (wanted) => this.#focusDraft(wanted),
    undoOnPage: (restorable) => this.#emit("pronk-undo", restorable),
  });
  readonly #copies = new CopyFeedback(this, (words) => (this.announcement = words));
  readonly #kept: KeptConversation = new KeptConversation(this, {
    read: () => ({ ...this.conversation, restorable: this.#undo.restorable }),
    update: (conversation) => {
      if (!this.#session.takeOver(conversation)) return false;
      this.draft = conversation.draft;
      return true;
    },
    bringBack: ({ restorable, ...conversation }) => {
      this.#show(conversation);
      if (!this.draft.text) this.draft = conversation.draft;
      this.system ||= conversation.system;
      if (restorable && !this.#undo.current) this.#rewriting.offer(restorable);
    },
  });
  readonly #actions: ChatActions = {
    load: () => void this.load(),
    ask: (text) => void this.ask(text),
    write: (text) => (this.draft = { ...this.draft, text }),
    send: () => this.#rewriting.send(),
    stop: () => this.stop(),
    edit: (question) => this.#rewriting.edit(question),
    cancelEdit: () => this.#rewriting.endEdit(),
    regenerate: (answer) => void this.#rewriting.regenerate(answer),
    quote: (text) => this.#rewriting.append(quotation(text)),
    goOn: (answer) => void this.#session.goOn(answer),
    drawMore: () => {
      this.#hidden = Math.max(0, this.#hidden - drawnAtOnce);
      this.requestUpdate();
    },
    showBranch: (turn) => this.#session.showBranch(turn),
    delete: (turn) => this.#rewriting.delete(turn),
    newChat: () => this.newChat(),
    copy: (text, plainButton) => void this.#copies.copy(text, this.strings, plainButton),
    offer: (restorable) => this.#rewriting.offer(restorable),
    takeSetup: (setup) => void this.#session.takeSetup(setup),
    useToken: (token) => void this.#useToken(token),
    focusDraft: () => this.#focusDraft(),
    key: (event) => this.#onKey(event),
    openPanel: (name) => void this.#panel.open(name),
  };
  readonly #panel = new OpenPanel(this, {
    change: (settings) => (this.settings = settings),
    changeSystem: (system) => (this.system = system),
    loadAgain: () => void this.#session.loadAgain(),
  });
  #lastState = "";
  #hidden = 0; // of the turns, the oldest
  #lastConversation: string | undefined;
  #model: string | undefined; // of the conversation

  constructor() {
    super();
    this.system = "";
    this.autoload = false;
    this.keepAll = false;
    this.engineOptions = {};
    this.engineFactory = pronkEngines;
    this.starters = [];
    this.strings = english;
    this.draft = emptyDraft;
    watchOnline(this);
    this.announcement = "";
  }

  /** Where the chat stands; `pronk-state` tells of changes. */
  get state(): SessionState["name"] {
    return this.#session.state.name;
  }

  get turns(): readonly Turn[] {
    return this.#session.turns;
  }

  /** Of this conversation; what is absent is the model's own, and what is wrong left out. */
  get settings(): ChatSettings {
    return this.#session.settings;
  }

  set settings(settings: ChatSettings) {
    this.#session.settings = readSettings(settings);
    this.requestUpdate();
  }

  /** All of the conversation as plain data: to keep it, or to put it back with `open`. */
  get conversation(): Conversation {
    const { tree, continuation, settings, attribution } = this.#session;
    const said = { turns: tree.shown, branches: tree.all, continuation: { ...continuation }, attribution };
    return { id: this.#kept.id, ...said, draft: this.draft, system: this.system, settings, model: this.#model };
  }

  /** A conversation that is kept; undefined where there is none of that id. `open` shows it. */
  find(id: string): Promise<Conversation | undefined> {
    return this.#kept.find(id);
  }

  /** Puts a conversation in the place of the one that is open; the model stays. Changes of properties come first. */
  async open(conversation: Conversation): Promise<void> {
    await this.updateComplete;
    this.#kept.turnTo(conversation.id);
    this.#show(conversation);
    this.system = conversation.system || this.#usualSystem;
    this.draft = conversation.draft;
    this.#stick.follow();
  }

  /** Shows a line with an Undo button for some seconds; an earlier offer is settled. */
  offerUndo(undoable: Undoable): void {
    this.#undo.offer(undoable);
  }

  /** Takes the present offer away, to show it elsewhere. */
  releaseUndo(): Undoable | undefined {
    return this.#undo.release();
  }

  /** Loads the model if it is not, and answers a question that has waited for it; true when it is ready. */
  async load(): Promise<boolean> {
    const ready = await this.#session.load();
    if (ready && this.turns.at(-1)?.role === "user") void this.#session.regenerate();
    return ready;
  }

  /** Sends a message as if the person had written it. */
  async ask(text: string): Promise<void> {
    if (this.#kept.restoring) await this.#kept.restoring;
    this.#stick.follow();
    return this.#session.ask(text);
  }

  /** Puts text into the text field, behind what stands there. */
  async addToDraft(text: string): Promise<void> {
    if (this.#kept.restoring) await this.#kept.restoring;
    this.#rewriting.append(text);
  }

  stop(): void {
    this.#session.stop();
    this.#focusDraft();
  }

  newChat(): void {
    const written = isEditing(this.draft) ? endDraft(this.draft) : this.draft;
    const draft = this.keepAll ? emptyDraft : written; // it stays with its conversation
    if (this.keepAll) this.system = this.#usualSystem;
    this.#rewriting.replace({ ...emptyConversation(), draft }, this.strings.chatClosed);
    this.#focusDraft();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void markdownPart.fetch(); // it is there before the first answer then
    if (this.hasUpdated && this.state === "empty") this.requestUpdate("model", null);
    else this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // Moving the element in the document disconnects it for a moment; only a real removal frees the GPU.
    setTimeout(() => !this.isConnected && this.#session.setModel(undefined));
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    this.#session.system = this.system ?? "";
    this.#session.factory = this.engineFactory;
    const weights = this.weights || this.engineOptions.weights;
    const chosen = { ...this.engineOptions, ...engineFields(this.#session.settings) };
    this.#session.engineOptions = { ...chosen, weights, token: this.token || undefined };
    this.#session.asksForWeights = !this.autoload;
    if (changes.has("model")) {
      const { model } = this;
      if (changes.get("model") !== undefined) this.#kept.turnTo();
      this.#model = typeof model === "string" ? model : undefined;
      this.#session.setModel(typeof model === "string" ? resolveModelAttribute(model, this.baseURI) : model);
      if (isEditing(this.draft) && changes.get("model") !== undefined) this.draft = endDraft(this.draft);
    }
    if ((changes.has("model") || changes.has("autoload")) && this.autoload) void this.#autoload();
  }

  protected override render(): TemplateResult {
    const { draft, starters, strings, licenseText, announcement } = this;
    const session = this.#session;
    const outcomeOf = (text: string) => this.#copies.outcomeOf(text);
    const [modelLabel, undo, stick] = [labelOf(this.model, session), this.#undo, this.#stick];
    return html`${chatView(
      {
        session,
        modelLabel,
        hidden: this.#hidden,
        draft,
        starters,
        strings,
        licenseText,
        announcement,
        outcomeOf,
        undo,
        stick,
      },
      this.#actions,
    )}${this.#panel.view(session, this.system, strings)}`;
  }

  protected override updated(): void {
    growField(this.renderRoot);
    this.#tellConversation();
    const { state } = this.#session;
    if (state.name === this.#lastState) return;
    this.#lastState = state.name;
    if (state.name === "answering") this.#undo.begin();
    this.#emit("pronk-state", { state: state.name, info: this.#session.info });
    if (state.name === "license" || state.name === "weights")
      this.renderRoot.querySelector<HTMLElement>(`#${state.name}-title`)?.focus();
  }

  #show(conversation: Conversation): void {
    this.#hidden = Math.max(0, conversation.turns.length - drawnAtOnce);
    this.#session.open(conversation);
  }

  get #usualSystem(): string {
    return this.getAttribute("system") ?? "";
  }

  #tellConversation(): void {
    const id = hasWords(this.#session) ? this.#kept.id : undefined;
    if (id === this.#lastConversation) return;
    this.#lastConversation = id;
    this.#emit("pronk-conversation", { id });
  }

  async #useToken(token: string): Promise<void> {
    this.token = token;
    await this.updateComplete;
    void this.#session.retry();
  }

  /** With the settings of the conversation that is kept, which is there first. */
  async #autoload(): Promise<void> {
    await this.updateComplete;
    await this.#kept.restoring;
    if (this.autoload) await this.#session.load();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || isComposingKey(event)) return;
    if (this.#session.busy) this.stop();
    else if (isEditing(this.draft)) this.#rewriting.endEdit();
    else return;
    event.stopPropagation();
  }

  #answered(turn: AnswerTurn): void {
    this.announcement = wordsOf(turn.text);
    const { text: content, status, usage } = turn;
    this.#emit("pronk-message", { role: "assistant", content, status, usage });
  }

  #changed(): void {
    if (this.#session.state.name === "license" && !this.licenseText) void this.#readLicense();
    this.requestUpdate();
  }

  async #readLicense(): Promise<void> {
    this.licenseText = undefined;
    this.licenseText = await llama2LicenseText().catch(() => null);
  }

  /** Gives the text field focus again; by touch only where it was asked for, because it raises the keyboard. */
  #focusDraft(wanted = false): void {
    if (!wanted && matchMedia("(pointer: coarse)").matches) return;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("#draft")?.focus());
  }

  #emit<Detail>(type: string, detail: Detail): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}
