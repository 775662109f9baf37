// A load that failed or an engine that was lost: what it means, what to do, the engine's own words, and try again.

import { html, nothing, type TemplateResult } from "lit";
import { adviceFor } from "../error-advice.ts";
import { alertIcon } from "../icons.ts";
import type { ChatStrings } from "../strings.ts";

export function errorView(
  { error, strings }: { error: Error; strings: ChatStrings },
  actions: { retry(): void },
): TemplateResult {
  const advice = adviceFor(error);
  return html`<section class="panel problem" part="error" role="alert">
    <h2>${alertIcon}${advice.title}</h2>
    <p>${advice.text}</p>
    <div class="row">
      <details>
        <summary>${strings.details}</summary>
        <p class="engine-words">${error.message}</p>
      </details>
      ${
        advice.retry
          ? html`<button class="button primary" type="button" data-action="retry" @click=${actions.retry}>
              ${strings.retry}
            </button>`
          : nothing
      }
    </div>
  </section>`;
}
