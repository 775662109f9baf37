// What is kept on this device, first in the picker: one press opens a model, another deletes it; a menu has what else can be
// done with it. And how much room the browser gives: at the end of the picker, or before all else if nothing can be kept.

import { html, nothing, type TemplateResult } from "lit";
import { formatBytes } from "../src/element/index.ts";
import type { StorageReport, StoredModelInfo } from "../src/index.ts";
import type { ModelChoice } from "./model-choice.ts";
import { moreMenu } from "./more-menu.ts";
import { pageStrings as strings } from "./page-words.ts";
import type { StoredCopies } from "./stored-copies.ts";

export interface StoredActions {
  choose(choice: ModelChoice): void;
  remove(model: StoredModelInfo): void;
}

/** A model with the choice that opens it; undefined if only its files can bring it back. */
export type StoredEntry = [model: StoredModelInfo, choice: ModelChoice | undefined];

export function storedView(
  stored: readonly StoredEntry[],
  currentKey: string,
  copies: StoredCopies,
  actions: StoredActions,
): TemplateResult | typeof nothing {
  if (stored.length === 0) return nothing;
  return html`<section aria-labelledby="stored-title">
    <h3 id="stored-title" tabindex="-1">${strings.storedTitle}</h3>
    <ul class="stored">
      ${stored.map(([model, choice]) => {
        const { label, key } = choice ?? { label: model.label, key: undefined };
        const current = key === currentKey;
        return html`<li>
          <button
            class="entry"
            type="button"
            data-action="use-model"
            aria-current=${current ? "true" : nothing}
            ?disabled=${!choice}
            @click=${() => choice && actions.choose(choice)}
          >
            <span class="entry-name">${label}${current ? html`<em>${strings.current}</em>` : nothing}</span>
            <span class="entry-facts">
              <span>${formatBytes(model.sizeBytes, strings.locale)}</span>
              <span>${strings.quantized[model.quantize]}</span>
              ${choice ? nothing : html`<span>${strings.chooseFolderAgain}</span>`}
            </span>
          </button>
          <span class="stored-buttons">
            <button
              class="button"
              type="button"
              data-action="delete-model"
              aria-label=${strings.removeModel(label)}
              @click=${() => actions.remove(model)}
            >
              ${strings.remove}
            </button>
            ${menuView(model, label, copies)}
          </span>
          ${copies.isOf(model) ? newsView(copies) : nothing}
        </li>`;
      })}
    </ul>
    ${stored.some(([model]) => copies.isOf(model)) ? nothing : newsView(copies)}
  </section>`;
}

function menuView(model: StoredModelInfo, label: string, copies: StoredCopies): TemplateResult {
  const { copies: words } = strings;
  const entries = [
    { action: "verify-model", words: words.verify, act: () => void copies.verify(model) },
    { action: "update-model", words: words.update, act: () => void copies.lookForUpdate(model) },
    { action: "export-model", words: words.export, act: () => void copies.export(model) },
  ];
  const possible = entries.filter(({ action }) => action !== "update-model" || model.id.startsWith("hub:"));
  return moreMenu("copy", label, possible.map((entry) => ({ ...entry, disabled: copies.busy }))); // prettier-ignore
}

/** What is being done with a copy, or the outcome; below that copy, or at the end if it gave way to a newer one. */
function newsView(copies: StoredCopies): TemplateResult | typeof nothing {
  if (!copies.news) return nothing;
  const { text, details, problem, share, cancel, next, file } = copies.news;
  return html`<div class="copy-news ${problem ? "problem" : ""}">
    <div>
      <p role=${problem ? "alert" : "status"}>${text}</p>
      ${details ? html`<p class="section-note" lang="en">${details.map((line) => html`<span>${line}</span><br />`)}</p>` : nothing}
      ${share === undefined ? nothing : html`<progress max="1" aria-label=${text} .value=${share}></progress>`}
    </div>
    ${cancel ? html`<button class="button" type="button" data-action="cancel-copy" @click=${cancel}>${strings.copies.cancel}</button>` : nothing}
    ${next ? html`<button class="button primary" type="button" data-action="next-copy" @click=${next.act}>${next.words}</button>` : nothing}
    ${file ? html`<a class="button primary" data-action="save-archive" href=${file.href} download=${file.name}>${file.words}</a>` : nothing}
    ${
      cancel
        ? nothing
        : html`<button
            class="quiet"
            type="button"
            data-action="dismiss-copy"
            title=${strings.dismiss}
            aria-label=${strings.dismiss}
            @click=${() => copies.dismiss()}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg>
          </button>`
    }
  </div>`;
}

/** Whether a model that is downloaded now is there at the next visit. */
export const keepsModels = ({ state }: StorageReport): boolean => state !== "absent" && state !== "newer";

/** What the browser says: in numbers, if it gives any, and in words: private windows, and what it may clear. */
export function storageView(
  storage: StorageReport | undefined,
  install: (() => void) | undefined,
): TemplateResult | typeof nothing {
  if (!storage) return nothing;
  const { usageBytes, quotaBytes, state, scarce } = storage;
  const total =
    usageBytes === undefined || quotaBytes === undefined
      ? ""
      : strings.storedTotal(formatBytes(usageBytes, strings.locale), formatBytes(quotaBytes, strings.locale));
  const small =
    scarce && quotaBytes !== undefined ? strings.storage.small(formatBytes(quotaBytes, strings.locale)) : "";
  return html`<section class="section-note" aria-label=${strings.storageTitle}>
    ${[keepsModels(storage) ? strings.storedNote : "", total, strings.storage[state], small].join(" ")}
    ${
      install
        ? html`<p>
            <button class="button" type="button" data-action="install" @click=${install}>${strings.install}</button>
            ${strings.installNote}
          </p>`
        : nothing
    }
  </section>`;
}
