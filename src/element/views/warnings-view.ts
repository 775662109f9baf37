// What is not as it should be with a model that runs all the same: a quiet line each, above the conversation.

import { html, type TemplateResult } from "lit";
import type { EngineInfo } from "../../index.ts";

export function warningsView(info: EngineInfo | undefined): readonly TemplateResult[] {
  return (info?.warnings ?? []).map(
    ({ code, message }) => html`<p class="notice" part="notice" data-warning=${code}>${message}</p>`,
  );
}
