// What is kept on this device: each model with its size and a delete button, and how much room the browser gives.

import { html, nothing, type TemplateResult } from "lit";
import { formatBytes } from "../src/element/index.ts";
import type { StorageReport, StoredModelInfo } from "../src/index.ts";
import { pageStrings as strings } from "./page-strings.ts";

export interface StoredViewModel {
  stored: readonly StoredModelInfo[];
  storage: StorageReport | undefined;
}

export interface StoredActions {
  /** Undefined for what only its files can bring back. */
  use(model: StoredModelInfo): (() => void) | undefined;
  remove(model: StoredModelInfo): void;
}

export function storedView(model: StoredViewModel, actions: StoredActions): TemplateResult {
  const { stored, storage } = model;
  return html`<section aria-labelledby="stored-title">
    <h3 id="stored-title" tabindex="-1">${strings.storedTitle}</h3>
    ${
      stored.length === 0
        ? html`<p class="section-note">${strings.storedNone}</p>`
        : html`<ul class="stored">
            ${stored.map((entry) => {
              const use = actions.use(entry);
              const facts = `${formatBytes(entry.sizeBytes, strings.locale)}, ${strings.quantized[entry.quantize]}`;
              return html`<li>
                <span><strong>${entry.label}</strong><span class="section-note">${facts}</span></span>
                ${
                  use
                    ? html`<button
                        class="button"
                        type="button"
                        data-action="use-model"
                        aria-label=${`${strings.use} ${entry.label}`}
                        @click=${use}
                      >
                        ${strings.use}
                      </button>`
                    : nothing
                }
                <button
                  class="button"
                  type="button"
                  data-action="delete-model"
                  aria-label=${`${strings.remove} ${entry.label}`}
                  @click=${() => actions.remove(entry)}
                >
                  ${strings.remove}
                </button>
              </li>`;
            })}
          </ul>`
    }
    ${storage ? html`<p class="section-note">${storageLine(storage)}</p>` : nothing}
  </section>`;
}

/** What the browser says in numbers, where it does, and in words: private windows, and what it may clear. */
function storageLine({ usageBytes, quotaBytes, message }: StorageReport): string {
  if (usageBytes === undefined || quotaBytes === undefined) return message;
  const total = strings.storedTotal(formatBytes(usageBytes, strings.locale), formatBytes(quotaBytes, strings.locale));
  return `${total} ${message}`;
}
