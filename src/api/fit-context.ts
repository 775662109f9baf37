// Makes a conversation fit the context: the oldest turns are left out, whole, until the prompt leaves room for an
// answer. The system prompt and the last user message stay; nothing is ever cut inside a message.
//
// Turns are dropped up to marks that lie a third of the context apart, counted from the conversation's beginning, and no
// further than the first mark that leaves room. So the next questions drop the same turns, and their prompts begin as
// this one did: what the KV cache holds is used until the room is full again. Nothing said later moves the marks, so calls
// need to remember nothing.

import { contextFull } from "../generate/prompt-check.ts";
import type { ChatDialog, ChatMessage } from "../text/tokenizer.ts";

export interface FittedPrompt {
  promptIds: number[];
  droppedMessages: number;
}

const defaultReserve = 256; // tokens; a short answer of a chat model
// Each mark costs the rest of the context in recomputing and its own share in what the model remembers: at a third, twice
// what was said since the last mark is computed again, and never more than a third is missing without need.
const marksPerContext = 3;
const tokensAround = 6; // what a template writes around a message: 5 of ChatML, 4 or 5 of Llama 2 and 3

/** `countTokens` of a message's text. Throws PronkError context-full when even the last turn alone does not fit. */
export function fitConversation(
  dialog: Pick<ChatDialog, "encode">,
  messages: readonly ChatMessage[],
  contextLength: number,
  maxTokens: number | undefined,
  countTokens: (text: string) => number,
): FittedPrompt {
  const head = headLength(messages);
  const reserve = Math.min(maxTokens ?? Infinity, defaultReserve, Math.floor(contextLength / 4));
  const from = (start: number): FittedPrompt => ({
    promptIds: dialog.encode([...messages.slice(0, head), ...messages.slice(start)]),
    droppedMessages: start - head,
  });
  const roomy = ({ promptIds }: FittedPrompt) => promptIds.length + reserve <= contextLength;

  const whole = from(head);
  if (roomy(whole)) return whole;
  const starts = markedStarts(messages, head, contextLength / marksPerContext, countTokens);
  // The first mark with room, by bisection: encoding a long conversation is not free.
  let tooFew = 0;
  let best = from(starts[starts.length - 1]);
  for (let enough = starts.length - 1; enough - tooFew > 1;) {
    const middle = (tooFew + enough) >> 1;
    const fitted = from(starts[middle]);
    if (roomy(fitted)) [enough, best] = [middle, fitted];
    else tooFew = middle;
  }
  // The last turn alone may eat into the reserve; there must be room for one token.
  if (best.promptIds.length >= contextLength)
    throw contextFull(best.promptIds.length, contextLength, "Shorten the system prompt or the last message");
  return best;
}

/** System messages at the beginning. */
function headLength(messages: readonly ChatMessage[]): number {
  const first = messages.findIndex(({ role }) => role !== "system");
  return first < 0 ? messages.length : first;
}

/**
 * Where the conversation may resume after the head: at its beginning, at the first turn after each mark, and at the last
 * turn. Turns begin with user messages, the first at the head's end. Rising, never empty.
 */
function markedStarts(
  messages: readonly ChatMessage[],
  head: number,
  markTokens: number,
  countTokens: (text: string) => number,
): number[] {
  const starts = [head];
  let tokens = 0;
  let last = head;
  for (let at = head; at < messages.length; at++) {
    if (at > head && messages[at].role === "user") {
      const mark = Math.floor(tokens / markTokens);
      while (starts.length <= mark) starts.push(at);
      last = at;
    }
    tokens += countTokens(messages[at].content) + tokensAround;
  }
  return [...new Set([...starts, last])];
}
