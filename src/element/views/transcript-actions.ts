// What the buttons of a conversation do.

import type { SetupActions } from "./error-view.ts";

export interface TranscriptActions extends SetupActions {
  /** `plainButton`: inside the Markdown. */
  copy(text: string, plainButton?: Element): void;
  regenerate(): void;
  edit(): void;
}
