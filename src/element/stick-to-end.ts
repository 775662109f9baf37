// Keeps the newest words in view while the person is at the end, and leaves the view alone once they scroll up.
// "At the end" is within 80 px: a line and a half of text, so that a nudge does not detach. A panel that appears (a load, a
// question, a failure) is shown from its beginning; what is not (or no longer) a conversation starts at the top.

import type { ReactiveController, ReactiveControllerHost } from "lit";

const nearEndPx = 80;

export interface StickToEndHost extends ReactiveControllerHost {
  readonly renderRoot: ParentNode;
}

export class StickToEnd implements ReactiveController {
  /** Whether the view follows the text. */
  following = true;
  readonly #host: StickToEndHost;
  readonly #grows: () => boolean;
  #lastTop = 0;
  #grew = false;
  #panel: Element | null = null;
  #sizes: ResizeObserver | undefined;
  #watched: readonly Element[] = [];

  /** `grows`: there is a conversation, and its end counts. */
  constructor(host: StickToEndHost, grows: () => boolean) {
    this.#host = host;
    this.#grows = grows;
    host.addController(this);
  }

  hostUpdated(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const grew = this.#grew;
    this.#grew = this.#grows();
    const shown = this.#panel;
    this.#panel = scroller.querySelector(".panel");
    if (!this.#grew && (grew || (shown && !this.#panel))) scroller.scrollTop = 0;
    this.#watch(scroller);
    const appears = this.#panel !== null && this.#panel !== shown;
    if (appears) this.#toEnd(scroller);
    else this.#stay();
  }

  /** What changes its size without an update of the host: the view itself, and what a page has put below the answer. */
  #watch(scroller: HTMLElement): void {
    const slot = scroller.querySelector<HTMLSlotElement>("slot[name=answered]");
    const wanted = [scroller, ...(slot?.assignedElements() ?? [])];
    if (wanted.length === this.#watched.length && wanted.every((element, at) => element === this.#watched[at])) return;
    this.#sizes ??= new ResizeObserver(() => this.#stay());
    this.#sizes.disconnect();
    for (const element of wanted) this.#sizes.observe(element);
    this.#watched = wanted;
  }

  /** Keeps the end in view where the view follows it. */
  #stay(): void {
    const scroller = this.#scroller;
    if (scroller && this.#grew && this.following && (!this.#panel || this.#panel.matches(".load")))
      this.#toEnd(scroller);
  }

  #toEnd(scroller: HTMLElement): void {
    const end = scroller.scrollHeight - scroller.clientHeight;
    scroller.scrollTop = this.#panel ? Math.min(end, topOf(this.#panel, scroller)) : end;
    this.#lastTop = scroller.scrollTop;
  }

  /** To be called on the scroller's scroll event. Only upward movement detaches: growth alone moves nothing. */
  readonly scrolled = (): void => {
    const scroller = this.#scroller;
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

  get #scroller(): HTMLElement | null {
    return this.#host.renderRoot.querySelector<HTMLElement>(".scroller");
  }
}

/** Where to scroll for an element to begin just below the upper edge. */
function topOf(element: Element, scroller: HTMLElement): number {
  const edge = scroller.getBoundingClientRect().top + 8;
  return scroller.scrollTop + element.getBoundingClientRect().top - edge;
}
