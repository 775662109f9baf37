// What a model thought before it answered, with the time it took. It stays folded until somebody wants to read it:
// thoughts are long, and the answer is what was asked for.

import { html, nothing, type TemplateResult } from "lit";
import { markdownView } from "../markdown/streamed-markdown.ts";
import { formatSeconds } from "../quantity.ts";
import type { ThoughtAndWords } from "../session/thought.ts";
import type { ChatStrings } from "../languages/en.ts";

export function thoughtView(
  { thought, thinks }: ThoughtAndWords,
  { running, elapsedMs }: { running: boolean; elapsedMs: number | undefined },
  strings: ChatStrings,
): TemplateResult | typeof nothing {
  if (thought === undefined) return nothing;
  const thinking = thinks && running;
  const time = elapsedMs === undefined ? undefined : formatSeconds(elapsedMs / 1000, strings.locale);
  return html`<details class="thought ${thinking ? "thinking" : ""}" part="thought">
    <summary>${thinking ? strings.thinkingNow : strings.thoughtFor(time)}</summary>
    ${markdownView({ text: thought, finished: !thinking, labels: strings })}
  </details>`;
}
