// The words of the panels of settings and meters, a part of the element's strings.

import type { NumberField, PresetName } from "../session/chat-settings.ts";

export interface PanelStrings {
  settings: string;
  settingsTitle: string;
  settingsNote: string;
  system: string;
  systemPlaceholder: string;
  presets: string;
  preset: Record<PresetName, string>;
  /** Name of a field, and what it does. */
  fields: Record<NumberField, readonly [name: string, hint: string]>;
  stop: string;
  stopHint: string;
  kv: string;
  kvHint: string;
  kvOwn: (format: string) => string;
  ownValue: (value: string) => string;
  random: string;
  asFarAsItGoes: string;
  loadAgainTitle: string;
  loadAgainNote: string;
  loadAgain: string;
  reset: string;
  close: string;
  meters: string;
  metersTitle: string;
  contextUsed: (used: string, all: string) => string;
  contextShort: (used: string, all: string) => string;
  noAnswerYet: string;
  meter: Record<"context" | "prompt" | "answer" | "first" | "memory", readonly [name: string, hint: string]>;
}

export const englishPanels: PanelStrings = {
  settings: "Settings of this conversation",
  settingsTitle: "This conversation",
  settingsNote:
    "What you change here holds for this conversation, from its next answer on. An empty field takes the model's own value.",
  system: "System prompt",
  systemPlaceholder: "How the model should answer, in your words",
  presets: "Answers are",
  preset: { own: "The model's own", precise: "Precise", balanced: "Balanced", inventive: "Inventive" },
  fields: {
    temperature: ["Temperature", "0 always takes the likeliest word, more takes chances"],
    top_p: ["Top-p", "Only the likeliest words that make up this share"],
    top_k: ["Top-k", "Only so many of the likeliest words; 0 is all"],
    min_p: ["Min-p", "No word below this share of the likeliest"],
    repetition_penalty: ["Repetition penalty", "Above 1, words that were said are less likely"],
    frequency_penalty: ["Frequency penalty", "Grows with how often a word was said"],
    presence_penalty: ["Presence penalty", "For a word that was said at all"],
    max_tokens: ["Longest answer, tokens", "Where an answer is cut"],
    seed: ["Seed", "The same seed gives the same answer again"],
    context_length: ["Context, tokens", "How much of the conversation fits; more takes more memory"],
  },
  stop: "Stop at",
  stopHint: "Texts at which an answer ends, one a line",
  kv: "Precision of the context",
  kvHint: "q8 takes half the memory of f16",
  kvOwn: (format) => `As loaded (${format})`,
  ownValue: (value) => `${value} (the model's)`,
  random: "another each time",
  asFarAsItGoes: "as far as the context goes",
  loadAgainTitle: "The model itself",
  loadAgainNote: "These load the model again, which takes some seconds. The conversation stays.",
  loadAgain: "Use and load again",
  reset: "Reset all",
  close: "Close",
  meters: "Context used, speed and memory",
  metersTitle: "What the model is doing",
  contextUsed: (used, all) => `${used} of ${all} tokens`,
  contextShort: (used, all) => `${used} of ${all}`,
  noAnswerYet: "after the first answer",
  meter: {
    context: [
      "Context used",
      "A model reads its words in tokens, pieces of about four letters. All of the conversation has to fit in its context; when it does not, the oldest messages are left out.",
    ],
    prompt: ["Reading", "How fast your message was read. What was read for earlier answers is not read again."],
    answer: ["Writing", "How fast the last answer was written. A person reads about 5 tokens a second."],
    first: ["First word after", "From your message to the first word of the last answer."],
    memory: ["Memory on the GPU", "The model's weights, its context and room to compute."],
  },
};
