// What a failure means for the person at the page: a title and what to do, by PronkError code. The engine's own
// message, which names files and numbers, is shown below it.

import type { ErrorFacts, PronkError } from "../index.ts";

export interface Advice {
  title: string;
  text: string;
  /** Whether the same action may succeed without anything else being changed. */
  retry: boolean;
}

const noWebGpu: Advice = {
  title: "This browser offers no WebGPU",
  text:
    "pronk runs models on the GPU, through WebGPU. Chrome and Edge have it since 113, Safari since 26, Firefox on " +
    "Windows since 141 and on Apple silicon since 145. The page must come by https or from localhost. " +
    "If your browser is new enough, look whether hardware acceleration is switched off in its settings.",
  retry: true,
};

const byCode: Record<PronkError["code"], Advice> = {
  "model-unsupported": {
    title: "This model cannot be run here",
    text: "pronk runs checkpoints of the Llama-2 family. What did not fit is named below.",
    retry: false,
  },
  "webgpu-missing": noWebGpu,
  "adapter-missing": {
    title: "The browser gives no access to the GPU",
    text:
      "Look whether hardware acceleration is switched on in the browser's settings, update the graphics driver, close " +
      "other programs that use the GPU, then try again.",
    retry: true,
  },
  "adapter-too-small": {
    title: "This model is too big for this GPU",
    text: "Choose a smaller model or a shorter context.",
    retry: false,
  },
  "driver-fault": {
    title: "The graphics driver does not compute this right",
    text: "Update the browser and the graphics driver, then try again. What went wrong is named below.",
    retry: true,
  },
  "storage-missing": {
    title: "The browser keeps nothing for this page",
    text: "A private window or a setting can forbid it. The model can still run, but will be fetched each time.",
    retry: true,
  },
  network: {
    title: "The download was interrupted",
    text: "What has arrived is kept; trying again goes on from there. Check the connection and the model's name.",
    retry: true,
  },
  integrity: {
    title: "Some bytes arrived damaged",
    text: "The damaged part was thrown away. Trying again fetches just that part.",
    retry: true,
  },
  "storage-full": {
    title: "The browser's storage is full",
    text: "Delete a stored model or free space on this device, then try again.",
    retry: true,
  },
  format: {
    title: "A file of this model is not as it should be",
    text: "The file and field are named below. Ask whoever published the model, or choose another one.",
    retry: false,
  },
  "out-of-memory": {
    title: "This model is too big for this device",
    text: "Choose a smaller model, or close other tabs and programs that use the GPU and try again.",
    retry: true,
  },
  "device-lost": {
    title: "The GPU went away",
    text: "A driver restart, sleep or another program can do that. Your conversation is still here.",
    retry: true,
  },
  "worker-lost": {
    title: "The engine stopped",
    text: "Its worker has ended. Your conversation is still here; trying again starts it anew.",
    retry: true,
  },
  "leader-closed": {
    title: "The tab that ran the model was closed",
    text: "This tab takes over; ask again in a moment.",
    retry: true,
  },
  "context-full": {
    title: "This is too long for the model",
    text: "Shorten the message or start a new chat.",
    retry: false,
  },
  "bad-request": {
    title: "The model cannot take this message",
    text: "Change the message and send it again.",
    retry: false,
  },
};

const gated = (status: unknown): Advice => ({
  title: "The hub does not hand this model out yet",
  text:
    status === 403
      ? "Your token is known there but has not been granted this model. Ask for access on the model's page, then try again."
      : "It is gated, private or does not exist. Ask for access on the model's page, then give a read token of your account.",
  retry: true,
});

const missing: Advice = {
  title: "There is no such model",
  text: "Check the name: it reads owner/name, as in the address of the model's page.",
  retry: true,
};

const unreachable: Advice = {
  title: "The model could not be fetched",
  text: "You seem to be offline. Models that are stored on this device start without a network.",
  retry: true,
};

export function adviceFor(error: Error, environment = currentEnvironment()): Advice {
  if (!isPronkError(error)) {
    return { title: "Something went wrong", text: "This should not happen. Reloading the page may help.", retry: true };
  }
  if (error.code === "network") return networkAdvice(error.facts, environment.online);
  return byCode[error.code];
}

/** By name, not by class: a page may hold two copies of the library. */
function isPronkError(error: Error): error is PronkError {
  return error.name === "PronkError" && (error as PronkError).code in byCode;
}

function networkAdvice(facts: ErrorFacts, online: boolean): Advice {
  if (facts.status === 401 || facts.status === 403) return gated(facts.status);
  if (facts.status === 404) return missing;
  return online ? byCode.network : unreachable;
}

function currentEnvironment(): { online: boolean } {
  return { online: globalThis.navigator?.onLine !== false };
}
