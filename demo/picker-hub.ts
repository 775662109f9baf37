// Any repository of the hub by name, with a field for a read token. The token lives in the field and in memory only, unless
// the person asks to have it remembered.

import { html, type TemplateResult } from "lit";
import { nameOfModel } from "../src/index.ts";
import { pageStrings as strings } from "./page-words.ts";

export interface HubToken {
  /** Or "". */
  text: string;
  /** Remember it in this browser. */
  keep: boolean;
}

export interface HubActions {
  /** The token counts for every model that is chosen, not only for this form's. */
  token: HubToken;
  changeToken(token: HubToken): void;
  open(repository: string): void;
  /** Without leaving the model that is open. */
  download(repository: string): void;
}

export function hubView({ token, changeToken, open, download }: HubActions): TemplateResult {
  const typed = (event: Event) => changeToken({ ...token, text: (event.target as HTMLInputElement).value.trim() });
  const kept = (event: Event) => changeToken({ ...token, keep: (event.target as HTMLInputElement).checked });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const act = event.submitter?.dataset.action === "download-repository" ? download : open;
    const repository = form.querySelector<HTMLInputElement>("#repository");
    if (!repository) return;
    const name = repositoryOf(repository.value);
    repository.setCustomValidity(name ? "" : strings.hubInvalid);
    if (form.reportValidity() && name) act(name);
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
          dir="ltr"
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
          dir="ltr"
          autocomplete="off"
          spellcheck="false"
          placeholder=${strings.tokenPlaceholder}
          .value=${token.text}
          @input=${typed}
          aria-describedby="token-note"
        />
      </label>
      <p id="token-note" class="section-note">${strings.tokenNote}</p>
      <label class="keep">
        <input id="keep-token" type="checkbox" .checked=${token.keep} @change=${kept} />
        <span>${strings.tokenKeep}</span>
      </label>
      <span class="hub-buttons">
        <button class="button" type="submit" data-action="open-repository">${strings.open}</button>
        <button class="button" type="submit" data-action="download-repository">${strings.downloads.begin}</button>
      </span>
    </form>
  </section>`;
}

/** owner/name[@revision][/folder or file], also from an address of the hub; undefined for anything else. */
function repositoryOf(text: string): string | undefined {
  try {
    const name = nameOfModel(text);
    return URL.canParse(name) ? undefined : name;
  } catch {
    return undefined;
  }
}
