// One message of the person's, as plain text, with what can be done with it below.

import { html, nothing, type TemplateResult } from "lit";
import type { Attaching } from "../attaching.ts";
import type { CopyOutcome } from "../copy-feedback.ts";
import { checkIcon, copyIcon, deleteIcon, editIcon } from "../icons.ts";
import type { UserTurn } from "../session/turn.ts";
import type { TurnTree } from "../session/turn-tree.ts";
import type { ChatStrings } from "../languages/en.ts";
import { branchView } from "./branch-view.ts";
import { quietButton } from "./quiet-button.ts";
import type { TranscriptActions } from "./transcript-actions.ts";

export interface QuestionModel {
  tree: TurnTree;
  answering: boolean;
  outcomeOf(text: string): CopyOutcome | undefined;
  attaching: Pick<Attaching, "turnView">;
  strings: ChatStrings;
}

export function questionView(turn: UserTurn, model: QuestionModel, actions: TranscriptActions): TemplateResult {
  const { answering, strings } = model;
  const copied = model.outcomeOf(turn.text) === "copied";
  return html`<article class="question" part="message question" aria-label=${strings.you}>
    ${model.attaching.turnView(turn.attachments)}
    ${turn.text ? html`<div class="bubble" part="bubble" dir="auto">${turn.text}</div>` : nothing}
    <footer class="question-footer">
      ${branchView(turn, model, actions)}
      <span class="actions">
        ${quietButton("copy-question", strings.copy, copied ? checkIcon : copyIcon, () => actions.copy(turn.text))}
        ${
          answering
            ? nothing
            : html`${quietButton("edit", strings.edit, editIcon, () => actions.edit(turn))}
              ${quietButton("delete-turn", strings.deleteTurn, deleteIcon, () => actions.delete(turn))}`
        }
      </span>
    </footer>
  </article>`;
}
