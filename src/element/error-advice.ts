// What a failure means for the person at the page: a title, what to do, and what the card offers for it, by PronkError
// code and facts, never by the words of a message. The engine's own message, which names files and numbers, stands below.

import type { Advice } from "./advice.ts";
import type { ErrorFacts, PronkError } from "../index.ts";
import { networkAdvice } from "./network-advice.ts";

const byCode: Record<Exclude<PronkError["code"], "network">, Advice | ((facts: ErrorFacts) => Advice)> = {
  "model-unsupported": ({ expected, found }) =>
    found === null && String(expected).startsWith("*.safetensors")
      ? {
          title: "There are no weights here that pronk reads",
          text: "It reads safetensors, GGUF, pytorch_model.bin, Meta's consolidated.00.pth and llama2.c's .bin, in the same folder as their configuration.",
          retry: true, // the folder may be put right meanwhile
          messageShown: true,
        }
      : {
          title: "This model does not run here",
          text: "pronk runs checkpoints of the Llama-2 family. What did not fit is named below; another model may.",
          retry: false,
          messageShown: true,
        },
  "webgpu-missing": {
    title: "This browser offers no WebGPU",
    text:
      "pronk runs models on the GPU, through WebGPU. Chrome and Edge have it since 113, Safari since 26, Firefox on " +
      "Windows since 141 and on Apple silicon since 145. The page must come by https or from localhost. " +
      "If your browser is new enough, look whether hardware acceleration is switched off in its settings.",
    retry: true,
  },
  "adapter-missing": {
    title: "The browser gives no access to the GPU",
    text:
      "Nothing is wrong with the model. Look whether hardware acceleration (graphics acceleration) is switched on in the " +
      "browser's settings, restart the browser, and update the graphics driver. A remote desktop or a virtual machine " +
      "often has no GPU to give; on Linux, Chrome may need WebGPU to be switched on in chrome://flags.",
    retry: true,
  },
  "adapter-too-small": {
    title: "This model is too big for this GPU",
    text: "Choose a smaller model, or one with fewer bits a weight.",
    retry: false,
    messageShown: true,
  },
  "driver-fault": ({ shader, position }) => {
    if (position !== undefined)
      return {
        title: "The model's numbers came out wrong",
        text:
          "Its file leads to them, or this GPU computes wrongly, so there is no answer. Try another browser; where that " +
          "changes nothing, take another file of the model.",
        retry: true,
      };
    return {
      title: shader === undefined ? "The graphics driver refused a command" : "The graphics driver refused a program",
      text:
        "Nothing is wrong with the model. Update the browser and the graphics driver, or try another browser: each brings a " +
        "compiler of its own.",
      retry: true,
    };
  },
  "storage-missing": {
    title: "The browser keeps nothing for this page",
    text: "A private window or a setting can forbid it. The model can still run, but will be fetched each time.",
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
    retry: true, // a folder on this device may be put right meanwhile
    messageShown: true,
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
  "worker-lost": ({ started }) =>
    started === false
      ? {
          title: "The page could not start the engine",
          text:
            "Its worker file was not found, or the page's policy forbids it. Reload the page; if that does not help, " +
            "whoever runs it can mend it as said below.",
          retry: true,
          messageShown: true,
        }
      : {
          title: "The engine stopped",
          text: "Its worker has ended. Your conversation is still here; trying again starts it anew.",
          retry: true,
        },
  "leader-closed": {
    title: "The tab that ran the model was closed",
    text: "This tab takes over in a moment, and what had arrived is kept.",
    retry: true,
  },
  "context-full": {
    title: "This is too long for the model",
    text: "Shorten the message or start a new chat.",
    retry: false,
  },
  "bad-request": ({ field }) => {
    const part = String(field ?? "messages").split("[")[0];
    if (part === "messages" || part === "prompt")
      return {
        title: "The model cannot take this message",
        text: "Change the message and send it again.",
        retry: false,
      };
    const title =
      part === "model"
        ? "This names no model"
        : part === "weights"
          ? "The model has no such weights"
          : "A setting of this page does not fit";
    return { title, text: "What was expected is named below.", retry: false, messageShown: true };
  },
};

export function adviceFor(error: Error, environment = currentEnvironment()): Advice {
  if (!isPronkError(error)) {
    return {
      title: "Something went wrong",
      text: "This should not happen. Reloading the page may help; the conversation is kept where the page keeps it.",
      retry: true,
    };
  }
  if (error.code === "network") return networkAdvice(error.facts, environment.online);
  const advice = byCode[error.code];
  return typeof advice === "function" ? advice(error.facts) : advice;
}

/** By name, not by class: a page may hold two copies of the library. */
function isPronkError(error: Error): error is PronkError {
  const { name, code } = error as PronkError;
  return name === "PronkError" && (code === "network" || code in byCode);
}

function currentEnvironment(): { online: boolean } {
  return { online: globalThis.navigator?.onLine !== false };
}
