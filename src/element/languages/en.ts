// The words of the element's views, in one typed object per language; those of failures and of panels are parts of it
// (en-failures.ts, en-panels.ts). English is the model for the others, and what a page writes over by setting `strings`. The
// engine's own messages stay as they are. Numbers, bytes and durations are formatted in quantity.ts with Intl.

import type { ProgressPhase, PronkWarning, PronkWarningCode } from "../../index.ts";
import { counted } from "./counted.ts";
import { type AttachStrings, englishAttach } from "./en-attach.ts";
import { englishFailures, type FailureStrings } from "./en-failures.ts";
import { englishKeys, type KeyStrings } from "./en-keys.ts";
import { englishPanels, type PanelStrings } from "./en-panels.ts";

/** All words of the element. A page sets some or all of them by the `strings` property; those in nine languages are the element's own. */
export interface ChatStrings {
  /** BCP 47. Whether the words run from right to left follows from it. */
  locale: string;
  /** Name of the whole element, for screen readers. */
  chatLabel: string;
  /** Name of the conversation, for screen readers. */
  transcriptLabel: string;
  /** Button above the conversation; `shown` is the number of hidden messages as it is written. */
  earlierTurns: (shown: string, count: number) => string;
  /** Who asked, above a question. */
  you: string;
  /** Above an answer. */
  answerLabel: string;
  /** What is said of every answer. */
  aiNote: string;
  /** Button that shows where to report a problem. */
  reportSummary: string;
  /** Above those places. */
  reportIntro: string;
  /** Those places. */
  reportLinks: readonly {
    /** What is reported there. */
    text: string;
    /** Its address. */
    href: string;
  }[];
  /** In the empty text field. */
  placeholder: string;
  /** Name of the text field, for screen readers. */
  composerLabel: string;
  /** Button. */
  send: string;
  /** Button, while it answers. */
  stop: string;
  /** Button below an answer. */
  copy: string;
  /** In its place for a moment. */
  copied: string;
  /** Where the browser refused to copy. */
  refused: string;
  /** Button above a block of code. */
  copyCode: string;
  /** Name of a block of code, for screen readers; its language, where it says one. */
  codeLabel: (language?: string) => string;
  /** Name of a table, for screen readers. */
  tableLabel: string;
  /** Name of a formula, for screen readers. */
  formulaLabel: string;
  /** A ticked box of a list, for screen readers. */
  taskDone: string;
  /** An empty one. */
  taskOpen: string;
  /** Name of a footnote's mark, for screen readers. */
  noteLabel: (number: string) => string;
  /** Name of the way back from a footnote. */
  noteBack: string;
  /** Button below an answer. */
  regenerate: string;
  /** Button below an answer that was cut. */
  goOn: string;
  /** Button below an answer. */
  quote: string;
  /** Button below a question. */
  deleteTurn: string;
  /** Button where a question has several versions. */
  earlierBranch: string;
  /** Its counterpart. */
  laterBranch: string;
  /** Which of the versions is shown. */
  branchOf: (at: number, count: number) => string;
  /** Button below a question. */
  edit: string;
  /** Above the text field, while a question is edited. */
  editing: string;
  /** Button beside it. */
  cancelEdit: string;
  /** Button. */
  newChat: string;
  /** Button, where the end is out of sight. */
  scrollToEnd: string;
  /** While the prompt is read. */
  thinking: string;
  /** Above a thought as it comes. */
  thinkingNow: string;
  /** Above a thought that is over; how long it took, where that is known. */
  thoughtFor: (time?: string) => string;
  /** While the engine is lost. */
  recovering: string;
  /** In the place of an answer that waits for another conversation's. */
  queued: string;
  /** While a chosen model waits for an answer of the one before. */
  modelWaits: string;
  /** Button beside it. */
  stopAnswers: string;
  /** Where the settings of the engine have changed. */
  loadsAnew: string;
  /** Button beside it. */
  loadNow: string;
  /** Below an answer that the person stopped. */
  stopped: string;
  /** Below an answer that `max_tokens` ended. */
  lengthReached: string;
  /** Below an answer that the context's end cut. */
  contextFull: string;
  /** Above the conversation: how many messages no longer fit; `shown` is the number as it is written. */
  droppedTurns: (count: number, shown: string) => string;
  /** A count of tokens; `shown` is the number as it is written. */
  tokens: (shown: string, count: number) => string;
  /** Speed of an answer. */
  tokensPerSecond: (rate: string) => string;
  /** How much of the prompt was not computed again; `shown` is the number as it is written. */
  cachedTokens: (shown: string, count: number) => string;
  /** Before the first message. */
  emptyTitle: string;
  /** Below it. */
  emptyText: string;
  /** Button. */
  load: string;
  /** Below it, behind the model's name. */
  loadNote: string;
  /** Where no model is chosen. */
  noModel: string;
  /** The same, below a conversation. */
  noModelYet: string;
  /** Button, while it loads. */
  cancel: string;
  /** Button, while it downloads. */
  pause: string;
  /** Button, while the download is held. */
  resume: string;
  /** Before the first phase of a load. */
  inspecting: string;
  /** While a download waits for the network. */
  offline: string;
  /** While a server says nothing for some seconds; with what happens next. */
  serverSilent: string;
  /** Names of the phases of a load. */
  phases: Record<ProgressPhase, string>;
  /** A phase that is over. */
  phasesDone: (phase: string) => string;
  /** How far a phase is. */
  bytesOf: (loaded: string, total: string) => string;
  /** How long it will take. */
  timeLeft: (time: string) => string;
  /** Above the choice between several sets of weights. */
  weightsTitle: string;
  /** Beside the default. */
  weightsDefault: string;
  /** Size of a weight. */
  weightsBits: (bits: string) => string;
  /** Beside what has room. */
  weightsFit: string;
  /** Beside what has none. */
  weightsFitNot: string;
  /** Below the choice. */
  weightsNote: string;
  /** Above the licence. */
  licenseTitle: string;
  /** Which model it is about. */
  licenseIntro: (model: string) => string;
  /** Button that shows what said Llama 2. */
  licenseEvidence: string;
  /** Name of the text, for screen readers. */
  licenseTextLabel: string;
  /** While it is fetched. */
  licenseLoading: string;
  /** Where it could not be. */
  licenseFailed: string;
  /** What accepting notes. */
  licenseDate: (date: string) => string;
  /** Button. */
  accept: string;
  /** Button. */
  decline: string;
  /** A server in the device's place; `host` is its name. */
  elsewhere: {
    /** Above the question whether it may answer. */
    title: string;
    /** What is sent there then. */
    text: (host: string) => string;
    /** Button. */
    agree: string;
    /** Button. */
    stay: string;
    /** For as long as it answers. */
    line: (host: string) => string;
  };
  /** Button on a card of a failure. */
  retry: string;
  /** Button that shows the engine's own message. */
  details: string;
  /** Name of the field for a token of the hub. */
  tokenLabel: string;
  /** Button beside it. */
  tokenUse: string;
  /** Below it. */
  tokenNote: string;
  /** For a model without dialogue. */
  continueTitle: string;
  /** Below it. */
  continueIntro: string;
  /** Name of its text field. */
  continueLabel: string;
  /** In that field, while it is empty. */
  continuePlaceholder: string;
  /** Button. */
  continueButton: string;
  /** Button beside what was taken away. */
  undo: string;
  /** Button that lets go of the offer. */
  dismiss: string;
  /** What was taken away. */
  chatClosed: string;
  /** What was taken away. */
  turnDeleted: string;
  /** What was taken away. */
  editDropped: string;
  /** What was taken away. */
  pieceDropped: string;
  /** Once it is back. */
  takenBack: string;
  /** In a conversation as Markdown. */
  exported: {
    /** Its model. */
    model: (name: string) => string;
    /** Heading of the system prompt. */
    system: string;
    /** What is said of every answer. */
    note: string;
  };
  /** A title as a sentence, with the mark that ends it. */
  sentence: (words: string) => string;
  /** What the engine says of the model's files, by code. */
  warnings: Record<PronkWarningCode, (warning: PronkWarning) => string>;
  /** Words of files that go along with a message. */
  attachments: AttachStrings;
  /** Words of the cards of failures. */
  failures: FailureStrings;
  /** Words of the map of keys. */
  keys: KeyStrings;
  /** Words of settings and meters. */
  panels: PanelStrings;
}

const asTheEngineSays = ({ message }: PronkWarning) => message;

/** The element's words in English: what other languages are translated from, and what a page may spread and write over. */
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
  regenerate: "Try another answer",
  goOn: "Continue this answer",
  quote: "Quote the selection, or all of it",
  deleteTurn: "Delete",
  earlierBranch: "Previous version",
  laterBranch: "Next version",
  branchOf: (at, count) => `${at}/${count}`,
  edit: "Edit",
  editing: "Editing your message",
  cancelEdit: "Cancel the edit",
  newChat: "New chat",
  scrollToEnd: "Scroll to the end",
  thinking: "Reading your message",
  thinkingNow: "Thinking",
  thoughtFor: (time) => (time ? `Thought for ${time}` : "Thoughts"),
  recovering: "The engine was lost and is recovering. The answer will continue by itself.",
  queued: "Another conversation is being answered. This answer comes next.",
  modelWaits: "The model loads once the answer that is still being written is finished.",
  stopAnswers: "Stop that answer",
  loadsAnew: "Your next question reloads the model with this conversation's context length and cache format.",
  loadNow: "Load now",
  stopped: "Stopped",
  lengthReached: "Reached the length limit",
  contextFull: "The model's context is full. Start a new chat to continue.",
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
  loadNote: "Downloads once, then loads from this device.",
  noModel: "No model chosen yet.",
  noModelYet: "Your conversation is here, but its model isn't. Choose it again, or another one, to continue.",
  cancel: "Cancel",
  pause: "Pause",
  resume: "Resume",
  inspecting: "Looking at the model",
  offline: "You're offline. The download continues when the network is back.",
  serverSilent: "The server hasn't answered for a while. pronk keeps trying; what has arrived is kept.",
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
  weightsDefault: "the default",
  weightsBits: (bits) => `${bits} bits per weight`,
  weightsFit: "fits your GPU",
  weightsFitNot: "more than your GPU seems to have",
  weightsNote:
    "This repository has several versions of the same model. Fewer bits are smaller and faster, more bits are more accurate.",
  licenseTitle: "Before the download: the licence",
  licenseIntro: (model) =>
    `${model} is Llama 2 or derived from it. Its weights come under the Llama 2 Community License and Acceptable Use Policy. Nothing is downloaded until you accept them.`,
  licenseEvidence: "How we know",
  licenseTextLabel: "Llama 2 Community License and Acceptable Use Policy",
  licenseLoading: "Loading the text",
  licenseFailed: "The licence text couldn't be loaded, so you can't accept it now. Reload the page and try again.",
  licenseDate: (date) => `Your acceptance is noted on this device with today's date, ${date}.`,
  accept: "I accept",
  decline: "Decline",
  elsewhere: {
    title: "Let a server answer?",
    text: (host) =>
      `${host} can answer instead. If you agree, this whole conversation and everything you write or attach is sent there.`,
    agree: "Send it there",
    stay: "Keep it on this device",
    line: (host) => `Answers come from ${host}. What you write is sent there.`,
  },
  retry: "Try again",
  details: "Details",
  tokenLabel: "Hub access token",
  tokenUse: "Use this token",
  tokenNote: "Sent to the hub only, and kept in memory until this page is closed.",
  continueTitle: "This model continues text",
  continueIntro: "It wasn't trained to chat. Write a beginning and it continues from there.",
  continueLabel: "Text to continue",
  continuePlaceholder: "Once upon a time",
  continueButton: "Continue",
  undo: "Undo",
  dismiss: "Dismiss",
  chatClosed: "The conversation was closed.",
  turnDeleted: "Deleted from the conversation.",
  editDropped: "Your edit was discarded.",
  pieceDropped: "The last piece was removed.",
  takenBack: "Undone.",
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
