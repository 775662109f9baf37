// The words of the element's views, in one typed object a language; those of failures and of panels are parts of it
// (en-failures.ts, en-panels.ts). English is the model for the others, and what a page writes over by setting `strings`. The
// engine's own messages stay as they are. Numbers, bytes and durations are formatted in quantity.ts with Intl.

import type { ProgressPhase, PronkWarning, PronkWarningCode } from "../../index.ts";
import { counted } from "./counted.ts";
import { type AttachStrings, englishAttach } from "./en-attach.ts";
import { englishFailures, type FailureStrings } from "./en-failures.ts";
import { englishKeys, type KeyStrings } from "./en-keys.ts";
import { englishPanels, type PanelStrings } from "./en-panels.ts";

export interface ChatStrings {
  /** BCP 47. Whether the words run from right to left follows from it. */
  locale: string;
  chatLabel: string;
  transcriptLabel: string;
  /** `shown` is the number as it is written. */
  earlierTurns: (shown: string, count: number) => string;
  you: string;
  answerLabel: string;
  aiNote: string;
  reportSummary: string;
  reportIntro: string;
  reportLinks: readonly { text: string; href: string }[];
  placeholder: string;
  composerLabel: string;
  send: string;
  stop: string;
  copy: string;
  copied: string;
  refused: string;
  copyCode: string;
  codeLabel: (language?: string) => string;
  tableLabel: string;
  formulaLabel: string;
  taskDone: string;
  taskOpen: string;
  noteLabel: (number: string) => string;
  noteBack: string;
  regenerate: string;
  goOn: string;
  quote: string;
  deleteTurn: string;
  earlierBranch: string;
  laterBranch: string;
  branchOf: (at: number, count: number) => string;
  edit: string;
  editing: string;
  cancelEdit: string;
  newChat: string;
  scrollToEnd: string;
  thinking: string;
  thinkingNow: string;
  thoughtFor: (time?: string) => string;
  recovering: string;
  queued: string;
  modelWaits: string;
  stopAnswers: string;
  loadsAnew: string;
  loadNow: string;
  stopped: string;
  lengthReached: string;
  contextFull: string;
  droppedTurns: (count: number, shown: string) => string;
  tokens: (shown: string, count: number) => string;
  tokensPerSecond: (rate: string) => string;
  cachedTokens: (shown: string, count: number) => string;
  emptyTitle: string;
  emptyText: string;
  load: string;
  loadNote: string;
  noModel: string;
  noModelYet: string;
  cancel: string;
  pause: string;
  resume: string;
  inspecting: string;
  offline: string;
  phases: Record<ProgressPhase, string>;
  phasesDone: (phase: string) => string;
  bytesOf: (loaded: string, total: string) => string;
  timeLeft: (time: string) => string;
  weightsTitle: string;
  weightsDefault: string;
  weightsBits: (bits: string) => string;
  weightsFit: string;
  weightsFitNot: string;
  weightsNote: string;
  licenseTitle: string;
  licenseIntro: (model: string) => string;
  licenseEvidence: string;
  licenseTextLabel: string;
  licenseLoading: string;
  licenseFailed: string;
  licenseDate: (date: string) => string;
  accept: string;
  decline: string;
  retry: string;
  details: string;
  tokenLabel: string;
  tokenUse: string;
  tokenNote: string;
  continueTitle: string;
  continueIntro: string;
  continueLabel: string;
  continuePlaceholder: string;
  continueButton: string;
  undo: string;
  dismiss: string;
  chatClosed: string;
  turnDeleted: string;
  editDropped: string;
  pieceDropped: string;
  takenBack: string;
  /** A conversation as Markdown. */
  exported: { model: (name: string) => string; system: string; note: string };
  /** With the mark that ends a sentence. */
  sentence: (words: string) => string;
  warnings: Record<PronkWarningCode, (warning: PronkWarning) => string>;
  attachments: AttachStrings;
  failures: FailureStrings;
  keys: KeyStrings;
  panels: PanelStrings;
}

const asTheEngineSays = ({ message }: PronkWarning) => message;

export const english: ChatStrings = {
  locale: "en",
  chatLabel: "Chat",
  transcriptLabel: "Conversation",
  earlierTurns: (shown) => `Show earlier messages (${shown})`,
  you: "You",
  answerLabel: "Answer",
  aiNote: "AI-generated, may be wrong",
  reportSummary: "Report a problem",
  reportIntro: "For Llama 2 and models derived from it, its acceptable use policy names these places:",
  reportLinks: [
    { text: "Issues with the model", href: "https://github.com/facebookresearch/llama" },
    { text: "Risky content it generated", href: "https://developers.facebook.com/llama_output_feedback" },
    { text: "Bugs and security concerns", href: "https://facebook.com/whitehat/info" },
    { text: "Violations of the policy or unlicensed use", href: "mailto:LlamaUseReport@meta.com" },
  ],
  placeholder: "Ask something",
  composerLabel: "Your message",
  send: "Send",
  stop: "Stop",
  copy: "Copy",
  copied: "Copied",
  refused: "Not copied: the browser refused. Select the text to copy it.",
  copyCode: "Copy code",
  codeLabel: (language) => (language ? `Code in ${language}` : "Code"),
  tableLabel: "Table",
  formulaLabel: "Formula",
  taskDone: "Done",
  taskOpen: "To do",
  noteLabel: (number) => `Footnote ${number}`,
  noteBack: "Back to the text",
  regenerate: "Answer again",
  goOn: "Go on with this answer",
  quote: "Quote what is selected, or all of it",
  deleteTurn: "Delete",
  earlierBranch: "Version before",
  laterBranch: "Next version",
  branchOf: (at, count) => `${at}/${count}`,
  edit: "Edit",
  editing: "Editing your message",
  cancelEdit: "Keep it as it was",
  newChat: "New chat",
  scrollToEnd: "To the end",
  thinking: "Reading your message",
  thinkingNow: "Thinking",
  thoughtFor: (time) => (time ? `Thought for ${time}` : "Thoughts"),
  recovering: "The engine was lost and is recovering. The answer goes on by itself.",
  queued: "Another conversation is being answered. This answer comes next.",
  modelWaits: "The model is loaded when the answer that is still being written is finished.",
  stopAnswers: "Stop that answer",
  loadsAnew: "The next question loads the model again, with this conversation's context length and cache format.",
  loadNow: "Load now",
  stopped: "Stopped",
  lengthReached: "Ended at the length limit",
  contextFull: "The model's context is full. Start a new chat to go on.",
  droppedTurns: counted("en", {
    one: "The oldest message no longer fits the model's context and was left out.",
    other: "The # oldest messages no longer fit the model's context and were left out.",
  }),
  tokens: counted("en", { one: "# token", other: "# tokens" }),
  tokensPerSecond: (rate) => `${rate} tokens/s`,
  cachedTokens: counted("en", {
    one: "# token of the conversation was still in memory",
    other: "# tokens of the conversation were still in memory",
  }),
  emptyTitle: "A model in this tab",
  emptyText: "It runs on your own GPU. What you write stays on this device.",
  load: "Load the model",
  loadNote: "Downloads once, then starts from this device.",
  noModel: "No model is chosen yet.",
  noModelYet: "Your conversation is here; its model is not. Choose it again, or another one, to go on.",
  cancel: "Cancel",
  pause: "Pause",
  resume: "Go on",
  inspecting: "Looking at the model",
  offline: "You are offline: it goes on when the network is back.",
  phases: {
    download: "Downloading",
    verify: "Checking the bytes",
    convert: "Quantizing",
    store: "Storing",
    read: "Reading from this device",
    upload: "Moving to the GPU",
    compile: "Preparing the GPU",
  },
  phasesDone: (phase) => `${phase}: done`,
  bytesOf: (loaded, total) => `${loaded} of ${total}`,
  timeLeft: (time) => `${time} left`,
  weightsTitle: "Which weights?",
  weightsDefault: "taken unless you say otherwise",
  weightsBits: (bits) => `${bits} bits a weight`,
  weightsFit: "fits your GPU",
  weightsFitNot: "more than your GPU seems to have",
  weightsNote: "This repository has several sets of the same model. Fewer bits are smaller and faster, more are truer.",
  licenseTitle: "Before the download: the licence",
  licenseIntro: (model) =>
    `${model} is Llama 2 or derived from it. Its weights come under the Llama 2 Community License and Acceptable Use Policy. Nothing is fetched until you accept them.`,
  licenseEvidence: "How this was recognised",
  licenseTextLabel: "Llama 2 Community License and Acceptable Use Policy",
  licenseLoading: "Fetching the text",
  licenseFailed: "The licence text could not be read, so it cannot be accepted now. Reload the page and try again.",
  licenseDate: (date) => `Your acceptance is noted on this device with today's date, ${date}.`,
  accept: "I accept",
  decline: "Decline",
  retry: "Try again",
  details: "Details",
  tokenLabel: "Access token of the hub",
  tokenUse: "Load with it",
  tokenNote: "Sent to the hub only, and kept in memory until this page is closed.",
  continueTitle: "This model continues text",
  continueIntro: "It was not trained for dialogue. Write a beginning and it goes on from there.",
  continueLabel: "Text to continue",
  continuePlaceholder: "Once upon a time",
  continueButton: "Continue",
  undo: "Undo",
  dismiss: "Dismiss",
  chatClosed: "The conversation was closed.",
  turnDeleted: "Deleted from the conversation.",
  editDropped: "Your edit was dropped.",
  pieceDropped: "The last piece was dropped.",
  takenBack: "Taken back.",
  exported: { model: (name) => `Model: ${name}`, system: "System", note: "AI-generated answers can be wrong." },
  sentence: (words) => `${words}.`,
  warnings: {
    "field-ignored": asTheEngineSays,
    "kernel-dropped": asTheEngineSays,
    "not-stored": asTheEngineSays,
    "stored-again": asTheEngineSays,
    "uploaded-again": asTheEngineSays,
    "tokenizer-scores": asTheEngineSays,
  },
  attachments: englishAttach,
  failures: englishFailures,
  keys: englishKeys,
  panels: englishPanels,
};
