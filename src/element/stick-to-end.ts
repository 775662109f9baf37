// Keeps the newest words in view while the person is at the end, and leaves the view alone once they scroll up.
// "At the end" is within 80 px: a line and a half of text, so that a nudge does not detach.

import type { ReactiveController, ReactiveControllerHost } from "lit";

const nearEndPx = 80;

export class StickToEnd implements ReactiveController {
  /** Whether the view follows the text. */
  following = true;
  readonly #host: ReactiveControllerHost;
  readonly #scroller: () => HTMLElement | null;
  #lastTop = 0;

  constructor(host: ReactiveControllerHost, scroller: () => HTMLElement | null) {
    this.#host = host;
    this.#scroller = scroller;
    host.addController(this);
  }

  hostUpdated(): void {
    const scroller = this.#scroller();
    if (!scroller || !this.following) return;
    scroller.scrollTop = scroller.scrollHeight;
    this.#lastTop = scroller.scrollTop;
  }

  /** To be called on the scroller's scroll event. Only upward movement detaches: growth alone moves nothing. */
  readonly scrolled = (): void => {
    const scroller = this.#scroller();
    if (!scroller) return;
    const atEnd = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < nearEndPx;
    const following = atEnd || (this.following && scroller.scrollTop >= this.#lastTop);
    this.#lastTop = scroller.scrollTop;
    if (following === this.following) return;
    this.following = following;
    this.#host.requestUpdate();
  };

  /** Follows again from now on. */
  readonly follow = (): void => {
    this.following = true;
    this.#host.requestUpdate();
  };
}
