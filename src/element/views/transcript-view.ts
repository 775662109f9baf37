// The conversation: turns in a log that is never announced token by token (aria-busy while it grows; the finished
// answer is announced once, by the element's own live region).

import type { TranscriptActions } from "./transcript-actions.ts";
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { CopyOutcome } from "../copy-feedback.ts";
import type { Turn } from "../session/turn.ts";
import type { TurnTree } from "../session/turn-tree.ts";
import type { ChatStrings } from "../strings.ts";
import { answerView } from "./answer-view.ts";
import { questionView } from "./question-view.ts";

export interface TranscriptModel {
  turns: readonly Turn[];
  tree: TurnTree;
  answering: boolean;
  outcomeOf(text: string): CopyOutcome | undefined;
  strings: ChatStrings;
}

export function transcriptView(model: TranscriptModel, actions: TranscriptActions): TemplateResult {
  const { turns, strings } = model;
  return html`<div
    class="transcript"
    part="transcript"
    role="log"
    aria-live="off"
    aria-label=${strings.transcriptLabel}
    aria-busy=${model.answering ? "true" : "false"}
  >
    ${repeat(
      turns,
      (turn) => turn.id,
      (turn, index) =>
        turn.role === "user"
          ? questionView(turn, model, actions)
          : html`${droppedNotice(turns, index, strings)}${answerView(turn, { last: index === turns.length - 1, ...model }, actions)}`,
    )}
  </div>`;
}

/** Where it happens: before the first answer that was given without so many of the oldest messages. */
function droppedNotice(turns: readonly Turn[], index: number, strings: ChatStrings): TemplateResult | typeof nothing {
  const dropped = (turn: Turn) => (turn.role === "assistant" ? turn.droppedMessages : 0);
  const count = dropped(turns[index]);
  const before = Math.max(0, ...turns.slice(0, index).map(dropped));
  return count > before ? html`<p class="notice" part="notice">${strings.droppedTurns(count)}</p>` : nothing;
}
