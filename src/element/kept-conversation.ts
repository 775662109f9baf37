// The `persist` attribute, with `keep-all`: brings back what this tab had open and keeps what comes. The keeper does it
// (session/conversation-keeper.ts); this ties it to the element's life and updates.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Conversation, OpenConversation } from "./session/conversation.ts";
import { ConversationKeeper, type KeeperHost } from "./session/conversation-keeper.ts";

export interface KeptConversationHost extends ReactiveControllerHost {
  readonly isConnected: boolean;
  readonly persist: string | undefined;
  readonly keepAll: boolean;
  readonly firstConversation: string | undefined;
}

export interface KeptActions extends KeeperHost {
  /** Shows what was kept. */
  bringBack(conversation: OpenConversation): void;
}

export class KeptConversation implements ReactiveController {
  /** Resolves when what was kept is back; undefined where nothing is kept. */
  restoring: Promise<void> | undefined;
  readonly #host: KeptConversationHost;
  readonly #actions: KeptActions;
  #place: string | undefined;
  #keeper: ConversationKeeper | undefined;

  constructor(host: KeptConversationHost, actions: KeptActions) {
    this.#host = host;
    this.#actions = actions;
    host.addController(this);
  }

  /** The open conversation's, where it is kept. */
  get id(): string | undefined {
    return this.#keeper?.id;
  }

  async find(id: string): Promise<Conversation | undefined> {
    await this.restoring;
    return this.#keeper?.find(id);
  }

  /** From here on another conversation is open: `id`'s, or a new one. To be called before it is shown; `shown`: what then is. */
  turnTo(id?: string, shown?: Conversation): void {
    this.#keeper?.turnTo(id, shown);
  }

  /** Goes on keeping the open conversation once it is closed; undefined where nothing is kept. */
  leave(read: () => Conversation): (() => Promise<boolean>) | undefined {
    return this.#keeper?.leave(read);
  }

  hostUpdate(): void {
    const place = this.#host.persist || undefined;
    if (place === this.#place || !this.#host.isConnected) return;
    this.#end();
    this.#place = place;
    if (place === undefined) return;
    const keeper = (this.#keeper = new ConversationKeeper(place, this.#actions, { all: this.#host.keepAll }));
    this.restoring = keeper.restore(this.#host.firstConversation).then((conversation) => {
      if (conversation && this.#keeper === keeper) this.#actions.bringBack(conversation);
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
