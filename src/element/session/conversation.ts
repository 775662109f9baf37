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

/** Something that was taken away and can be put back, as data, so that the offer to do so outlives a reload. */
export interface Restorable {
  /** What has happened, e.g. "The conversation was closed." */
  text: string;
  /** It stands until something comes in its place. */
  waits?: boolean;
  /** The parts to put back. */
  conversation: Partial<Conversation>;
  /** What the page has to show again with it, by a name of the page's own. */
  key?: string;
}

/** All that a tab has open. */
export interface OpenConversation extends Conversation {
  /** What can still be put back. */
  restorable?: Restorable;
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
  continuation: KeptContinuation;
  draft: Draft;
  restorable?: Omit<Restorable, "conversation"> & { conversation: KeptParts };
}

type KeptTurn = UserTurn | (Omit<AnswerTurn, "error" | "earlier"> & { error?: ErrorData });
type KeptContinuation = Pick<Continuation, "text" | "addedFrom">;
type KeptParts = Omit<Partial<Conversation>, "turns" | "continuation"> & {
  turns?: readonly KeptTurn[];
  continuation?: KeptContinuation;
};

export function emptyConversation(system = ""): Conversation {
  return { turns: [], continuation: { text: "", contextFull: false }, draft: emptyDraft, system };
}

/** Whether anything was said, or written by a model that continues text. */
export function hasWords({ turns, continuation }: Pick<Conversation, "turns" | "continuation">): boolean {
  return turns.length > 0 || continuation.text !== "";
}

export function isEmpty(conversation: OpenConversation): boolean {
  const { draft, restorable } = conversation;
  return !hasWords(conversation) && !draft.text && !draft.aside && !restorable;
}

export function toRecord(
  { turns, continuation, draft, system, model, restorable }: OpenConversation,
  kept: Pick<ConversationRecord, "id" | "place" | "updatedAt">,
): ConversationRecord {
  return {
    version: 1,
    ...kept,
    model,
    system,
    turns: turns.map(toKeptTurn),
    continuation: toKeptContinuation(continuation),
    draft,
    restorable: restorable && { ...restorable, conversation: toKeptParts(restorable.conversation) },
  };
}

export function fromRecord({ restorable, ...record }: ConversationRecord): OpenConversation {
  const { draft, system, model } = record;
  return {
    turns: fromKeptTurns(record.turns),
    continuation: fromKeptContinuation(record.continuation),
    draft,
    system,
    model,
    restorable: restorable && { ...restorable, conversation: fromKeptParts(restorable.conversation) },
  };
}

function toKeptTurn(turn: Turn): KeptTurn {
  if (turn.role === "user") return turn;
  const { earlier, error, ...rest } = turn;
  if (earlier?.text && turn.text === "") return toKeptTurn(earlier);
  return { ...rest, error: error && toErrorData(error) };
}

/** An answer that was still running is one that was stopped; so is one that had not begun. */
function fromKeptTurns(kept: readonly KeptTurn[]): Turn[] {
  const turns = kept.map((turn): Turn => {
    if (turn.role === "user") return turn;
    const running = turn.status === "waiting" || turn.status === "streaming";
    const error = turn.error ? fromErrorData(turn.error) : undefined;
    return { ...turn, status: running ? "stopped" : turn.status, error };
  });
  const last = turns.at(-1);
  if (last?.role === "user") turns.push({ ...answerTurn(last.id + 1), status: "stopped" });
  return turns;
}

const toKeptContinuation = ({ text, addedFrom }: Continuation): KeptContinuation => ({ text, addedFrom });
const fromKeptContinuation = (kept: KeptContinuation): Continuation => ({ ...kept, contextFull: false });

const toKeptParts = ({ turns, continuation, ...rest }: Partial<Conversation>): KeptParts => ({
  ...rest,
  ...(turns && { turns: turns.map(toKeptTurn) }),
  ...(continuation && { continuation: toKeptContinuation(continuation) }),
});

const fromKeptParts = ({ turns, continuation, ...rest }: KeptParts): Partial<Conversation> => ({
  ...rest,
  ...(turns && { turns: fromKeptTurns(turns) }),
  ...(continuation && { continuation: fromKeptContinuation(continuation) }),
});

/** Whether something read back is a record that this version understands. */
export function isRecord(value: unknown): value is ConversationRecord {
  const record = value as Partial<ConversationRecord> | null | undefined;
  return record?.version === 1 && Array.isArray(record.turns) && typeof record.draft?.text === "string";
}
