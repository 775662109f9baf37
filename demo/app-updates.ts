// Registers the service worker that keeps the page's shell for offline starts, and offers a new version when there is
// one. It never reloads by itself, and offers nothing while an answer is running.

import { pageStrings } from "./page-strings.ts";

export interface UpdatePlace {
  toast: HTMLElement;
  /** Whether an answer or a load is running. */
  busy(): boolean;
  /** Calls back when that may have changed. */
  onChange(listener: () => void): void;
}

export async function startAppUpdates(place: UpdatePlace): Promise<void> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  const registration = await navigator.serviceWorker.register("./sw.js").catch(() => undefined);
  if (!registration) return; // private modes may refuse; the page works without
  let offered = false;
  const offer = () => {
    const { waiting } = registration;
    // Without a controller this is the first visit: the worker takes over by itself next time.
    if (!waiting || offered || !navigator.serviceWorker.controller || place.busy()) return;
    offered = true;
    showOffer(place.toast, () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      waiting.postMessage({ type: "SKIP_WAITING" });
    });
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  place.onChange(offer);
  offer();
}

function showOffer(toast: HTMLElement, reload: () => void): void {
  const text = document.createElement("span");
  text.textContent = pageStrings.updateReady;
  const now = document.createElement("button");
  now.className = "button primary";
  now.textContent = pageStrings.updateNow;
  now.addEventListener("click", reload);
  const later = document.createElement("button");
  later.className = "button";
  later.textContent = pageStrings.updateLater;
  later.addEventListener("click", () => (toast.hidden = true));
  toast.replaceChildren(text, later, now);
  toast.hidden = false;
}
