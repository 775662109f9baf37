// What is kept on this device, first in the picker: each model is opened by a press, and deleted by another. And, at the end
// of the picker, how much room the browser gives.

import { html, nothing, type TemplateResult } from "lit";
import { formatBytes } from "../src/element/index.ts";
import type { StorageReport, StoredModelInfo } from "../src/index.ts";
import type { ModelChoice } from "./model-choice.ts";
import { pageStrings as strings } from "./page-words.ts";

export interface StoredActions {
  choose(choice: ModelChoice): void;
  remove(model: StoredModelInfo): void;
}

/** A model with what opens it; undefined for what only its files can bring back. */
export type StoredEntry = [model: StoredModelInfo, choice: ModelChoice | undefined];

export function storedView(
  stored: readonly StoredEntry[],
  currentKey: string,
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
          <button
            class="button"
            type="button"
            data-action="delete-model"
            aria-label=${strings.removeModel(label)}
            @click=${() => actions.remove(model)}
          >
            ${strings.remove}
          </button>
        </li>`;
      })}
    </ul>
  </section>`;
}

/** What the browser says in numbers, where it does, and in words: private windows, and what it may clear. */
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
    ${[strings.storedNote, total, strings.storage[state], small].join(" ")}
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
