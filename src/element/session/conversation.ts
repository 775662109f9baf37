// One conversation as plain data, and as the record that is kept of it. A record holds nothing that JSON or a structured
// clone would lose, and says its version, so that a later one can be told apart.

import { type ErrorData, fromErrorData, toErrorData } from "../../errors.ts";
import { type Draft, emptyDraft } from "./draft.ts";
import type { Continuation } from "./session-state.ts";
import { type AnswerTurn, answerTurn, type Turn, type UserTurn } from "./turn.ts";

export interface Conversation {
  turns: readonly Turn[];
  /** Of a model without dialogue. */
  continuation: Continuation;
  draft: Draft;
  system: string;
  /** As the `model` attribute said it; undefined for files. */
  model?: string;
}

/** Version 1: 2026-11-28. */
export interface ConversationRecord {
  version: 1;
  id: string;
  /** The `persist` attribute it was kept under. */
  place: string;
  /** ms since the epoch */
  updatedAt: number;
  model?: string;
  system: string;
  turns: readonly KeptTurn[];
  continuation: { text: string; addedFrom?: number };
  draft: Draft;
}

type KeptTurn = UserTurn | (Omit<AnswerTurn, "error"> & { error?: ErrorData });

export function emptyConversation(system = ""): Conversation {
  return { turns: [], continuation: { text: "", contextFull: false }, draft: emptyDraft, system };
}

/** Whether anything was said, or written by a model that continues text. */
export function hasWords({ turns, continuation }: Pick<Conversation, "turns" | "continuation">): boolean {
  return turns.length > 0 || continuation.text !== "";
}

export function isEmpty(conversation: Conversation): boolean {
  return !hasWords(conversation) && !conversation.draft.text && !conversation.draft.aside;
}

export function toRecord(
  conversation: Conversation,
  kept: Pick<ConversationRecord, "id" | "place" | "updatedAt">,
): ConversationRecord {
  const { turns, continuation, draft, system, model } = conversation;
  const { text, addedFrom } = continuation;
  return {
    version: 1,
    ...kept,
    model,
    system,
    turns: turns.map((turn) =>
      turn.role === "user" ? turn : { ...turn, error: turn.error ? toErrorData(turn.error) : undefined },
    ),
    continuation: { text, addedFrom },
    draft,
  };
}

/** An answer that was still running is one that was stopped; so is one that had not begun. */
export function fromRecord(record: ConversationRecord): Conversation {
  const { continuation, draft, system, model } = record;
  const turns = record.turns.map((turn): Turn => {
    if (turn.role === "user") return turn;
    const running = turn.status === "waiting" || turn.status === "streaming";
    const error = turn.error ? fromErrorData(turn.error) : undefined;
    return { ...turn, status: running ? "stopped" : turn.status, error };
  });
  const last = turns.at(-1);
  if (last?.role === "user") turns.push({ ...answerTurn(last.id + 1), status: "stopped" });
  return { turns, continuation: { ...continuation, contextFull: false }, draft, system, model };
}

/** Whether something read back is a record that this version understands. */
export function isRecord(value: unknown): value is ConversationRecord {
  const record = value as Partial<ConversationRecord> | null | undefined;
  return record?.version === 1 && Array.isArray(record.turns) && typeof record.draft?.text === "string";
}
