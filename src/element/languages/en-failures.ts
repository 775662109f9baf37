// What the cards say of failures, a part of the element's words. Which card a failure gets is decided
// in error-advice.ts and network-advice.ts; the engine's own message stands below it, in English.

export interface CardWords {
  title: string;
  text: string;
}

/** Cards whose words do not depend on the case. */
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
    title: "No weights here that pronk can read",
    text: "It reads safetensors, GGUF, pytorch_model.bin, Meta's consolidated.00.pth and llama2.c's .bin, in the same folder as their configuration.",
  },
  modelUnsupported: {
    title: "This model doesn't run here",
    text: "pronk runs checkpoints of the Llama-2 family. The reason is below; another model may work.",
  },
  webgpuMissing: {
    title: "WebGPU isn't available here",
    text:
      "pronk runs models on the GPU, through WebGPU. Chrome and Edge have it since 113, Safari since 26, Firefox on " +
      "Windows since 141 and on Apple silicon since 145. The page has to be served over https or from localhost. " +
      "If your browser is new enough, check that hardware acceleration is switched on in its settings.",
  },
  adapterMissing: {
    title: "The browser can't use the GPU",
    text:
      "Nothing is wrong with the model. Check that hardware acceleration (graphics acceleration) is switched on in the " +
      "browser's settings, restart the browser, and update the graphics driver. A remote desktop or a virtual machine " +
      "often has no GPU; on Linux, Chrome may need WebGPU to be switched on in chrome://flags.",
  },
  adapterTooSmall: {
    title: "This model is too big for this GPU",
    text: "Choose a smaller model, or one with fewer bits per weight.",
  },
  wrongNumbers: {
    title: "The model's numbers came out wrong",
    text:
      "Either its file is damaged or this GPU makes mistakes, so there is no answer. Try another browser; if that " +
      "changes nothing, try another file of the model.",
  },
  lostOnTheWay: {
    title: "The GPU didn't receive what it was sent",
    text:
      "Something was lost or damaged on the way, and noticed before it could do harm. Try again; if it happens again, " +
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
    title: "The browser won't store anything for this page",
    text: "A private window or a setting may prevent it. The model can still run, but will be downloaded each time.",
  },
  integrity: {
    title: "Some data arrived damaged",
    text: "The damaged part was discarded. Trying again downloads only that part.",
  },
  storageFull: (needed, available) => ({
    title: "The browser's storage is full",
    text:
      (needed === undefined
        ? "There is no room for this model."
        : `This model needs ${needed}${available === undefined ? "" : `, and ${available} are free`}.`) +
      " What has arrived is kept. Delete another model, free space on this device, or run it without storing it: then it is downloaded each time.",
  }),
  format: {
    title: "One of this model's files is broken",
    text: "The file and field are named below. Ask whoever published the model, or choose another one.",
  },
  outOfMemory: {
    title: "This model is too big for this device",
    text: "Choose a smaller model, or close other tabs and programs that use the GPU and try again.",
  },
  outOfMemoryWithOffers: {
    title: "This takes more memory than the GPU has",
    text: "The same model can run in less. Your conversation stays.",
  },
  deviceLost: {
    title: "The GPU went away",
    text: "A driver restart, sleep or another program can do that. Your conversation is still here.",
  },
  engineNotStarted: {
    title: "The page couldn't start the engine",
    text:
      "Its worker file was not found, or the page's policy forbids it. Reload the page; if that does not help, " +
      "whoever runs it can fix it as described below.",
  },
  engineStopped: {
    title: "The engine stopped",
    text: "Its worker has ended. Your conversation is still here; trying again restarts the engine.",
  },
  leaderClosed: {
    title: "The tab that ran the model was closed",
    text: "This tab takes over in a moment, and what had arrived is kept.",
  },
  contextFull: { title: "This is too long for the model", text: "Shorten the message or start a new chat." },
  message: { title: "The model can't take this message", text: "Change the message and send it again." },
  noModelName: { title: "That isn't the name of a model", text: "What was expected is named below." },
  noSuchWeights: { title: "The model has no such weights", text: "What was expected is named below." },
  setting: { title: "One of this page's settings is wrong", text: "What was expected is named below." },
  unknownName: (repository, hasToken) => ({
    title: `No model called ${repository} on the hub`,
    text:
      `Check the name first. ${aName} ` +
      (hasToken
        ? "If it is right, the model is private and your token's account can't see it."
        : `If it is right, the model is private: enter a token from an account that can see it. ${whereTokensAre}`),
  }),
  gated: (hasToken) => ({
    title: "You don't have access to this model yet",
    text: hasToken
      ? "Your token is valid, but its account hasn't been granted this model, or the token can't read gated models. " +
        "Ask for access on the model's page, or enter another token."
      : `It is gated. Accept its terms on the model's page, then enter a token from that account. ${whereTokensAre}`,
  }),
  tokenRefused: {
    title: "The hub doesn't accept this token",
    text: `It may be mistyped, expired or revoked. ${whereTokensAre}`,
  },
  unauthorized: (repository) => ({
    title: `The hub refused access to ${repository}`,
    text:
      "Without a token it doesn't say why: the name may be mistyped, or the model is gated or private. " +
      `Check the name first. ${aName} If it is right, ask for access on the model's page and enter a token.`,
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
    title: "The server refused access",
    text: "It wants a login, and tokens are only ever sent to the hub. Use a public address.",
  },
  nothingThere: {
    title: "There is no model at this address",
    text: "The address has to be the folder that holds config.json and the weights, or one file of weights.",
  },
  busy: {
    title: "The server is getting too many requests",
    text: "Wait a few minutes, then try again. What has arrived is kept.",
  },
  serverFault: {
    title: "The server has a problem",
    text: "There is nothing you can fix. Try again later; what has arrived is kept, and the download continues from there.",
  },
  forbiddenByPage: {
    title: "This page may not fetch from there",
    text: "Its security policy doesn't include the address. Whoever runs the page can allow it, as described below.",
  },
  partMissing: {
    title: "A part of the application is missing",
    text: "It is loaded when a model needs it. Try again; if that doesn't help, the page has been updated in the meantime: reload it.",
  },
  interrupted: {
    title: "The download was interrupted",
    text: "What has arrived is kept; trying again continues from there. Check your connection.",
  },
  offline: {
    title: "The model couldn't be downloaded",
    text: "You seem to be offline. Models stored on this device still work without a network.",
  },
  unknown: {
    title: "Something went wrong",
    text: "This should not happen. Reloading the page may help; the conversation is kept if the page keeps conversations.",
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
  smallerSetups: "Run it in less memory",
  deleteModel: (model, size) => `Delete ${model}: frees ${size}`,
  deleteModels: "Make room",
  withoutStore: "Run without storing it",
};
