// One conversation as plain data, as a page gets it, keeps it and puts it back. conversation-record.ts says what is stored.

import type { ChatSettings } from "./chat-settings.ts";
import { type Draft, emptyDraft } from "./draft.ts";
import type { Continuation } from "./session-state.ts";
import type { Turn } from "./turn.ts";

/** A conversation as plain data. */
export interface Conversation {
  /** Where it is kept; undefined for one that is not. */
  id?: string;
  /** As they are shown, oldest first. */
  turns: readonly Turn[];
  /** These and the turns of all other branches, in the order in which they were made; where there is more than one. */
  branches?: readonly Turn[];
  /** Of a model without dialogue. */
  continuation: Continuation;
  /** What stands in the text field. */
  draft: Draft;
  /** System prompt; "" for none. */
  system: string;
  /** For its answers. */
  settings: ChatSettings;
  /** As the `model` attribute said it; undefined for files. */
  model?: string;
  /** What the licence of the model asks to be said with its answers. */
  attribution?: string;
}

/** Something that was taken away and can be put back, as data, so that the offer to do so outlives a reload. */
export interface Restorable {
  /** What has happened, e.g. "The conversation was closed." */
  text: string;
  /** It stands until something comes in its place. */
  waits?: boolean;
  /** The parts to put back. */
  conversation: Partial<Conversation>;
  /** What the page has to show again with it, by the page's own name for it. */
  key?: string;
}

/** All that a tab has open. */
export interface OpenConversation extends Conversation {
  /** What can still be put back. */
  restorable?: Restorable;
}

export function emptyConversation(system = ""): Conversation {
  return { turns: [], continuation: { text: "", contextFull: false }, draft: emptyDraft, system, settings: {} };
}

/** Whether anything was said, or written by a model that continues text. */
export function hasWords({ turns, continuation }: Pick<Conversation, "turns" | "continuation">): boolean {
  return turns.length > 0 || continuation.text !== "";
}
