// The line below everything: where the use policy says to report, how full the context is, and the ways to the meters,
// the settings and the keys. Each answer says itself that it is AI-generated.

import { html, nothing, type TemplateResult } from "lit";
import { gaugeIcon, keysIcon, settingsIcon } from "../icons.ts";
import { formatCount } from "../quantity.ts";
import type { ChatSession } from "../session/chat-session.ts";
import { contextUsed, lastMeasured } from "../session/turn.ts";
import type { ChatStrings } from "../languages/en.ts";
import type { PanelName } from "./panel-model.ts";

export function footnoteView(
  session: ChatSession,
  strings: ChatStrings,
  openPanel: (name: PanelName) => void,
): TemplateResult {
  const { panels: words } = strings;
  return html`<footer class="footnote" part="footnote">
    <details class="report" part="report">
      <summary>${strings.reportSummary}</summary>
      <div class="report-card">
        <p>${strings.reportIntro}</p>
        <ul>
          ${strings.reportLinks.map(
            ({ text, href }) => html`<li><a href=${href} target="_blank" rel="noopener noreferrer">${text}</a></li>`,
          )}
        </ul>
      </div>
    </details>
    <span class="tools">
      ${meters(session, strings, () => openPanel("meters"))}
      <button
        class="tool"
        type="button"
        data-action="settings"
        title=${words.settings}
        aria-haspopup="dialog"
        @click=${() => openPanel("settings")}
      >
        ${settingsIcon}<span class="visually-hidden">${words.settings}</span>
      </button>
      <button
        class="tool"
        type="button"
        data-action="keys"
        title=${strings.keys.title}
        aria-haspopup="dialog"
        @click=${() => openPanel("keys")}
      >
        ${keysIcon}<span class="visually-hidden">${strings.keys.title}</span>
      </button>
    </span>
  </footer>`;
}

/** What the last answer left of the context; once a model is loaded. */
function meters({ info, turns }: ChatSession, strings: ChatStrings, open: () => void): TemplateResult | typeof nothing {
  if (!info?.contextLength) return nothing;
  const { locale, panels: words } = strings;
  const usage = lastMeasured(turns)?.usage;
  const used = formatCount(usage ? contextUsed(usage) : 0, locale);
  return html`<button
    class="tool"
    type="button"
    data-action="meters"
    title=${words.meters}
    aria-haspopup="dialog"
    @click=${open}
  >
    ${gaugeIcon}<span class="visually-hidden">${words.meters}</span>
    <span>${words.contextShort(used, formatCount(info.contextLength, locale))}</span>
  </button>`;
}
