// As long as a server answers, the line that says so stands above the text field.

import { html, nothing, type TemplateResult } from "lit";
import type { EngineInfo } from "../../index.ts";
import type { ChatStrings } from "../languages/en.ts";

export function elsewhereLine(
  info: EngineInfo | undefined,
  { elsewhere: words }: Pick<ChatStrings, "elsewhere">,
): TemplateResult | typeof nothing {
  if (!info?.endpoint) return nothing;
  return html`<p class="recovering" part="elsewhere" role="status">${words.line(hostOf(info.endpoint.address))}</p>`;
}

/** What a person knows a server by. */
export const hostOf = (address: string): string => new URL(address).host;
