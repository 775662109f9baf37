// What is stored of a conversation: its record, and its head for a list of many. A record holds nothing that JSON or a
// structured clone would lose, and says its version; one of an earlier version is read as if it were of this one.
// conversation-store.ts says where records lie, merge-records.ts how those of two tabs become one.

import { type ErrorData, fromErrorData, toErrorData } from "../../errors.ts";
import type { Message } from "./attachment.ts";
import { type Conversation, emptyConversation, type Restorable } from "./conversation.ts";
import type { ChatSettings } from "./chat-settings.ts";
import type { Draft } from "./draft.ts";
import type { Continuation } from "./session-state.ts";
import { type AnswerTurn, answerTurn, type Turn, type UserTurn } from "./turn.ts";
import { TurnTree } from "./turn-tree.ts";

/** A record's version. A new one needs a step in `readRecord` and a record of the previous one in other-release.test.ts. */
export const recordVersion = 2; // 2026-11-28: turns are a tree, with settings; 1 had one path, in a database of its own

export interface ConversationRecord {
  version: typeof recordVersion;
  id: string;
  /** The `persist` attribute it was kept under. */
  place: string;
  /** As the person has named it; "" for one that is called by its first question. */
  title: string;
  pinned: boolean;
  /** ms since the epoch */
  createdAt: number;
  /** When the last word was written, ms since the epoch. */
  updatedAt: number;
  /** Of a deletion that can still be undone. */
  deletedAt?: number;
  model?: string;
  attribution?: string;
  system: string;
  settings: ChatSettings;
  draft: Draft;
  /** Of all branches. */
  turns: readonly KeptTurn[];
  /** Where the shown path ends. */
  leaf?: string;
  continuation: KeptContinuation;
  /** As version 1 kept it here; its tab takes it over. */
  restorable?: KeptRestorable;
}

export type KeptTurn = UserTurn | (Omit<AnswerTurn, "error"> & { error?: ErrorData });
type KeptContinuation = Pick<Continuation, "text" | "addedFrom">;

/** What stands in a list. */
export type ConversationHead = Pick<
  ConversationRecord,
  "id" | "place" | "title" | "pinned" | "createdAt" | "updatedAt" | "deletedAt" | "model"
>;

/** Where a record belongs, and its fields that no tab has open. */
export type RecordPlace = Pick<
  ConversationRecord,
  "id" | "place" | "title" | "pinned" | "createdAt" | "updatedAt" | "deletedAt"
>;

const titleLength = 80; // more than a line of any list

export function headOf(record: ConversationRecord): ConversationHead {
  const { id, place, pinned, createdAt, updatedAt, deletedAt, model } = record;
  return { id, place, title: titleOf(record), pinned, createdAt, updatedAt, deletedAt, model };
}

export function titleOf({ title, turns, continuation, draft }: ConversationRecord): string {
  const first = turns.find((turn) => turn.role === "user");
  const words = title || wordsOf(first ?? { text: continuation.text }) || wordsOf(draft);
  const line = words.trim().replace(/\s+/g, " ");
  return line.length > titleLength ? `${line.slice(0, titleLength - 1)}…` : line;
}

/** Or the name of what comes with it. */
const wordsOf = ({ text, attachments }: Message) => text || attachments?.[0]?.name || "";

export function isEmptyRecord({ turns, continuation, draft, restorable }: ConversationRecord): boolean {
  const isWritten = draft.text || draft.aside || draft.attachments || draft.asideAttachments;
  return turns.length === 0 && !continuation.text && !isWritten && !restorable;
}

export function toRecord(conversation: Conversation, place: RecordPlace): ConversationRecord {
  const { draft, system, settings, model, attribution, continuation } = conversation;
  const tree = TurnTree.of(conversation.turns, conversation.branches);
  const parents = new Set(tree.all.map(({ parent }) => parent));
  const turns = tree.all.filter((turn) => saysSomething(turn) || parents.has(turn.id));
  const last = tree.shown.at(-1);
  return {
    version: recordVersion,
    ...place,
    model,
    attribution,
    system,
    settings,
    draft,
    turns: turns.map(toKeptTurn),
    leaf: last && (turns.includes(last) ? last.id : (turns.findLast(besides(last))?.id ?? last.parent)),
    continuation: { text: continuation.text, addedFrom: continuation.addedFrom },
  };
}

export function fromRecord(record: ConversationRecord): Conversation {
  const { id, draft, system, settings, model, attribution, continuation } = record;
  const tree = new TurnTree(record.turns.map(fromKeptTurn), record.leaf);
  const turns = [...tree.shown];
  const last = turns.at(-1);
  if (last?.role === "user") turns.push({ ...answerTurn(`${last.id}-`, last.id), status: "stopped" });
  const parts = { turns, branches: tree.all, continuation: { ...continuation, contextFull: false } };
  return { id, ...parts, draft, system, settings, model, attribution };
}

/** An answer that is still empty gives way to an earlier one. */
const saysSomething = (turn: Turn) => turn.role === "user" || turn.text || turn.error || turn.status === "done";
const besides = (turn: Turn) => (other: Turn) => other.parent === turn.parent && other !== turn;

function toKeptTurn(turn: Turn): KeptTurn {
  if (turn.role === "user") return turn;
  return { ...turn, error: turn.error && toErrorData(turn.error) };
}

/** An answer that was still running counts as stopped. */
function fromKeptTurn(turn: KeptTurn): Turn {
  if (turn.role === "user") return turn;
  const running = turn.status === "waiting" || turn.status === "streaming";
  const error = turn.error ? fromErrorData(turn.error) : undefined;
  return { ...turn, status: running ? "stopped" : turn.status, error };
}

/** What can be put back, with the names of its parts in `record`. */
export interface KeptRestorable extends Omit<Restorable, "conversation"> {
  parts: readonly (keyof Conversation)[];
  record: ConversationRecord;
}

export function toKeptRestorable({ conversation, ...rest }: Restorable): KeptRestorable {
  const { id = "" } = conversation;
  const place = { id, place: "", title: "", pinned: false, createdAt: 0, updatedAt: 0 };
  const parts = Object.keys(conversation) as (keyof Conversation)[];
  return { ...rest, parts, record: toRecord({ ...emptyConversation(), ...conversation }, place) };
}

export function fromKeptRestorable({ parts, record, ...rest }: KeptRestorable): Restorable {
  const { id, ...whole } = fromRecord(record);
  const found = { ...whole, id: id || undefined };
  return { ...rest, conversation: Object.fromEntries(parts.map((part) => [part, found[part]])) };
}

/** Version 1, of a tab that was opened before the update or of a page that has not been opened since. */
interface RecordOfVersion1 {
  version: 1;
  id: string;
  place: string;
  updatedAt: number;
  model?: string;
  system: string;
  turns: readonly TurnOfVersion1[];
  continuation: KeptContinuation;
  draft: Draft;
  restorable?: RestorableOfVersion1;
}
interface RestorableOfVersion1 extends Omit<Restorable, "conversation"> {
  conversation: Partial<Pick<RecordOfVersion1, "turns" | "continuation" | "draft" | "system" | "model">>;
}
type TurnOfVersion1 = Omit<KeptTurn, "id" | "parent"> & { id: number };

/** A record that was read back, of any version that this release understands; undefined for anything else. */
export function readRecord(value: unknown): ConversationRecord | undefined {
  const record = value as ConversationRecord | RecordOfVersion1 | null | undefined;
  if (!Array.isArray(record?.turns) || typeof record.draft?.text !== "string") return undefined;
  if (record.version === recordVersion) return record;
  return record.version === 1 ? fromVersion1(record) : undefined;
}

function fromVersion1({ restorable, ...record }: RecordOfVersion1): ConversationRecord {
  const { id, place, updatedAt, model, system, continuation, draft } = record;
  const turns = record.turns.map((turn, at) => {
    return { ...turn, id: String(turn.id), parent: at > 0 ? String(record.turns[at - 1].id) : undefined } as KeptTurn;
  });
  const added = { title: "", pinned: false, createdAt: updatedAt, settings: {}, leaf: turns.at(-1)?.id };
  const kept: ConversationRecord = {
    version: recordVersion,
    id,
    place,
    updatedAt,
    model,
    system,
    continuation,
    draft,
    turns,
    ...added,
  };
  return restorable ? { ...kept, restorable: restorableOfVersion1(restorable) } : kept;
}

function restorableOfVersion1({ conversation, ...rest }: RestorableOfVersion1): KeptRestorable {
  const empty = { turns: [], continuation: { text: "" }, draft: { text: "" }, system: "" };
  const record = fromVersion1({ ...empty, ...conversation, version: 1, id: "", place: "", updatedAt: 0 });
  return { ...rest, parts: Object.keys(conversation) as (keyof Conversation)[], record };
}

/** What was said and how, as text: equal where nothing was written in between. */
export function contentOf(record: ConversationRecord): string {
  const { turns, leaf, continuation, draft, system, settings, model, attribution } = record;
  return JSON.stringify([turns, leaf, continuation, draft, system, settings, model, attribution]);
}
