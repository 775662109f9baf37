// Draws the host again when the browser goes offline or comes back: what waits for the network says so meanwhile.

import type { ReactiveControllerHost } from "lit";

export function watchOnline(host: ReactiveControllerHost): void {
  const draw = () => host.requestUpdate();
  host.addController({
    hostConnected: () => ["online", "offline"].forEach((type) => globalThis.addEventListener(type, draw)),
    hostDisconnected: () => ["online", "offline"].forEach((type) => globalThis.removeEventListener(type, draw)),
  });
}

/** What the browser says: "online" may be said without a network, "offline" is true. */
export const isOffline = () => globalThis.navigator?.onLine === false;
