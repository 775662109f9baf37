// What the cards say of failures, a part of the element's words. Which card a failure
// gets is decided in error-advice.ts and network-advice.ts; the engine's own message stands below it, in English.

export interface CardWords {
  title: string;
  text: string;
}

/** Cards whose words know nothing of the case. */
type PlainCard =
  | "noWeights"
  | "modelUnsupported"
  | "webgpuMissing"
  | "adapterMissing"
  | "adapterTooSmall"
  | "wrongNumbers"
  | "lostOnTheWay"
  | "commandRefused"
  | "shaderRefused"
  | "storageMissing"
  | "integrity"
  | "format"
  | "outOfMemory"
  | "outOfMemoryWithOffers"
  | "deviceLost"
  | "engineNotStarted"
  | "engineStopped"
  | "leaderClosed"
  | "contextFull"
  | "message"
  | "noModelName"
  | "noSuchWeights"
  | "setting"
  | "noSuchFile"
  | "noSuchVersion"
  | "addressRefused"
  | "nothingThere"
  | "busy"
  | "serverFault"
  | "forbiddenByPage"
  | "partMissing"
  | "interrupted"
  | "offline"
  | "tokenRefused"
  | "unknown";

export interface FailureStrings extends Record<PlainCard, CardWords> {
  /** Bytes as text; neither where the browser does not tell. */
  storageFull: (needed: string | undefined, available: string | undefined) => CardWords;
  unknownName: (repository: string, hasToken: boolean) => CardWords;
  gated: (hasToken: boolean) => CardWords;
  unauthorized: (repository: string) => CardWords;
  modelPage: string;
  searchHub: string;
  /** The same model in less memory: what changes, and what all of it takes. */
  smallerSetup: (changes: string[], size: string) => string;
  shorterContext: (positions: string) => string;
  cacheIn: Record<"f32" | "f16" | "q8", string>;
  weightsIn: Record<"none" | "q8" | "q4", string>;
  smallerSetups: string;
  deleteModel: (model: string, size: string) => string;
  deleteModels: string;
  withoutStore: string;
}

const aName = "It reads owner/name, as in the address of the model's page.";
const whereTokensAre = "Tokens are made in the hub's settings, under Access Tokens; one that may read is enough.";

export const englishFailures: FailureStrings = {
  noWeights: {
    title: "There are no weights here that pronk reads",
    text: "It reads safetensors, GGUF, pytorch_model.bin, Meta's consolidated.00.pth and llama2.c's .bin, in the same folder as their configuration.",
  },
  modelUnsupported: {
    title: "This model does not run here",
    text: "pronk runs checkpoints of the Llama-2 family. What did not fit is named below; another model may.",
  },
  webgpuMissing: {
    title: "This browser offers no WebGPU",
    text:
      "pronk runs models on the GPU, through WebGPU. Chrome and Edge have it since 113, Safari since 26, Firefox on " +
      "Windows since 141 and on Apple silicon since 145. The page must come by https or from localhost. " +
      "If your browser is new enough, look whether hardware acceleration is switched off in its settings.",
  },
  adapterMissing: {
    title: "The browser gives no access to the GPU",
    text:
      "Nothing is wrong with the model. Look whether hardware acceleration (graphics acceleration) is switched on in the " +
      "browser's settings, restart the browser, and update the graphics driver. A remote desktop or a virtual machine " +
      "often has no GPU to give; on Linux, Chrome may need WebGPU to be switched on in chrome://flags.",
  },
  adapterTooSmall: {
    title: "This model is too big for this GPU",
    text: "Choose a smaller model, or one with fewer bits a weight.",
  },
  wrongNumbers: {
    title: "The model's numbers came out wrong",
    text:
      "Its file leads to them, or this GPU computes wrongly, so there is no answer. Try another browser; where that " +
      "changes nothing, take another file of the model.",
  },
  lostOnTheWay: {
    title: "The GPU did not get what it was sent",
    text:
      "Something was lost or spoiled on the way to it, which was noticed before it could do harm. Try again; where it comes again, " +
      "restart the browser, update the graphics driver, or try another browser.",
  },
  commandRefused: {
    title: "The graphics driver refused a command",
    text:
      "Nothing is wrong with the model. Update the browser and the graphics driver, or try another browser: each brings a " +
      "compiler of its own.",
  },
  shaderRefused: {
    title: "The graphics driver refused a program",
    text:
      "Nothing is wrong with the model. Update the browser and the graphics driver, or try another browser: each brings a " +
      "compiler of its own.",
  },
  storageMissing: {
    title: "The browser keeps nothing for this page",
    text: "A private window or a setting can forbid it. The model can still run, but will be fetched each time.",
  },
  integrity: {
    title: "Some bytes arrived damaged",
    text: "The damaged part was thrown away. Trying again fetches just that part.",
  },
  storageFull: (needed, available) => ({
    title: "The browser's storage is full",
    text:
      (needed === undefined
        ? "There is no room for this model."
        : `This model needs ${needed}${available === undefined ? "" : `, and ${available} are free`}.`) +
      " What has arrived is kept. Delete another model, free space on this device, or run it without storing: then it is fetched each time.",
  }),
  format: {
    title: "A file of this model is not as it should be",
    text: "The file and field are named below. Ask whoever published the model, or choose another one.",
  },
  outOfMemory: {
    title: "This model is too big for this device",
    text: "Choose a smaller model, or close other tabs and programs that use the GPU and try again.",
  },
  outOfMemoryWithOffers: {
    title: "This takes more memory than the GPU gives",
    text: "The same model can run in less. Your conversation stays.",
  },
  deviceLost: {
    title: "The GPU went away",
    text: "A driver restart, sleep or another program can do that. Your conversation is still here.",
  },
  engineNotStarted: {
    title: "The page could not start the engine",
    text:
      "Its worker file was not found, or the page's policy forbids it. Reload the page; if that does not help, " +
      "whoever runs it can mend it as said below.",
  },
  engineStopped: {
    title: "The engine stopped",
    text: "Its worker has ended. Your conversation is still here; trying again starts it anew.",
  },
  leaderClosed: {
    title: "The tab that ran the model was closed",
    text: "This tab takes over in a moment, and what had arrived is kept.",
  },
  contextFull: { title: "This is too long for the model", text: "Shorten the message or start a new chat." },
  message: { title: "The model cannot take this message", text: "Change the message and send it again." },
  noModelName: { title: "This names no model", text: "What was expected is named below." },
  noSuchWeights: { title: "The model has no such weights", text: "What was expected is named below." },
  setting: { title: "A setting of this page does not fit", text: "What was expected is named below." },
  unknownName: (repository, hasToken) => ({
    title: `The hub shows no model ${repository}`,
    text:
      `Check the name first. ${aName} ` +
      (hasToken
        ? "If it is right, the model is private and the account of your token may not see it."
        : `If it is right, the model is private: give a token of an account that may see it. ${whereTokensAre}`),
  }),
  gated: (hasToken) => ({
    title: "The hub does not hand this model out yet",
    text: hasToken
      ? "Your token is known there, but its account has not been granted this model, or it may not read gated ones. " +
        "Ask for access on the model's page, or give another token."
      : `It is gated. Accept its terms on the model's page, then give a token of that account. ${whereTokensAre}`,
  }),
  tokenRefused: {
    title: "The hub does not accept this token",
    text: `It may be mistyped, expired or withdrawn. ${whereTokensAre}`,
  },
  unauthorized: (repository) => ({
    title: `The hub does not hand out ${repository}`,
    text:
      "Without a token it does not say why: the name may be mistyped, or the model is gated or private. " +
      `Check the name first. ${aName} If it is right, ask for access on the model's page and give a token.`,
  }),
  noSuchFile: {
    title: "The model has no such file",
    text: "Its page lists what there is: branches and commits for a version, behind an @; files and folders behind the name.",
  },
  noSuchVersion: {
    title: "The model has no such version",
    text: "Its page lists what there is: branches and commits for a version, behind an @; files and folders behind the name.",
  },
  addressRefused: {
    title: "The server does not hand this out",
    text: "It asks for a permission, and a token goes to the hub only. Use an address that is public.",
  },
  nothingThere: {
    title: "There is no model at this address",
    text: "The address has to be the folder that holds config.json and the weights, or one file of weights.",
  },
  busy: {
    title: "The server asks for fewer requests",
    text: "Wait a few minutes, then try again. What has arrived is kept.",
  },
  serverFault: {
    title: "The server has a problem",
    text: "That is not yours to mend. Try again later; what has arrived is kept, and goes on from there.",
  },
  forbiddenByPage: {
    title: "This page may not fetch from there",
    text: "Its security policy does not name the address. Whoever runs the page can allow it, as said below.",
  },
  partMissing: {
    title: "A part of the application is missing",
    text: "It is fetched when a model needs it. Try again; if that does not help, the page was updated meanwhile: reload it.",
  },
  interrupted: {
    title: "The download was interrupted",
    text: "What has arrived is kept; trying again goes on from there. Check the connection.",
  },
  offline: {
    title: "The model could not be fetched",
    text: "You seem to be offline. Models that are stored on this device start without a network.",
  },
  unknown: {
    title: "Something went wrong",
    text: "This should not happen. Reloading the page may help; the conversation is kept where the page keeps it.",
  },
  modelPage: "Model's page",
  searchHub: "Search the hub",
  smallerSetup: (changes, size) => {
    const words = changes.join(", ");
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}: ${size}`;
  },
  shorterContext: (positions) => `context ${positions}`,
  cacheIn: { f32: "cache in 32 bits", f16: "cache in 16 bits", q8: "cache in 8 bits" },
  weightsIn: { none: "weights as published", q8: "weights in 8 bits", q4: "weights in 4 bits" },
  smallerSetups: "Run it with less",
  deleteModel: (model, size) => `Delete ${model}: frees ${size}`,
  deleteModels: "Make room",
  withoutStore: "Run without storing",
};
