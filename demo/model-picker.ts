// <model-picker>: the dialog in which a model is chosen, as an element of this page only. It draws into the page itself
// (no shadow root), so page.css and picker.css style it. Reports a choice by a `choose` event.

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { type Undoable, UndoOffer, undoView } from "../src/element/index.ts";
import { models, type StorageReport, type StoredModelInfo } from "../src/index.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { type Fit, fitsOf } from "./fit.ts";
import { folderOfDrop, folderOfInput, type PickedFolder, pickFolder } from "./folder-files.ts";
import { choiceOfEntry, choiceOfFiles, choiceOfRepository, choiceOfStored, type ModelChoice } from "./model-choice.ts";
import { pageStrings as strings } from "./page-words.ts";
import { catalogueView } from "./picker-catalogue.ts";
import { folderView } from "./picker-folder.ts";
import { type HubToken, hubView } from "./picker-hub.ts";
import { downloadsView } from "./download-panel.ts";
import type { Downloads } from "./downloads.ts";
import { keepsModels, storageView, storedView } from "./picker-stored.ts";
import { rememberedToken, rememberToken } from "./remembered-token.ts";
import { StoredCopies } from "./stored-copies.ts";
import { beginDeletion, type Deletion, storedModels } from "./stored-deletions.ts";

export interface ChooseDetail {
  choice: ModelChoice;
  token: string | undefined;
}

export class ModelPicker extends LitElement {
  static override properties = {
    catalogue: { attribute: false },
    catalogueProblem: { attribute: false },
    currentKey: { attribute: false },
    install: { attribute: false },
    stored: { state: true },
    storage: { state: true },
    fits: { state: true },
    query: { state: true },
    token: { state: true },
    problem: { state: true },
  };

  declare catalogue: readonly CatalogueEntry[];
  /** Why it is missing, or "". A press that asks for it again fires `retry-catalogue`. */
  declare catalogueProblem: string;
  declare currentKey: string;
  /** Asks for the page to be installed as an app, where that can be. */
  declare install: (() => void) | undefined;
  declare protected stored: readonly StoredModelInfo[];
  declare protected storage: StorageReport | undefined;
  declare protected fits: ReadonlyMap<string, Fit>;
  /** What the catalogue is searched for. */
  declare protected query: string;
  /** In memory, unless the person asked to have it remembered. */
  declare protected token: HubToken;
  declare protected problem: string;
  readonly #undo = new UndoOffer(this);
  readonly #downloads: Downloads;
  #arrived = 0;
  readonly #copies = new StoredCopies(
    () => {
      this.requestUpdate();
      if (!this.#copies.busy) void this.#readStored();
    },
    () => ({ token: this.token.text || undefined, hubUrl: this.#hubUrl() }),
  );
  readonly #hubUrl: () => string | undefined;

  /** `hubUrl`: if it is not the usual hub. */
  constructor(downloads: Downloads, hubUrl: () => string | undefined) {
    super();
    this.#downloads = downloads;
    this.#hubUrl = hubUrl;
    this.catalogue = [];
    this.catalogueProblem = "";
    this.currentKey = "";
    this.stored = [];
    this.fits = new Map();
    this.query = "";
    this.problem = "";
    const remembered = rememberedToken();
    this.token = { text: remembered ?? "", keep: remembered !== undefined };
  }

  get isOpen(): boolean {
    return this.querySelector("dialog")?.open ?? false;
  }

  /** Fires `opened`. */
  open(): void {
    this.querySelector("dialog")?.showModal();
    this.dispatchEvent(new Event("opened"));
    void this.#refresh();
  }

  close(): void {
    this.querySelector("dialog")?.close();
  }

  /** Adopts a token that was typed elsewhere on the page. */
  useToken(text: string | undefined): void {
    if (text !== undefined) this.token = { ...this.token, text };
  }

  /** One has made progress, or is over. */
  downloadsChanged(): void {
    this.requestUpdate();
    const arrived = this.#downloads.list.filter(({ state }) => state === "arrived").length;
    if (arrived !== this.#arrived && this.isOpen) void this.#readStored();
    this.#arrived = arrived;
  }

  offerUndo(undoable: Undoable): void {
    this.#undo.offer(undoable);
  }

  releaseUndo(): Undoable | undefined {
    return this.#undo.release();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const storage = storageView(this.storage, this.install);
    const keeps = this.storage === undefined || keepsModels(this.storage);
    return html`<dialog
      class="picker"
      aria-labelledby="picker-title"
      @click=${this.#onBackdrop}
      @close=${this.#onClose}
    >
      <header class="picker-head">
        <h2 id="picker-title" tabindex="-1" autofocus>${strings.pickerTitle}</h2>
        <button
          class="icon-button"
          type="button"
          data-action="close-picker"
          title=${strings.close}
          @click=${this.close}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg>
          <span class="visually-hidden">${strings.close}</span>
        </button>
      </header>
      ${this.problem ? html`<p class="picker-problem" role="alert">${this.problem}</p>` : nothing}
      ${keeps ? nothing : storage} ${downloadsView(this.#downloads, { open: (choice) => this.#choose(choice) })}
      ${storedView(
        this.stored.map((model) => [model, choiceOfStored(model, this.catalogue)]),
        this.currentKey,
        this.#copies,
        { choose: (choice) => this.#choose(choice), remove: this.#remove },
      )}
      ${catalogueView(
        {
          catalogue: this.catalogue,
          problem: this.catalogueProblem,
          currentKey: this.currentKey,
          fits: this.fits,
          stored: new Set(this.stored.flatMap(({ label, references }) => [label, ...references])),
          query: this.query,
        },
        {
          choose: (entry, stored) => this.#choose(choiceOfEntry(entry, stored)),
          download: (entry) => this.#download(choiceOfEntry(entry, false)),
          search: (query) => (this.query = query),
          retry: () => this.dispatchEvent(new Event("retry-catalogue")),
        },
      )}
      ${hubView({
        token: this.token,
        changeToken: (token) => (this.token = token),
        open: (repository) => this.#choose(choiceOfRepository(repository)),
        download: (repository) => this.#download(choiceOfRepository(repository)),
      })}
      ${folderView({ pick: this.#pickFolder, picked: this.#inputChanged, dropped: this.#dropped })}
      ${keeps ? storage : nothing}
      ${undoView(this.#undo, strings, () => this.querySelector<HTMLElement>("#picker-title")?.focus())}
    </dialog>`;
  }

  #choose(choice: ModelChoice): void {
    this.close();
    const token = this.token.text || undefined;
    rememberToken(this.token.keep ? token : undefined);
    this.dispatchEvent(new CustomEvent<ChooseDetail>("choose", { detail: { choice, token } }));
  }

  /** The download's line stands at the top of the picker, and of the page behind it. */
  #download(choice: ModelChoice): void {
    const token = this.token.text || undefined;
    rememberToken(this.token.keep ? token : undefined);
    this.#downloads.begin(choice, token);
    void this.updateComplete.then(() => this.querySelector("dialog")?.scrollTo({ top: 0 }));
  }

  /** What is stored may have changed. */
  async #readStored(): Promise<void> {
    this.stored = await storedModels();
  }

  async #refresh(): Promise<void> {
    this.problem = "";
    await this.#readStored();
    this.storage = await models.storage();
    this.fits = await fitsOf(this.catalogue);
  }

  readonly #remove = async (model: StoredModelInfo): Promise<void> => {
    this.offerUndo(this.undoableDeletion(beginDeletion(model)));
    await this.#refresh();
    await this.updateComplete;
    const title = this.querySelector<HTMLElement>("#stored-title") ?? this.querySelector<HTMLElement>("#picker-title");
    title?.focus(); // the pressed button is gone
  };

  /** Not final until the offer to take it back has ended. */
  undoableDeletion(deletion: Deletion): Undoable {
    const end = async (ending: Promise<void>) => {
      const problem = await ending.then(
        () => "",
        (error: Error) => error.message,
      );
      await this.#refresh();
      this.problem = problem;
    };
    return {
      text: strings.deleted(deletion.label),
      undo: () => void end(Promise.resolve(deletion.undo())),
      settled: () => void end(deletion.carryOut()),
    };
  }

  readonly #pickFolder = async (event: Event): Promise<void> => {
    const input = (event.target as Element).closest("section")?.querySelector<HTMLInputElement>("input.folder");
    if (input) this.#take(await pickFolder(input));
  };

  readonly #inputChanged = (event: Event): void => this.#take(folderOfInput(event.target as HTMLInputElement));

  readonly #dropped = async (data: DataTransfer): Promise<void> => this.#take(await folderOfDrop(data));

  #take(folder: PickedFolder | undefined): void {
    if (folder) this.#choose(choiceOfFiles(folder.name, folder.model));
  }

  readonly #onClose = (): boolean => this.dispatchEvent(new Event("closed"));

  readonly #onBackdrop = (event: Event): void => {
    if (event.target === this.querySelector("dialog")) this.close();
  };
}

if (!customElements.get("model-picker")) customElements.define("model-picker", ModelPicker);
