// <conversation-drawer>: the list of conversations beside the chat: on a wide page a column that can be folded away, on a phone
// a drawer over the chat. It draws into the page itself, so conversations.css styles it; actions on a conversation are carried
// out by the list (pronk's own ConversationList), which is fetched when it is first shown.

import { html, LitElement, nothing, type TemplateResult } from "lit";
import {
  type ChatStrings,
  type ConversationHead,
  type ConversationList,
  formatCount,
  openConversationList,
  UndoOffer,
  undoView,
} from "../src/element/index.ts";
import { conversationItem } from "./conversation-item.ts";
import { saveFile } from "./save-file.ts";
import { pageStrings as strings } from "./page-words.ts";

const place = "page"; // the `persist` attribute of the page's chat
const foldedKey = "pronk.list.folded";
const againMs = 5000;
const drawnAtOnce = 100; // lines; more as they are scrolled to
const wide = matchMedia("(min-width: 60rem)");

export interface DrawerActions {
  open(id: string): void;
  /** A new conversation takes the place of the open one. */
  begin(): void;
  /** Likewise, but it cannot be brought back. */
  forget(): void;
  /** Those of the element. */
  chatWords(): ChatStrings;
}

export class ConversationDrawer extends LitElement {
  static override properties = {
    current: { attribute: false },
    answering: { attribute: false },
    heads: { state: true },
    drawn: { state: true },
    search: { state: true },
    shown: { state: true },
    renaming: { state: true },
    erasing: { state: true },
    told: { state: true },
  };

  /** The open conversation's id. */
  declare current: string | undefined;
  /** Those in which an answer is being written. */
  declare answering: readonly string[];
  declare protected heads: readonly ConversationHead[];
  /** So many of `heads` are drawn. */
  declare protected drawn: number;
  declare protected search: string;
  declare protected shown: boolean;
  declare protected renaming: string | undefined;
  declare protected erasing: boolean;
  /** The outcome of an import. */
  declare protected told: string;
  readonly #button: HTMLButtonElement;
  readonly #actions: DrawerActions;
  readonly #undo = new UndoOffer(this);
  #list: ConversationList | undefined;

  constructor(button: HTMLButtonElement, actions: DrawerActions) {
    super();
    this.#button = button;
    this.#actions = actions;
    this.answering = [];
    this.heads = [];
    this.drawn = drawnAtOnce;
    this.search = "";
    this.shown = false;
    this.erasing = false;
    this.told = "";
    button.addEventListener("click", () => this.#show(!this.shown, true));
    void this.#begin();
  }

  /** Shows the list, with the focus in its search; does nothing if nothing is kept. */
  async openSearch(): Promise<void> {
    if (this.#button.hidden) return;
    this.#show(true, true);
    await this.updateComplete;
    this.querySelector<HTMLInputElement>("#search-conversations")?.focus();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(): void {
    this.#button.setAttribute("aria-expanded", String(this.shown));
    this.toggleAttribute("data-shown", this.shown);
    this.querySelector<HTMLInputElement>(".conversation-title-field")?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.shown) return nothing;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || wide.matches) return;
      event.stopPropagation();
      this.#show(false, true);
    };
    return html`<div class="conversations-veil" @click=${() => this.#show(false, true)}></div>
      <section class="conversations" aria-label=${strings.conversations} @keydown=${onKey}>
        <div class="conversations-head">
          <button
            class="wide-button"
            type="button"
            data-action="begin"
            @click=${() => this.#leave(() => this.#actions.begin())}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5v14M5 12h14" /></svg>${strings.newChat}
          </button>
          <input
            type="search"
            id="search-conversations"
            aria-label=${strings.searchConversations}
            placeholder=${strings.searchConversations}
            .value=${this.search}
            @input=${(event: Event) => {
              this.search = (event.target as HTMLInputElement).value;
              void this.#read();
            }}
          />
        </div>
        ${
          this.heads.length === 0
            ? html`<p class="conversations-none">${this.search ? strings.nothingFound : strings.noConversations}</p>`
            : html`<ul class="conversations-list" @scroll=${this.#drawMore}>
                ${this.heads.slice(0, this.drawn).map((head) =>
                  conversationItem(
                    head,
                    {
                      current: head.id === this.current,
                      renaming: head.id === this.renaming,
                      answering: this.answering.includes(head.id),
                    },
                    {
                      open: () => this.#leave(() => this.#actions.open(head.id)),
                      pin: () => this.#list?.pin(head.id, !head.pinned).then(() => this.#read()),
                      beginRename: () => (this.renaming = head.id),
                      rename: (title) => void this.#rename(head.id, title),
                      copy: () => void this.#copy(head),
                      save: (form) => void this.#save(head, form),
                      delete: () => void this.#delete(head),
                    },
                  ),
                )}
              </ul>`
        }
        <p class="conversations-told" role="status">${this.told}</p>
        ${undoView(this.#undo, strings, () => this.querySelector<HTMLElement>("#search-conversations")?.focus())}
        ${this.erasing ? this.#eraseView() : this.#footView()}
      </section>`;
  }

  #footView(): TemplateResult {
    const some = this.heads.length > 0;
    return html`<footer class="conversations-foot">
      <label class="text-button">
        ${strings.importJson}
        <input
          class="visually-hidden"
          type="file"
          accept=".json,application/json"
          data-action="import"
          @change=${(event: Event) => void this.#import(event.target as HTMLInputElement)}
        />
      </label>
      ${
        some
          ? html`<button
                class="text-button"
                type="button"
                data-action="export-all"
                @click=${() => void this.#exportAll()}
              >
                ${strings.exportAll}
              </button>
              <button class="text-button" type="button" data-action="erase-all" @click=${() => (this.erasing = true)}>
                ${strings.eraseAll}
              </button>`
          : nothing
      }
    </footer>`;
  }

  #eraseView(): TemplateResult {
    return html`<div class="conversations-foot erase" role="alertdialog" aria-label=${strings.eraseAll}>
      <p>${strings.eraseSure(this.heads.length, formatCount(this.heads.length, strings.locale))}</p>
      <button class="text-button problem" type="button" data-action="erase-sure" @click=${() => void this.#erase()}>
        ${strings.erase}
      </button>
      <button class="text-button" type="button" data-action="erase-not" @click=${() => (this.erasing = false)}>
        ${strings.keep}
      </button>
    </div>`;
  }

  async #begin(): Promise<void> {
    try {
      this.#list = await openConversationList(place);
    } catch {
      setTimeout(() => void this.#begin(), againMs); // what is kept is not lost because its list did not arrive
      return;
    }
    if (!this.#list) return; // a browser that keeps nothing has nothing to list
    this.#list.onChange = () => void this.#read();
    await this.#read();
    this.#button.hidden = false;
    if (wide.matches && this.heads.length > 0 && localStorage.getItem(foldedKey) === null) this.#show(true, false);
  }

  readonly #drawMore = ({ currentTarget }: Event): void => {
    const { scrollTop, clientHeight, scrollHeight } = currentTarget as HTMLElement;
    if (scrollTop + 3 * clientHeight > scrollHeight && this.drawn < this.heads.length) this.drawn += drawnAtOnce;
  };

  async #read(): Promise<void> {
    this.heads = (await this.#list?.heads(this.search)) ?? [];
  }

  #show(shown: boolean, asked: boolean): void {
    this.shown = shown;
    this.told = "";
    if (asked && wide.matches) {
      if (shown) localStorage.removeItem(foldedKey);
      else localStorage.setItem(foldedKey, "");
    }
    if (asked && shown && !wide.matches)
      void this.updateComplete.then(() => this.querySelector<HTMLElement>("[data-action=begin]")?.focus());
    if (asked && !shown) this.#button.focus();
  }

  /** On a phone, what is opened can be seen only once the drawer is gone. */
  #leave(act: () => void): void {
    if (!wide.matches) this.#show(false, false);
    act();
  }

  async #rename(id: string, title: string | undefined): Promise<void> {
    this.renaming = undefined;
    if (title !== undefined) await this.#list?.rename(id, title);
    await this.#read();
  }

  async #delete({ id, title }: ConversationHead): Promise<void> {
    const open = id === this.current;
    if (open) this.#actions.begin();
    await this.#list?.delete(id);
    await this.#read();
    const undo = async () => {
      await this.#list?.restore(id);
      await this.#read();
      if (open) this.#actions.open(id);
    };
    this.#undo.offer({ text: strings.conversationDeleted(title), undo: () => void undo() });
  }

  async #erase(): Promise<void> {
    this.erasing = false;
    this.#undo.settle();
    this.#actions.forget();
    await this.#list?.eraseAll();
    await this.#read();
  }

  async #save({ id, title }: ConversationHead, form: "md" | "json"): Promise<void> {
    const text = await (form === "md" ? this.#list?.markdown(id, this.#actions.chatWords()) : this.#list?.json(id));
    if (text) saveFile(text, { title: title || strings.unnamed, form });
  }

  async #copy({ id }: ConversationHead): Promise<void> {
    const words = this.#actions.chatWords();
    const copied = navigator.clipboard.writeText((await this.#list?.markdown(id, words)) ?? "");
    this.told = await copied.then(
      () => words.copied,
      () => words.refused,
    );
  }

  async #exportAll(): Promise<void> {
    saveFile((await this.#list?.json()) ?? "", { title: strings.exportName, form: "json" });
  }

  async #import(field: HTMLInputElement): Promise<void> {
    const file = field.files?.[0];
    field.value = "";
    if (!file) return;
    try {
      const ids = (await this.#list?.import(await file.text())) ?? [];
      this.told = strings.imported(ids.length, formatCount(ids.length, strings.locale));
    } catch (error) {
      this.told = strings.notImported((error as Error).message);
    }
    await this.#read();
  }
}

customElements.define("conversation-drawer", ConversationDrawer);
