// The licence gate: shown for every source that says Llama 2, before any weight is asked for. The text comes from
// license-text.ts; accepting is impossible while it cannot be shown.

import { html, nothing, type TemplateResult } from "lit";
import type { LicenseParagraph } from "../license-text.ts";
import type { ChatStrings } from "../languages/en.ts";

export interface LicenseModel {
  label: string;
  evidence: readonly string[];
  /** Undefined while it is being read, null when it cannot be. */
  text: readonly LicenseParagraph[] | undefined | null;
  strings: ChatStrings;
}

export function licenseView(model: LicenseModel, actions: { accept(): void; decline(): void }): TemplateResult {
  const { strings, text } = model;
  const today = new Intl.DateTimeFormat(strings.locale, { dateStyle: "long" }).format(new Date());
  return html`<section class="panel license" part="license" aria-labelledby="license-title">
    <h2 id="license-title" tabindex="-1">${strings.licenseTitle}</h2>
    <p>${strings.licenseIntro(model.label)}</p>
    ${
      model.evidence.length > 0
        ? html`<details class="evidence">
            <summary>${strings.licenseEvidence}</summary>
            <ul lang="en" dir="ltr">
              ${model.evidence.map((line) => html`<li>${line}</li>`)}
            </ul>
          </details>`
        : nothing
    }
    <div
      class="license-text"
      part="license-text"
      role="region"
      tabindex="0"
      lang="en"
      dir="ltr"
      aria-label=${strings.licenseTextLabel}
    >
      ${text === undefined ? html`<p>${strings.licenseLoading}</p>` : nothing}
      ${text === null ? html`<p role="alert">${strings.licenseFailed}</p>` : text?.map(paragraph)}
    </div>
    <div class="row">
      <p class="small">${strings.licenseDate(today)}</p>
      <span class="buttons">
        <button class="button" type="button" data-action="decline-license" @click=${actions.decline}>
          ${strings.decline}
        </button>
        <button
          class="button primary"
          type="button"
          data-action="accept-license"
          ?disabled=${!text}
          @click=${actions.accept}
        >
          ${strings.accept}
        </button>
      </span>
    </div>
  </section>`;
}

function paragraph({ depth, heading, text }: LicenseParagraph): TemplateResult {
  return heading ? html`<h3>${text}</h3>` : html`<p class="depth-${depth}">${text}</p>`;
}
