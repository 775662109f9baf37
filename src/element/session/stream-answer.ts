// One request to the engine, its chunks folded into a turn or a continuation. Whoever calls decides what an abort means.

import { type ChatSettings, requestFields } from "./chat-settings.ts";
import type { ChatEngine } from "./engine-factory.ts";
import type { Continuation } from "./session-state.ts";
import { partThought, ThoughtJoin } from "./thought.ts";
import { type AnswerTurn, toMessages, type Turn } from "./turn.ts";

/**
 * Streams the answer to `conversation.turns`, whose last entry is `turn` itself, into `turn`. If it already has words,
 * the answer continues them.
 */
export async function streamAnswer(
  engine: ChatEngine,
  conversation: { turns: readonly Turn[]; system: string; settings: ChatSettings },
  turn: AnswerTurn,
  signal: AbortSignal,
  onChange: () => void,
): Promise<void> {
  const messages = toMessages(conversation.turns, conversation.system);
  const asked = requestFields(conversation.settings);
  const request = { ...asked, messages, stream: true, stream_options: { include_usage: true } } as const;
  const join = new ThoughtJoin();
  const requestMs = performance.now();
  let startMs: number | undefined; // of the first words
  for await (const chunk of await engine.chat.completions.create(request, { signal })) {
    const choice = chunk.choices[0];
    if (choice?.delta.content || choice?.delta.reasoning_content) {
      const wasThought = join.isOpen;
      turn.text = join.add(turn.text, choice.delta);
      turn.status = "streaming";
      startMs ??= performance.now();
      turn.firstWordMs ??= startMs - requestMs;
      if (turn.thoughtMs === undefined && (wasThought || choice.delta.content?.includes(">")) && hasThought(turn.text))
        turn.thoughtMs = performance.now() - startMs;
    }
    if (choice?.finish_reason === "length") turn.lengthReached = true;
    if (chunk.usage) turn.usage = chunk.usage;
    if (chunk.pronk) {
      turn.droppedMessages = Math.max(turn.droppedMessages, chunk.pronk.dropped_messages);
      turn.contextFull ||= chunk.pronk.context_full;
    }
    onChange();
  }
}

/** Its thought has come to an end. */
function hasThought(text: string): boolean {
  const { thought, thinks } = partThought(text);
  return thought !== undefined && !thinks;
}

/** How far one press of "Continue" goes. */
const continuationTokens = 200;

export async function streamContinuation(
  engine: ChatEngine,
  continuation: Continuation,
  settings: ChatSettings,
  signal: AbortSignal,
  onChange: () => void,
): Promise<void> {
  const request = {
    max_tokens: continuationTokens,
    ...requestFields(settings),
    prompt: continuation.text,
    stream: true,
    stream_options: { include_usage: true },
  } as const;
  for await (const chunk of await engine.completions.create(request, { signal })) {
    continuation.text += chunk.choices[0]?.text ?? "";
    continuation.contextFull ||= chunk.pronk.context_full;
    if (chunk.usage) continuation.usage = chunk.usage;
    onChange();
  }
}
