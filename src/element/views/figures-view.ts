// Tokens and speed in one small line; what was still in the cache from earlier turns is its tooltip.

import { html, nothing, type TemplateResult } from "lit";
import type { Usage } from "../../index.ts";
import { formatCount, formatRate } from "../quantity.ts";
import type { ChatStrings } from "../languages/en.ts";

export function figuresView(usage: Usage | undefined, strings: ChatStrings): TemplateResult | typeof nothing {
  if (!usage) return nothing;
  const { locale } = strings;
  const rate = usage.extra.decode_tokens_per_s;
  const cached = usage.prompt_tokens_details.cached_tokens;
  return html`<span
    class="figures"
    part="figures"
    title=${cached > 0 ? strings.cachedTokens(formatCount(cached, locale), cached) : nothing}
  >
    <span>${strings.tokens(formatCount(usage.completion_tokens, locale), usage.completion_tokens)}</span>
    ${rate > 0 ? html`<span>${strings.tokensPerSecond(formatRate(rate, locale))}</span>` : nothing}
  </span>`;
}
