// What stands where the conversation will be: the `empty` slot or a short greeting, starter questions, and, for a model
// that is not loaded by itself, the load button.

import { html, nothing, type TemplateResult } from "lit";
import { chipIcon } from "../icons.ts";
import type { ChatStrings } from "../languages/en.ts";

export interface StartModel {
  starters: readonly string[];
  /** A model is chosen and waits to be loaded. */
  loadable: boolean;
  /** False where a server answers. */
  stays: boolean;
  modelLabel: string;
  strings: ChatStrings;
}

export function startView(model: StartModel, actions: { load(): void; start(text: string): void }): TemplateResult {
  const { strings } = model;
  return html`<section class="start" part="start">
    <slot name="empty">
      ${model.stays ? html`<h2>${strings.emptyTitle}</h2>` : nothing}
      ${model.stays ? html`<p>${model.modelLabel || model.starters.length ? strings.emptyText : strings.noModel}</p>` : nothing}
    </slot>
    ${model.loadable ? loadCard(model, actions.load) : nothing}
    ${
      model.starters.length > 0
        ? html`<ul class="starters" part="starters">
            ${model.starters.map(
              (text) =>
                html`<li>
                  <button class="starter" part="starter" type="button" dir="auto" @click=${() => actions.start(text)}>
                    ${text}
                  </button>
                </li>`,
            )}
          </ul>`
        : nothing
    }
  </section>`;
}

/** The press that loads a model which does not load by itself. */
export function loadCard(
  { modelLabel, strings }: Pick<StartModel, "modelLabel" | "strings">,
  load: () => void,
): TemplateResult {
  return html`<div class="load-card">
    <button class="button primary" part="load" type="button" data-action="load" @click=${load}>
      ${chipIcon}${strings.load}
    </button>
    <p class="small"><strong>${modelLabel}</strong> ${strings.loadNote}</p>
  </div>`;
}
