// What <pronk-chat> takes in a template, for frameworks that check templates by types.

import type { EngineInfo, ProgressEvent } from "../index.ts";
import type { ChatStrings } from "./languages/en.ts";
import type { PronkChat } from "./pronk-chat.ts";
import type { SessionState } from "./session/session-state.ts";
import type { AnswerTurn } from "./session/turn.ts";

type Properties =
  "model" | "system" | "settings" | "weights" | "autoload" | "token" | "engineOptions" | "engineFactory" | "starters";

/** Attributes, properties and listeners of the element. Other JSX than React's: extend its `IntrinsicElements` with this. */
export interface PronkChatAttributes extends Partial<Pick<PronkChat, Properties>> {
  strings?: Partial<ChatStrings>;
  "onpronk-progress"?: (event: CustomEvent<ProgressEvent>) => void;
  "onpronk-message"?: (
    event: CustomEvent<Pick<AnswerTurn, "status" | "usage"> & { role: "assistant"; content: string }>,
  ) => void;
  "onpronk-error"?: (event: CustomEvent<{ error: Error }>) => void;
  "onpronk-state"?: (event: CustomEvent<{ state: SessionState["name"]; info: EngineInfo | undefined }>) => void;
}
