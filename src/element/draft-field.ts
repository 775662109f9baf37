// The text field of the composer as a part of the page: it grows with its text, and gets the focus, with `autofocus`
// from the start.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { growField } from "./views/composer-view.ts";

export interface DraftFieldHost extends ReactiveControllerHost {
  readonly renderRoot: ParentNode;
  hasAttribute(name: "autofocus"): boolean;
}

export class DraftField implements ReactiveController {
  readonly #host: DraftFieldHost;
  #begun = false;

  constructor(host: DraftFieldHost) {
    this.#host = host;
    host.addController(this);
  }

  /** On touch screens only if `wanted`, because it raises the keyboard. */
  focus(wanted = false): void {
    if (!wanted && matchMedia("(pointer: coarse)").matches) return;
    void this.#host.updateComplete.then(() => this.#host.renderRoot.querySelector<HTMLElement>("#draft")?.focus());
  }

  /** Focuses the draft's attachment at this place, or the last one; without any, the field. */
  focusAttachment(at: number): void {
    void this.#host.updateComplete.then(() => {
      const chips = this.#host.renderRoot.querySelectorAll<HTMLElement>(".composer .attachment summary");
      (chips[Math.min(at, chips.length - 1)] ?? this.#host.renderRoot.querySelector<HTMLElement>("#draft"))?.focus();
    });
  }

  hostUpdated(): void {
    growField(this.#host.renderRoot);
    if (this.#begun || !this.#host.renderRoot.querySelector("#draft")) return;
    this.#begun = true;
    const { activeElement, body } = document;
    if (this.#host.hasAttribute("autofocus") && (!activeElement || activeElement === body)) this.focus();
  }
}
