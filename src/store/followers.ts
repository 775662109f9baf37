// Tabs that wait for another to finish the same model follow its progress: the writer reports it over a BroadcastChannel
// with the model's name, and whoever waits listens. Correctness does not depend on any of this.

import { broadcastChannel } from "../site-data.ts";
import { type ProgressEvent, progressShape } from "../source/progress.ts";

export interface Announcer {
  tell(event: ProgressEvent): void;
  close(): void;
}

const channelName = (key: string) => `pronk:progress:${key}`;

export function announce(key: string): Announcer {
  const channel = broadcastChannel(channelName(key));
  return {
    tell: (event) => channel?.postMessage(event),
    close: () => channel?.close(),
  };
}

/** Returns a function that stops listening. Messages that are not progress are not passed on. */
export function follow(key: string, onEvent: (event: ProgressEvent) => void): () => void {
  const channel = broadcastChannel(channelName(key));
  channel?.addEventListener("message", ({ data }: MessageEvent) => {
    if (progressShape(data) === undefined) onEvent(data);
  });
  return () => channel?.close();
}
