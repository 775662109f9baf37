// What the buttons of a conversation do.

import type { AnswerTurn, Turn, UserTurn } from "../session/turn.ts";
import type { SetupActions } from "./error-view.ts";

export interface TranscriptActions extends SetupActions {
  /** `plainButton`: inside the Markdown. */
  copy(text: string, plainButton?: Element): void;
  /** Another answer beside this one; to the last question where none is named. */
  regenerate(answer?: AnswerTurn): void;
  /** Goes on with an answer that was cut. */
  goOn(answer: AnswerTurn): void;
  /** Puts it into the text field, as a quotation. */
  quote(text: string): void;
  edit(question: UserTurn): void;
  /** Draws earlier turns too. */
  drawMore(): void;
  showBranch(turn: Turn): void;
  delete(turn: Turn): void;
}
