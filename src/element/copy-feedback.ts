// Copies a text, and tells what came of it for two seconds: on the button that was pressed and to a screen reader. The
// browser may refuse, without a reason; that is shown a little longer, since the person then has to do something.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ChatStrings } from "./languages/en.ts";

export type CopyOutcome = "copied" | "refused";

const toldForMs: Record<CopyOutcome, number> = { copied: 2000, refused: 6000 };

export class CopyFeedback implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #announce: (words: string) => void;
  #told: { text: string; outcome: CopyOutcome; end(): void } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `announce` is given the words, and "" when they are no longer said. */
  constructor(host: ReactiveControllerHost, announce: (words: string) => void) {
    this.#host = host;
    this.#announce = announce;
    host.addController(this);
  }

  /** What came of copying this text just now. */
  outcomeOf(text: string): CopyOutcome | undefined {
    return this.#told?.text === text ? this.#told.outcome : undefined;
  }

  /** `plainButton`: one that no view draws, whose words change for that time. */
  async copy(text: string, strings: Pick<ChatStrings, CopyOutcome>, plainButton?: Element): Promise<void> {
    const outcome = await writeToClipboard(text);
    this.#end();
    const words = strings[outcome];
    const label = plainButton?.firstChild as Text | null | undefined; // the node stays: the Markdown's patches rely on it
    const before = label?.data ?? "";
    if (label) label.data = words;
    const end = () => {
      if (label) label.data = before;
      this.#announce("");
    };
    this.#told = { text, outcome, end };
    this.#announce(words);
    this.#timer = setTimeout(() => this.#end(), toldForMs[outcome]);
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#end();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#told?.end();
    this.#told = undefined;
    this.#host.requestUpdate();
  }
}

async function writeToClipboard(text: string): Promise<CopyOutcome> {
  try {
    await navigator.clipboard.writeText(text);
    return "copied";
  } catch {
    return "refused"; // not allowed, not focused, or no secure context
  }
}
