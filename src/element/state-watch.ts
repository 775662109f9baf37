// What follows when the session enters another state, besides drawing it: the page is told, the part with the panels
// that may be wanted is fetched, a question to the person gets the focus, and the licence is fetched when it is to be read.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { askingPart } from "./late-part.ts";
import { adoptStyles } from "./late-styles.ts";
import type { LicenseParagraph } from "./license-text.ts";
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
  #asks = false; // and its title should get the focus
  #fetching = false;

  constructor(host: StateWatchHost, session: ChatSession, entered: (name: ChatSession["state"]["name"]) => void) {
    this.#host = host;
    this.#session = session;
    this.#entered = entered;
    host.addController(this);
  }

  hostUpdated(): void {
    const { state, mode } = this.#session;
    const { name } = state;
    if ((name !== "empty" && name !== "idle") || mode === "continue") this.#usePart();
    if (name !== this.#last) {
      this.#last = name;
      this.#entered(name);
      this.#asks = name === "license" || name === "weights" || name === "elsewhere";
    }
    const title = this.#asks && this.#host.renderRoot.querySelector<HTMLElement>(`#${name}-title`);
    if (!title) return;
    this.#asks = false;
    title.focus();
    if (name === "license" && !this.licenseText) void this.#readLicense();
  }

  /** Even if it was tried a moment ago. */
  readonly fetchPart = (): void => void askingPart.fetch(true).then(() => this.#host.requestUpdate());

  #usePart(): void {
    const part = askingPart.current;
    if (part) adoptStyles(this.#host.renderRoot, part.askingStyles);
    else if (!this.#fetching) {
      const wasMissing = askingPart.isMissing;
      this.#fetching = true;
      void askingPart.fetch().then((arrived) => {
        this.#fetching = false;
        if (arrived || !wasMissing) this.#host.requestUpdate();
      });
    }
  }

  async #readLicense(): Promise<void> {
    this.licenseText = undefined;
    this.licenseText = await askingPart.current!.llama2LicenseText().catch(() => null);
    this.#host.requestUpdate();
  }
}
