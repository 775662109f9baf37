// Registers the service worker that keeps the page's shell for offline starts, and offers a new version when there is
// one. It never reloads by itself, and offers nothing while an answer is running. The new version takes over all tabs at
// once: a tab that did not ask for it is told, since files of its own version may be gone by now.

import { trustedAddress } from "../src/trusted-types.ts";
import { pageStrings } from "./page-words.ts";

export interface UpdatePlace {
  toast: HTMLElement;
  /** Whether an answer or a load is running. */
  busy(): boolean;
  /** Calls back when that may have changed. */
  onChange(listener: () => void): void;
}

const takeOverMs = 3000; // a worker silent for this long stays silent; a reload asks it again

export async function startAppUpdates(place: UpdatePlace): Promise<void> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  const { serviceWorker } = navigator;
  const controlled = serviceWorker.controller !== null; // else this is the first visit, and nothing here is old
  const registration = await serviceWorker.register(trustedAddress("./sw.js")).catch(() => undefined);
  if (!registration) return; // private modes may refuse; the page works without
  let offered = false;
  let taken = false; // another tab has let the new version in
  const offer = () => {
    if (offered || place.busy() || !controlled || !(taken || registration.waiting)) return;
    offered = true;
    showOffer(place.toast, () => takeVersion(registration));
  };
  serviceWorker.addEventListener("controllerchange", () => {
    taken = true;
    offered = false; // put off or not, this tab's own files may be gone now
    offer();
  });
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  place.onChange(offer);
  offer();
}

/** Lets the waiting version in, if another tab has not done so already, and reloads. */
function takeVersion(registration: ServiceWorkerRegistration): void {
  const { waiting } = registration;
  const reload = () => location.reload();
  if (!waiting) return reload();
  navigator.serviceWorker.addEventListener("controllerchange", reload, { once: true });
  waiting.postMessage({ type: "SKIP_WAITING" });
  setTimeout(reload, takeOverMs);
}

function showOffer(toast: HTMLElement, reload: () => void): void {
  const text = document.createElement("span");
  text.textContent = pageStrings.updateReady;
  const now = document.createElement("button");
  now.className = "button primary";
  now.dataset.action = "take-update";
  now.textContent = pageStrings.updateNow;
  now.addEventListener("click", reload);
  const later = document.createElement("button");
  later.className = "button";
  later.textContent = pageStrings.updateLater;
  later.addEventListener("click", () => (toast.hidden = true));
  toast.replaceChildren(text, later, now);
  toast.hidden = false;
}
