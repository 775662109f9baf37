// Keeps the newest words in view while the person is at the end, and leaves the view alone once they scroll up.
// "At the end" is within 80 px: a line and a half of text, so that a nudge does not detach. A card that tells of a failure is
// shown from its beginning; what is no conversation (any more) starts at the top.

import type { ReactiveController, ReactiveControllerHost } from "lit";

const nearEndPx = 80;

export class StickToEnd implements ReactiveController {
  /** Whether the view follows the text. */
  following = true;
  readonly #host: ReactiveControllerHost;
  readonly #scroller: () => HTMLElement | null;
  readonly #grows: () => boolean;
  #lastTop = 0;
  #grew = false;
  #card: Element | null = null;

  /** `grows`: there is a conversation, whose end counts. */
  constructor(host: ReactiveControllerHost, scroller: () => HTMLElement | null, grows: () => boolean) {
    this.#host = host;
    this.#scroller = scroller;
    this.#grows = grows;
    host.addController(this);
  }

  hostUpdated(): void {
    const scroller = this.#scroller();
    if (!scroller) return;
    const grew = this.#grew;
    this.#grew = this.#grows();
    if (grew && !this.#grew) scroller.scrollTop = 0;
    const shown = this.#card;
    this.#card = scroller.querySelector(".panel.problem");
    if (this.#card ? this.#card === shown : !this.#grew || !this.following) return;
    const end = scroller.scrollHeight - scroller.clientHeight;
    scroller.scrollTop = this.#card ? Math.min(end, topOf(this.#card, scroller)) : end;
    this.#lastTop = scroller.scrollTop;
  }

  /** To be called on the scroller's scroll event. Only upward movement detaches: growth alone moves nothing. */
  readonly scrolled = (): void => {
    const scroller = this.#scroller();
    if (!scroller || !this.#grows()) return;
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

/** Where to scroll for an element to begin just below the upper edge. */
function topOf(element: Element, scroller: HTMLElement): number {
  const edge = scroller.getBoundingClientRect().top + 8;
  return scroller.scrollTop + element.getBoundingClientRect().top - edge;
}
