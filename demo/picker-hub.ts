// Any repository of the hub by name, with a field for a read token. The token lives in the field and in memory only, unless
// the person asks to have it remembered.

import { html, type TemplateResult } from "lit";
import { pageStrings as strings } from "./page-strings.ts";

// owner/name[@revision][/folder or file]
const repositoryPattern = /^[\w.-]+\/[\w.-]+(@[\w.-]+)?(\/[\w .+-]+)*$/;

export interface HubActions {
  /** A token from an earlier visit, or "". */
  remembered: string;
  open(repository: string, token: string, keep: boolean): void;
}

export function hubView({ remembered, open }: HubActions): TemplateResult {
  const submit = (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const repository = form.querySelector<HTMLInputElement>("#repository");
    const token = form.querySelector<HTMLInputElement>("#token");
    const keep = form.querySelector<HTMLInputElement>("#keep-token");
    if (!repository || !token || !keep) return;
    const name = repository.value.trim().replace(/^https:\/\/huggingface\.co\//, "");
    const valid = repositoryPattern.test(name);
    repository.setCustomValidity(valid ? "" : strings.hubInvalid);
    if (form.reportValidity()) open(name, token.value.trim(), keep.checked);
  };
  const clear = (event: Event) => (event.target as HTMLInputElement).setCustomValidity("");
  return html`<section aria-labelledby="hub-title">
    <h3 id="hub-title">${strings.hubTitle}</h3>
    <p class="section-note">${strings.hubIntro}</p>
    <form class="hub" novalidate @submit=${submit}>
      <label>
        <span>${strings.hubLabel}</span>
        <input
          id="repository"
          type="text"
          required
          autocapitalize="off"
          autocomplete="off"
          spellcheck="false"
          placeholder=${strings.hubPlaceholder}
          @input=${clear}
        />
      </label>
      <label>
        <span>${strings.tokenLabel}</span>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck="false"
          placeholder=${strings.tokenPlaceholder}
          .value=${remembered}
          aria-describedby="token-note"
        />
      </label>
      <p id="token-note" class="section-note">${strings.tokenNote}</p>
      <label class="keep">
        <input id="keep-token" type="checkbox" .checked=${remembered !== ""} />
        <span>${strings.tokenKeep}</span>
      </label>
      <button class="button" type="submit" data-action="open-repository">${strings.open}</button>
    </form>
  </section>`;
}
