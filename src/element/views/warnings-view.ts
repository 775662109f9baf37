// What is not as it should be with a model that still runs: one quiet line each, above the conversation.

import { html, type TemplateResult } from "lit";
import type { EngineInfo } from "../../index.ts";
import type { ChatStrings } from "../languages/en.ts";

export function warningsView(
  info: EngineInfo | undefined,
  { warnings: words }: Pick<ChatStrings, "warnings">,
): readonly TemplateResult[] {
  return (info?.warnings ?? []).map(
    (warning) =>
      html`<p class="notice" part="notice" data-warning=${warning.code}>
        ${words[warning.code]?.(warning) ?? warning.message}
      </p>`,
  );
}
