// The one thing that can be undone now: a line of text and a way back, for ten seconds, and for as long as the pointer or
// the focus is on it; one for a closed conversation waits until the next one has begun. undo-view.ts draws it. A later
// offer takes an earlier one's place, and the earlier change is then final.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Restorable } from "./session/conversation.ts";

/** Something that was taken away and can be put back. */
export interface Undoable {
  /** What has happened, e.g. "The conversation was closed." */
  text: string;
  /** Puts it back. */
  undo(): void;
  /** It was not undone, and no longer can be. */
  settled?(): void;
  /** No clock runs until `begin`: nothing has come in place of what was taken away. */
  waits?: boolean;
  /** What `undo` puts back, as data: with it <pronk-chat> makes the offer again after a reload, where it persists. */
  restores?: Pick<Restorable, "conversation" | "key">;
}

const offeredMs = 10_000;

/** The one thing that can be undone now, for ten seconds, as a Lit controller; `undoView` draws it. */
export class UndoOffer implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #current: Undoable | undefined;
  #waits = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** What is on offer. */
  get current(): Undoable | undefined {
    return this.#current;
  }

  /** The offer as data, where it is one that can be made again. */
  get restorable(): Restorable | undefined {
    const { text, restores } = this.#current ?? {};
    return text === undefined || !restores ? undefined : { ...restores, text, waits: this.#waits };
  }

  /** Offers it, and makes final what was offered before. */
  offer(undoable: Undoable): void {
    this.settle();
    this.#current = undoable;
    this.#waits = undoable.waits ?? false;
    this.run();
    this.#host.requestUpdate();
  }

  /** Something now takes its place: the clock of a waiting offer starts. */
  begin(): void {
    if (!this.#waits) return;
    this.#waits = false;
    this.run();
  }

  /** Takes the offer. */
  undo(): void {
    this.release()?.undo();
  }

  /** Makes final what is on offer. */
  readonly settle = (): void => this.release()?.settled?.();

  /** Takes the offer away unsettled, for another place to show it. */
  release(): Undoable | undefined {
    const undoable = this.#current;
    this.hold();
    this.#current = undefined;
    if (undoable) this.#host.requestUpdate();
    return undoable;
  }

  /** Stops the clock. */
  readonly hold = (): void => clearTimeout(this.#timer);

  /** Starts the clock again from its beginning. */
  readonly run = (): void => {
    this.hold();
    if (this.#current && !this.#waits) this.#timer = setTimeout(this.settle, offeredMs);
  };

  /** Lit's: what is on offer becomes final. */
  hostDisconnected(): void {
    this.settle();
  }
}
