// What <pronk-chat> takes in a template, for frameworks that check templates by types.

import type { EngineInfo, ProgressEvent } from "../index.ts";
import type { ChatStrings } from "./languages/en.ts";
import type { PronkChat } from "./pronk-chat.ts";
import type { SessionState } from "./session/session-state.ts";
import type { AnswerTurn } from "./session/turn.ts";

/** What `pronk-message` tells. */
export interface EndedAnswer extends Pick<AnswerTurn, "status" | "usage"> {
  /** Who speaks. */
  role: "assistant";
  /** What was said, thoughts included. */
  content: string;
}

type Properties =
  "model" | "system" | "settings" | "weights" | "autoload" | "token" | "engineOptions" | "engineFactory" | "starters";

/** Attributes, properties and listeners of the element. Other JSX than React's: extend its `IntrinsicElements` with this. */
export interface PronkChatAttributes extends Partial<Pick<PronkChat, Properties>> {
  /** Words that are other than the element's own. */
  strings?: Partial<ChatStrings>;
  /** A load goes on. */
  "onpronk-progress"?: (event: CustomEvent<ProgressEvent>) => void;
  /** An answer has ended. */
  "onpronk-message"?: (event: CustomEvent<EndedAnswer>) => void;
  /** A load or an answer failed. */
  "onpronk-error"?: (
    event: CustomEvent<{
      /** Why. */
      error: Error;
    }>,
  ) => void;
  /** Where the chat stands has changed. */
  "onpronk-state"?: (
    event: CustomEvent<{
      /** As `state`. */
      state: SessionState["name"];
      /** Of the engine; undefined while there is none. */
      info: EngineInfo | undefined;
    }>,
  ) => void;
}
