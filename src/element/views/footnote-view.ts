// The line below everything: answers are AI-generated and can be wrong, and where the use policy says to report.

import { html, type TemplateResult } from "lit";
import type { ChatStrings } from "../strings.ts";

export function footnoteView(strings: ChatStrings): TemplateResult {
  return html`<footer class="footnote" part="footnote">
    <p>${strings.footnote}</p>
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
  </footer>`;
}
