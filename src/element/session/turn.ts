// The turns of a conversation as data; turn-tree.ts says how they hang together. No DOM, no engine.

import type { ChatMessage, Usage } from "../../index.ts";
import { type Message, toContent } from "./attachment.ts";
import { wordsOf } from "./thought.ts";

interface TurnPlace {
  /** Unique among the turns of all tabs. */
  id: string;
  /** The turn before it; undefined for the first. */
  parent?: string;
}

export interface UserTurn extends TurnPlace, Message {
  role: "user";
}

/** `waiting`: nothing of the answer yet; `failed` keeps what had arrived. */
export type AnswerStatus = "waiting" | "streaming" | "done" | "stopped" | "failed";

export interface AnswerTurn extends TurnPlace {
  role: "assistant";
  text: string;
  status: AnswerStatus;
  usage?: Usage;
  /** How long the model thought before its answer; absent where it did not, or is still at it. */
  thoughtMs?: number;
  /** From the request to the first of its words. */
  firstWordMs?: number;
  /** How many of the oldest messages the engine left out to fit the context. */
  droppedMessages: number;
  contextFull: boolean;
  lengthReached: boolean;
  error?: Error;
}

export type Turn = UserTurn | AnswerTurn;

/** Whether an answer was cut short, and has words to go on from. */
export const isCut = ({ status, lengthReached, contextFull, text }: AnswerTurn): boolean =>
  (status === "stopped" || status === "failed" || lengthReached) && !contextFull && wordsOf(text) !== "";

export function newTurnId(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(2));
  return Array.from(numbers, (number) => number.toString(36)).join("");
}

export function answerTurn(id: string, parent?: string): AnswerTurn {
  return {
    role: "assistant",
    id,
    parent,
    text: "",
    status: "waiting",
    droppedMessages: 0,
    contextFull: false,
    lengthReached: false,
  };
}

/** The turns as a request's messages. Questions that got no answer are left out, so that roles alternate. */
export function toMessages(turns: readonly Turn[], system: string): ChatMessage[] {
  const messages: ChatMessage[] = system ? [{ role: "system", content: system }] : [];
  for (const turn of turns) {
    if (turn.role === "user") {
      if (messages.at(-1)?.role === "user") messages.pop(); // its load was cancelled
      messages.push({ role: "user", content: toContent(turn) });
      continue;
    }
    const content = wordsOf(turn.text);
    if (content) messages.push({ role: "assistant", content });
    else if (messages.at(-1)?.role === "user" && turn !== turns.at(-1)) messages.pop();
  }
  return messages;
}

/** Positions of the context that are in use after an answer. */
export const contextUsed = ({ prompt_tokens, completion_tokens }: Usage): number => prompt_tokens + completion_tokens;

/** The last answer that has figures. */
export const lastMeasured = (turns: readonly Turn[]): AnswerTurn | undefined =>
  turns.findLast((turn): turn is AnswerTurn => turn.role === "assistant" && turn.usage !== undefined);

export function lastUserTurn(turns: readonly Turn[]): UserTurn | undefined {
  return turns.findLast((turn) => turn.role === "user");
}
