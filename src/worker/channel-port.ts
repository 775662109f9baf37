// A port between two tabs over a BroadcastChannel that all of them hear: messages carry who speaks and who is meant.

import type { ChannelMessage, Port } from "./protocol.ts";
import { readChannelMessage } from "./read-message.ts";

export class ChannelPort implements Port {
  readonly #channel: BroadcastChannel;
  readonly #own: string;
  readonly #other: string;
  readonly #listeners = new Map<(event: MessageEvent) => void, (event: MessageEvent) => void>();

  #closed = false;

  constructor(channel: BroadcastChannel, own: string, other: string) {
    this.#channel = channel;
    this.#own = own;
    this.#other = other;
  }

  /** What would be moved to a worker is copied to a tab. */
  postMessage(data: unknown): void {
    if (this.#closed) return;
    this.#channel.postMessage({ kind: "port", from: this.#own, to: this.#other, data } satisfies ChannelMessage);
  }

  addEventListener(_: "message", listener: (event: MessageEvent) => void): void {
    const heard = ({ data }: MessageEvent) => {
      const message = readChannelMessage(data);
      if (message?.kind === "port" && message.to === this.#own && message.from === this.#other)
        listener(new MessageEvent("message", { data: message.data }));
    };
    this.#listeners.set(listener, heard);
    this.#channel.addEventListener("message", heard);
  }

  removeEventListener(_: "message", listener: (event: MessageEvent) => void): void {
    const heard = this.#listeners.get(listener);
    this.#listeners.delete(listener);
    if (heard) this.#channel.removeEventListener("message", heard);
  }

  close(): void {
    this.#closed = true;
    for (const listener of [...this.#listeners.keys()]) this.removeEventListener("message", listener);
  }
}
