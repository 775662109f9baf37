// The `persist` attribute: brings back what this tab had open and keeps what comes. The keeper does the keeping
// (session/conversation-keeper.ts); this ties it to the element's life and updates.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { OpenConversation } from "./session/conversation.ts";
import { ConversationKeeper } from "./session/conversation-keeper.ts";

export interface KeptConversationHost extends ReactiveControllerHost {
  readonly isConnected: boolean;
  readonly persist: string | undefined;
}

export class KeptConversation implements ReactiveController {
  /** Ends when what was kept is back; undefined where nothing is kept. */
  restoring: Promise<void> | undefined;
  readonly #host: KeptConversationHost;
  readonly #read: () => OpenConversation;
  readonly #bringBack: (conversation: OpenConversation) => void;
  #place: string | undefined;
  #keeper: ConversationKeeper | undefined;

  constructor(
    host: KeptConversationHost,
    read: () => OpenConversation,
    bringBack: (conversation: OpenConversation) => void,
  ) {
    this.#host = host;
    this.#read = read;
    this.#bringBack = bringBack;
    host.addController(this);
  }

  hostUpdate(): void {
    const place = this.#host.persist || undefined;
    if (place === this.#place || !this.#host.isConnected) return;
    this.#end();
    this.#place = place;
    if (place === undefined) return;
    const keeper = (this.#keeper = new ConversationKeeper(place, this.#read));
    this.restoring = keeper.restore().then((conversation) => {
      if (conversation && this.#keeper === keeper) this.#bringBack(conversation);
    });
  }

  hostUpdated(): void {
    this.#keeper?.changed();
  }

  hostDisconnected(): void {
    // Moving the element in the document disconnects it for a moment.
    setTimeout(() => !this.#host.isConnected && this.#end());
  }

  #end(): void {
    void this.#keeper?.close();
    this.#keeper = undefined;
    this.#place = undefined;
    this.restoring = undefined;
  }
}
