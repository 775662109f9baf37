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
    "Changes apply to this conversation, from its next answer on. An empty field uses the model's own value.",
  system: "System prompt",
  systemPlaceholder: "How the model should answer, in your words",
  presets: "Answers are",
  preset: { own: "The model's own", precise: "Precise", balanced: "Balanced", inventive: "Inventive" },
  fields: {
    temperature: ["Temperature", "0 always picks the likeliest word, higher takes more chances"],
    top_p: ["Top-p", "Only the likeliest words that make up this share"],
    top_k: ["Top-k", "How many of the likeliest words to choose from; 0 is all"],
    min_p: ["Min-p", "No word below this share of the likeliest"],
    repetition_penalty: ["Repetition penalty", "Above 1, words already said are less likely"],
    frequency_penalty: ["Frequency penalty", "Grows each time a word is said"],
    presence_penalty: ["Presence penalty", "Once a word has been said at all"],
    max_tokens: ["Longest answer, tokens", "Longer answers are cut here"],
    seed: ["Seed", "The same seed gives the same answer again"],
    context_length: ["Context, tokens", "How much of the conversation fits; more takes more memory"],
  },
  stop: "Stop at",
  stopHint: "An answer ends at any of these, one per line",
  kv: "Precision of the context",
  kvHint: "q8 takes half the memory of f16",
  kvOwn: (format) => `As loaded (${format})`,
  ownValue: (value) => `${value} (the model's)`,
  random: "different each time",
  asFarAsItGoes: "as far as the context goes",
  loadAgainTitle: "The model itself",
  loadAgainNote: "Changing these reloads the model, which takes a few seconds. The conversation stays.",
  loadAgain: "Apply and reload",
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
      "A model reads its words in tokens, pieces of about four letters. The whole conversation has to fit in its context; when it doesn't, the oldest messages are left out.",
    ],
    prompt: ["Reading", "How fast your message was read. What was read for earlier answers isn't read again."],
    answer: ["Writing", "How fast the last answer was written. A person reads about 5 tokens a second."],
    first: ["First word after", "From your message to the first word of the last answer."],
    memory: ["Memory on the GPU", "The model's weights, its context and working space."],
  },
};
