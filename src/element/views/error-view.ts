// A load that failed or an engine that was lost: what it means, what to do, the engine's own words, and what may help: try
// again, a link, a field for a hub token, the same model in less memory, room for it in the store.

import { html, nothing, type TemplateResult } from "lit";
import type { SmallerSetup, StoredModel } from "../../index.ts";
import { adviceFor, setupsIn, setupWords } from "../error-advice.ts";
import type { Advice } from "../advice.ts";
import { alertIcon } from "../icons.ts";
import { formatBytes } from "../quantity.ts";
import type { ChatStrings } from "../languages/en.ts";

export interface SetupActions {
  /** Loads the same model in less memory. */
  takeSetup(setup: SmallerSetup): void;
}

export interface ErrorActions extends SetupActions {
  retry(): void;
  runWithoutStore(): void;
  /** Deletes it and tries again. */
  makeRoom(model: StoredModel): void;
  /** Loads again with this token; it stays in memory. */
  useToken(token: string): void;
}

export function errorView(
  { error, stored, strings }: { error: Error; stored?: readonly StoredModel[]; strings: ChatStrings },
  actions: ErrorActions,
): TemplateResult {
  const advice = adviceFor(error, { strings });
  const { link } = advice;
  return html`<section class="panel problem" part="error">
    <div class="problem-words" role="alert">
      <h2>${alertIcon}${advice.title}</h2>
      <p>${advice.text}</p>
      ${advice.messageShown ? engineWords(error, advice, strings) : nothing}
    </div>
    ${advice.takesToken ? tokenForm(strings, actions) : nothing} ${setupButtons(error, strings, actions)}
    ${stored ? roomButtons(stored, strings, actions) : nothing}
    <div class="row">
      ${advice.messageShown ? nothing : engineWords(error, advice, strings)}
      <span class="buttons">
        ${
          link
            ? html`<a class="button" href=${link.href} target="_blank" rel="noopener noreferrer">${link.text}</a>`
            : nothing
        }
        ${
          stored
            ? html`<button class="button" type="button" data-action="without-store" @click=${actions.runWithoutStore}>
                ${strings.failures.withoutStore}
              </button>`
            : nothing
        }
        ${
          advice.retry
            ? html`<button
                class="button ${advice.takesToken ? "" : "primary"}"
                type="button"
                data-action="retry"
                @click=${actions.retry}
              >
                ${strings.retry}
              </button>`
            : nothing
        }
      </span>
    </div>
  </section>`;
}

/** What stands below the sentence about an answer that failed; `offers`: something can be chosen now. */
export function errorDetails(
  error: Error,
  offers: boolean,
  strings: ChatStrings,
  actions: SetupActions,
): readonly (TemplateResult | typeof nothing)[] {
  return [
    engineWords(error, adviceFor(error, { strings }), strings),
    offers ? setupButtons(error, strings, actions) : nothing,
  ];
}

/** Ways to run the model in less memory, each a button that says what it costs; nothing where there is none. */
function setupButtons(
  error: Error,
  strings: ChatStrings,
  { takeSetup }: SetupActions,
): TemplateResult | typeof nothing {
  const setups = setupsIn(error);
  if (setups.length === 0) return nothing;
  return html`<div class="offers" role="group" aria-label=${strings.failures.smallerSetups}>
    ${setups.map(
      (setup, i) =>
        html`<button
          class="button ${i === 0 ? "primary" : ""}"
          type="button"
          data-action="take-setup"
          @click=${() => takeSetup(setup)}
        >
          ${setupWords(setup, setups, strings)}
        </button>`,
    )}
  </div>`;
}

function roomButtons(
  stored: readonly StoredModel[],
  { failures, locale }: ChatStrings,
  { makeRoom }: ErrorActions,
): TemplateResult | typeof nothing {
  if (stored.length === 0) return nothing;
  return html`<div class="offers" role="group" aria-label=${failures.deleteModels}>
    ${stored.map(
      (model) =>
        html`<button class="button" type="button" data-action="make-room" @click=${() => makeRoom(model)}>
          ${failures.deleteModel(model.label, formatBytes(model.sizeBytes, locale))}
        </button>`,
    )}
  </div>`;
}

/** The engine's own words: at once where they say what to do, else behind "Details". */
function engineWords(error: Error, { messageShown }: Advice, strings: ChatStrings): TemplateResult {
  const words = html`<p class="engine-words" lang="en" dir="ltr">${error.message}</p>`;
  if (messageShown) return words;
  return html`<details>
    <summary>${strings.details}</summary>
    ${words}
  </details>`;
}

function tokenForm(strings: ChatStrings, actions: ErrorActions): TemplateResult {
  const submit = (event: Event) => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).querySelector("input");
    const token = field?.value.trim();
    if (token) actions.useToken(token);
    else field?.focus();
  };
  return html`<form class="token-form" @submit=${submit}>
    <label for="hub-token">${strings.tokenLabel}</label>
    <span class="token-row">
      <input
        id="hub-token"
        type="password"
        dir="ltr"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        placeholder="hf_…"
        aria-describedby="hub-token-note"
      />
      <button class="button primary" type="submit" data-action="use-token">${strings.tokenUse}</button>
    </span>
    <p id="hub-token-note" class="small">${strings.tokenNote}</p>
  </form>`;
}
