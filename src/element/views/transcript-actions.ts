// What the buttons of a conversation do.

export interface TranscriptActions {
  /** `plainButton`: inside the Markdown. */
  copy(text: string, plainButton?: Element): void;
  regenerate(): void;
  edit(): void;
}
