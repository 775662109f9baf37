// Turns and conversations as tests say them.

import { type Conversation, emptyConversation } from "../../src/element/session/conversation.ts";
import { answerTurn, type Turn } from "../../src/element/session/turn.ts";

export const question = (text: string, id = "1", parent?: string): Turn => ({ role: "user", id, parent, text });

/** A whole one. */
export const answered = (text: string, id: string, parent: string): Turn => ({
  ...answerTurn(id, parent),
  text,
  status: "done",
});

export const chat = (...turns: Turn[]): Conversation => ({ ...emptyConversation(), turns });
