// Makes a conversation fit the context: the oldest turns are left out, whole, until the prompt leaves room for an
// answer. The system prompt and the last user message stay; nothing is ever cut inside a message.

import type { ChatDialog, ChatMessage } from "../text/tokenizer.ts";
import { contextFull } from "./run.ts";

export interface FittedPrompt {
  promptIds: number[];
  droppedMessages: number;
}

const defaultReserve = 256; // tokens; a short answer of a chat model

/** Throws PronkError context-full when even the last turn alone does not fit. */
export function fitConversation(
  dialog: ChatDialog,
  messages: readonly ChatMessage[],
  contextLength: number,
  maxTokens: number | undefined,
): FittedPrompt {
  const head = messages[0].role === "system" ? 1 : 0;
  const starts = turnStarts(messages, head);
  const reserve = Math.min(maxTokens ?? Infinity, defaultReserve, Math.floor(contextLength / 4));
  const without = (turns: number): FittedPrompt => ({
    promptIds: dialog.encode([...messages.slice(0, head), ...messages.slice(starts[turns])]),
    droppedMessages: starts[turns] - head,
  });
  const roomy = ({ promptIds }: FittedPrompt) => promptIds.length + reserve <= contextLength;

  const whole = without(0);
  if (roomy(whole)) return whole;
  // The fewest turns to drop, by bisection: encoding a long conversation is not free.
  let tooFew = 0;
  let best = without(starts.length - 1);
  for (let enough = starts.length - 1; enough - tooFew > 1;) {
    const middle = (tooFew + enough) >> 1;
    const fitted = without(middle);
    if (roomy(fitted)) [enough, best] = [middle, fitted];
    else tooFew = middle;
  }
  // The last turn alone may eat into the reserve; there must be room for one token.
  if (best.promptIds.length >= contextLength)
    throw contextFull(best.promptIds.length, contextLength, "Shorten the system prompt or the last message");
  return best;
}

/** Where each turn begins: at the head's end, then at every later user message. Never empty. */
function turnStarts(messages: readonly ChatMessage[], head: number): number[] {
  const starts = [head];
  for (let at = head + 1; at < messages.length; at++) if (messages[at].role === "user") starts.push(at);
  return starts;
}
