// Whether a server may answer where this device cannot: asked before anything is sent, since the person was told that what
// they write stays here.

import { html, type TemplateResult } from "lit";
import { adviceFor } from "../error-advice.ts";
import type { ChatStrings } from "../languages/en.ts";
import { hostOf } from "./elsewhere-line.ts";

export function elsewhereView(
  { why, address, strings }: { why: Error; address: string; strings: ChatStrings },
  decide: (agreed: boolean) => void,
): TemplateResult {
  const { elsewhere: words } = strings;
  return html`<section class="panel" part="elsewhere" aria-labelledby="elsewhere-title">
    <h2 id="elsewhere-title" tabindex="-1">${words.title}</h2>
    <p>${strings.sentence(adviceFor(why, { strings }).title)}</p>
    <p>${words.text(hostOf(address))}</p>
    <div class="row">
      <span class="buttons">
        <button class="button" type="button" data-action="stay-here" @click=${() => decide(false)}>
          ${words.stay}
        </button>
        <button class="button primary" type="button" data-action="send-elsewhere" @click=${() => decide(true)}>
          ${words.agree}
        </button>
      </span>
    </div>
  </section>`;
}
