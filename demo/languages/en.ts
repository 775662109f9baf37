// The words of the chat page outside the element, those of index.html too: an element there that says `data-words` gets them.
// English is the model for the other languages.

import { counted } from "../../src/element/languages/counted.ts";
import { benchWords } from "./en-bench.ts";

export const pageWords = {
  locale: "en" as string,
  title: "pronk: a language model in this tab",
  description: "Language models that run in this tab, on your own GPU. No server, no account.",
  model: "Model:",
  heroTitle: "A language model, in this tab",
  heroOwnGpu: "It runs on your own GPU.",
  heroNoServer: "No server, no account;",
  heroStays: "what you write stays on this device.",
  benchLink: "How fast is this GPU? The benchmark measures it.",
  language: "Language",
  languageAuto: "Language: as the browser",
  pickerTitle: "Choose a model",
  close: "Close",
  catalogueTitle: "Models by name",
  searchLabel: "Search these models",
  searchNone: "None of these is called that. Any repository of the hub can be opened by its name, below.",
  fitsTitle: "Fit your GPU",
  fitsNotTitle: "Need more than your GPU seems to have",
  catalogueOffline: "You are offline, and the list of models is not on this device yet.",
  catalogueLost: "The list of models did not arrive: the server did not answer.",
  catalogueRefused: (status: number) => `The list of models did not arrive: the server answered ${status}.`,
  catalogueUnread: "The list of models did not arrive: the server sent something else.",
  catalogueElse: "A model of the hub, a folder, or one that is stored here runs without it.",
  tryAgain: "Try again",
  hubTitle: "Any model of the hub",
  hubIntro:
    "Any checkpoint of the Llama-2 family on Hugging Face, as it was published: safetensors, GPTQ, AWQ, bitsandbytes, EXL2 or GGUF.",
  hubLabel: "Repository",
  hubPlaceholder: "owner/name",
  hubInvalid: "A repository reads owner/name, with a file or folder after it where you want one of several.",
  tokenLabel: "Read token, for gated models",
  tokenNote: "Sent to the hub only, and kept in memory until this page is closed.",
  tokenKeep: "Remember it in this browser, where anybody who uses it can read it",
  tokenPlaceholder: "hf_…",
  open: "Open",
  folderTitle: "From this device",
  folderIntro: "A folder with config.json, a tokenizer and safetensors files. Nothing is uploaded.",
  folderButton: "Choose a folder",
  folderDrop: "or drop it here",
  storedTitle: "Stored on this device",
  storedNote: "A model that has been loaded once is kept on this device and starts without a network.",
  storageTitle: "Room on this device",
  chooseFolderAgain: "choose its folder again",
  storedTotal: (used: string, quota: string) => `${used} used of about ${quota} that this browser gives.`,
  install: "Install as an app",
  installNote: "It starts without a network, with the models that are stored here.",
  remove: "Delete",
  removeModel: (model: string) => `Delete ${model}`,
  deleted: (model: string) => `${model} was deleted.`,
  undo: "Undo",
  dismiss: "Dismiss",
  modelChanged: (model: string) => `A new conversation, with ${model}.`,
  modelBack: (model: string) => `Back to ${model}.`,
  folderAgain: (name: string) => `${name}: choose it again`,
  quantized: { none: "as published", q8: "8 bits", q4: "4 bits" },
  parameters: (count: string) => `${count} parameters`,
  download: (size: string) => `${size} download`,
  comesWithPage: "comes with this page",
  gated: "gated",
  stored: "stored",
  bits: (bits: number) => `${bits} bits`,
  gpuMemory: (size: string) => `${size} on the GPU`,
  current: "In use",
  conversations: "Conversations",
  newChat: "New chat",
  searchConversations: "Search",
  noConversations: "Nothing yet. What you ask is kept here, on this device.",
  nothingFound: "Nothing found.",
  beingAnswered: "Being answered",
  more: (title: string) => `More for ${title}`,
  pin: "Pin",
  unpin: "Unpin",
  rename: "Rename",
  newTitle: "New name",
  copyConversation: "Copy",
  saveMarkdown: "Save as Markdown",
  saveJson: "Save as JSON",
  importJson: "Import",
  exportAll: "Export all",
  eraseAll: "Erase everything",
  eraseSure: counted("en", {
    one: "Erase the conversation on this device? It can't be had back.",
    other: "Erase all # conversations on this device? They can't be had back.",
  }),
  erase: "Erase",
  keep: "Keep them",
  conversationDeleted: (title: string) => `“${title}” was deleted.`,
  imported: counted("en", { one: "One conversation was imported.", other: "# conversations were imported." }),
  notImported: (why: string) => `Nothing was imported. ${why}`,
  exportName: "pronk conversations",
  unnamed: "conversation",
  themes: { auto: "Colours: as the system", light: "Colours: light", dark: "Colours: dark" },
  updateReady: "A new version of this page is ready.",
  updateNow: "Reload",
  updateLater: "Later",
  /** Of models.json, by id; one that has none is told in the file's words. */
  notes: {} as Record<string, string>,
  bench: benchWords,
  storage: {
    absent:
      "This browser gives the page no storage (a private window, or storage is blocked for this site), so a model must be downloaded at every visit. Open the page in an ordinary window, or allow site data.",
    newer:
      "A newer release of this page has stored models here, in a way that this one cannot open. It leaves them as they are and stores nothing; a model is downloaded at every visit. Reload the page to get that release.",
    kept: "Stored models are kept until you delete them.",
    mayGo:
      "The browser may delete stored models when the disk is nearly full; Safari does so after a week without a visit. Adding the page to the home screen or the bookmarks, or allowing notifications, makes most browsers keep them.",
    small: (quota: string) =>
      `It gives this page ${quota}, little for a model: this may be a private window, or the disk is nearly full.`,
  },
};

export type PageWords = Translated<typeof pageWords>;

/** The same words in another language. */
export type Translated<English> = English extends (...given: infer Given) => string
  ? (...given: Given) => string
  : English extends string
    ? string
    : { readonly [Name in keyof English]: Translated<English[Name]> };
