// Tabs that wait for another to finish the same model follow its progress: the writer tells, over a BroadcastChannel of
// the model's name, and whoever waits listens. Nothing here is needed for correctness.

export interface Announcer {
  tell(event: unknown): void;
  close(): void;
}

const channelName = (key: string) => `pronk:progress:${key}`;

export function announce(key: string): Announcer {
  const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(channelName(key));
  return {
    tell: (event) => channel?.postMessage(event),
    close: () => channel?.close(),
  };
}

/** Returns the end of listening. */
export function follow(key: string, onEvent: (event: unknown) => void): () => void {
  if (typeof BroadcastChannel === "undefined") return () => {};
  const channel = new BroadcastChannel(channelName(key));
  channel.addEventListener("message", ({ data }: MessageEvent) => onEvent(data));
  return () => channel.close();
}
