// What <pronk-chat> takes in a template and what it tells by events, for frameworks that check templates by types.

import type { EngineInfo, ProgressEvent } from "../index.ts";
import type { ChatStrings } from "./languages/en.ts";
import type { PronkChat } from "./pronk-chat.ts";
import type { Restorable } from "./session/conversation.ts";
import type { SessionState } from "./session/session-state.ts";
import type { AnswerTurn } from "./session/turn.ts";

type Names =
  | "model"
  | "system"
  | "settings"
  | "weights"
  | "autoload"
  | "persist"
  | "keepAll"
  | "firstConversation"
  | "token"
  | "engineOptions"
  | "engineFactory"
  | "starters"
  | "shortcuts";

/** Properties of the element that a template may set, all as the element has them. */
export interface PronkChatProperties extends Partial<Pick<PronkChat, Names>> {
  /** Words to replace the element's own. */
  strings?: Partial<ChatStrings>;
}

/** What `pronk-message` tells. */
export interface EndedAnswer extends Pick<AnswerTurn, "status" | "usage"> {
  /** Who speaks. */
  role: "assistant";
  /** What was said, thoughts included. */
  content: string;
}

/** Events of the element by name; each bubbles, out of shadow trees as well. */
export interface PronkChatEvents {
  /** A load goes on. */
  "pronk-progress": CustomEvent<ProgressEvent>;
  /** An answer has ended. */
  "pronk-message": CustomEvent<EndedAnswer>;
  /** A load or an answer failed. */
  "pronk-error": CustomEvent<{
    /** Why. */
    error: Error;
  }>;
  /** Where the chat stands has changed. */
  "pronk-state": CustomEvent<{
    /** As `state`. */
    state: SessionState["name"];
    /** Of the engine; undefined while there is none. */
    info: EngineInfo | undefined;
  }>;
  /** After a reload: what the page itself offered to undo, with a `key`, is to be undone. */
  "pronk-undo": CustomEvent<Restorable>;
  /** Another conversation is open. */
  "pronk-conversation": CustomEvent<{
    /** Where it is kept; undefined while nothing is said. */
    id: string | undefined;
  }>;
  /** With `keepAll`: the conversations in which an answer is being written have changed. */
  "pronk-answering": CustomEvent<{
    /** Their ids. */
    ids: readonly string[];
  }>;
}

/** Listeners under a framework's names: `Prefix` stands before an event's own name. */
export type Listeners<Prefix extends string> = {
  [Name in keyof PronkChatEvents as `${Prefix}${Name}`]?: (event: PronkChatEvents[Name]) => void;
};

/**
 * Properties and listeners as React names them. JSX that is not React's, Vue's or Solid's: extend its `IntrinsicElements` with this.
 */
export interface PronkChatAttributes extends PronkChatProperties, Listeners<"on"> {}
