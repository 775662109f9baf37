// The conversation: turns in a log that is never announced token by token (aria-busy while it grows; the finished
// answer is announced once, by the element's own live region).

import type { TranscriptActions } from "./transcript-actions.ts";
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Attaching } from "../attaching.ts";
import type { CopyOutcome } from "../copy-feedback.ts";
import { formatCount } from "../quantity.ts";
import type { Turn } from "../session/turn.ts";
import type { TurnTree } from "../session/turn-tree.ts";
import type { ChatStrings } from "../languages/en.ts";
import { answerView } from "./answer-view.ts";
import { questionView } from "./question-view.ts";

/** Turns; more than a screen shows. */
export const drawnAtOnce = 20;

export interface TranscriptModel {
  turns: readonly Turn[];
  tree: TurnTree;
  /** How many of the oldest are not drawn: a long conversation opens as fast as a short one. */
  hidden: number;
  answering: boolean;
  /** The last answer waits for one in another conversation. */
  queued: boolean;
  outcomeOf(text: string): CopyOutcome | undefined;
  attaching: Pick<Attaching, "turnView">;
  strings: ChatStrings;
}

export function transcriptView(model: TranscriptModel, actions: TranscriptActions): TemplateResult {
  const { turns, strings } = model;
  const start = Math.min(model.hidden, Math.max(0, turns.length - drawnAtOnce));
  return html`<div
    class="transcript"
    part="transcript"
    role="log"
    aria-live="off"
    aria-label=${strings.transcriptLabel}
    aria-busy=${model.answering ? "true" : "false"}
  >
    ${
      start > 0
        ? html`<button class="button earlier" type="button" data-action="earlier-turns" @click=${actions.drawMore}>
            ${strings.earlierTurns(formatCount(start, strings.locale), start)}
          </button>`
        : nothing
    }
    ${repeat(
      turns.slice(start),
      (turn) => turn.id,
      (turn, at) =>
        turn.role === "user"
          ? questionView(turn, model, actions)
          : html`${droppedNotice(turns, start + at, strings)}${answerView(turn, { last: start + at === turns.length - 1, ...model }, actions)}`,
    )}
    <slot name="answered"></slot>
  </div>`;
}

/** Stands before the first answer that was given without so many of the oldest messages. */
function droppedNotice(turns: readonly Turn[], index: number, strings: ChatStrings): TemplateResult | typeof nothing {
  const dropped = (turn: Turn) => (turn.role === "assistant" ? turn.droppedMessages : 0);
  const count = dropped(turns[index]);
  const before = Math.max(0, ...turns.slice(0, index).map(dropped));
  return count > before
    ? html`<p class="notice" part="notice">${strings.droppedTurns(count, formatCount(count, strings.locale))}</p>`
    : nothing;
}
