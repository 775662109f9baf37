// What follows when the session enters another state, beside that it is drawn: the page is told, a question to the person gets
// the focus, and the licence is fetched when it is to be read.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type LicenseParagraph, llama2LicenseText } from "./license-text.ts";
import type { ChatSession } from "./session/chat-session.ts";

export interface StateWatchHost extends ReactiveControllerHost {
  readonly renderRoot: ParentNode;
}

export class StateWatch implements ReactiveController {
  /** Undefined while it is fetched, null where it could not be. */
  licenseText: readonly LicenseParagraph[] | undefined | null;
  readonly #host: StateWatchHost;
  readonly #session: ChatSession;
  readonly #entered: (name: ChatSession["state"]["name"]) => void;
  #last = "";

  constructor(host: StateWatchHost, session: ChatSession, entered: (name: ChatSession["state"]["name"]) => void) {
    this.#host = host;
    this.#session = session;
    this.#entered = entered;
    host.addController(this);
  }

  hostUpdated(): void {
    const { name } = this.#session.state;
    if (name === this.#last) return;
    this.#last = name;
    this.#entered(name);
    if (name === "license" && !this.licenseText) void this.#readLicense();
    if (name === "license" || name === "weights")
      this.#host.renderRoot.querySelector<HTMLElement>(`#${name}-title`)?.focus();
  }

  async #readLicense(): Promise<void> {
    this.licenseText = undefined;
    this.licenseText = await llama2LicenseText().catch(() => null);
    this.#host.requestUpdate();
  }
}
