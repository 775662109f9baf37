// Conversations as files: JSON with OpenAI's messages, which comes back whole (branches, settings, draft), and Markdown to be
// read. The line that a model's licence asks for travels along in both.

import { PronkError } from "../errors.ts";
import { randomId } from "../random-id.ts";
import { type ChatStrings, english } from "./languages/en.ts";
import { areAttachments, toContent } from "./session/attachment.ts";
import { readSettings } from "./session/chat-settings.ts";
import {
  type ConversationRecord,
  fromRecord,
  type KeptTurn,
  readRecord,
  titleOf,
  toRecord,
} from "./session/conversation-record.ts";
import { emptyConversation } from "./session/conversation.ts";
import { answerTurn, newTurnId, toMessages, type Turn } from "./session/turn.ts";

type ExportWords = Pick<ChatStrings, "you" | "answerLabel" | "exported">;

const kind = "pronk.conversations";

export function toJson(records: readonly ConversationRecord[]): string {
  const conversations = records.map((record) => {
    const { title: _, id, createdAt, updatedAt, model, attribution } = record;
    const messages = toMessages(fromRecord(record).turns, record.system);
    return {
      id,
      title: titleOf(record),
      createdAt,
      updatedAt,
      model,
      attribution,
      note: english.exported.note,
      messages,
      record,
    };
  });
  return `${JSON.stringify({ object: kind, version: 1, conversations }, undefined, 2)}\n`;
}

export function toMarkdown(record: ConversationRecord, { you, answerLabel, exported }: ExportWords = english): string {
  const { turns, continuation } = fromRecord(record);
  const written = [record.model && exported.model(record.model), exported.note, record.attribution]
    .filter(Boolean)
    .join("  \n");
  const parts = [`# ${titleOf(record)}`, written];
  if (record.system) parts.push(`## ${exported.system}\n\n${record.system}`);
  for (const turn of turns) {
    const content = turn.role === "user" ? toContent(turn) : turn.text;
    if (content) parts.push(`## ${turn.role === "user" ? you : answerLabel}\n\n${content}`);
  }
  if (continuation.text) parts.push(continuation.text);
  return `${parts.join("\n\n")}\n`;
}

/** Every conversation of a file gets an id of its own, so that nothing kept is overwritten. */
export function fromFile(text: string, { place, now }: { place: string; now: number }): ConversationRecord[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PronkError(
      "format",
      "The file is no JSON. Choose one that was exported here, or a list of messages.",
      {},
      { cause },
    );
  }
  const { conversations = undefined } = (Array.isArray(value) ? {} : (value ?? {})) as { conversations?: unknown };
  const list: unknown[] = Array.isArray(conversations) ? conversations : [value];
  return list.map((entry, at) => recordOf(entry, `conversations[${at}]`, { place, now: now - at }));
}

function recordOf(entry: unknown, name: string, { place, now }: { place: string; now: number }): ConversationRecord {
  const { record, messages = entry, title, model, attribution } = (entry ?? {}) as Record<string, unknown>;
  const id = randomId();
  const known = readRecord(record);
  if (known && known.turns.every(isTurn)) {
    const settings = readSettings(known.settings);
    const { text, attachments, asideAttachments } = known.draft;
    const draft = [attachments, asideAttachments].every(areAttachments) ? known.draft : { text };
    return { ...known, id, place, pinned: known.pinned === true, settings, draft, deletedAt: undefined };
  }
  if (!Array.isArray(messages))
    throw new PronkError(
      "format",
      `"${name}" has no list of messages. Choose a file that was exported here, or one of OpenAI's messages.`,
      { field: name },
    );
  let system = "";
  const turns: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    const { role, content } = (message ?? {}) as Record<string, unknown>;
    if (typeof content !== "string")
      throw new PronkError("format", `"${name}.messages[${index}].content" is no text; text is all that is read.`, {
        field: name,
      });
    if (role === "system" || role === "developer") system = content;
    else if (role === "user") turns.push({ role, id: newTurnId(), text: content });
    else if (role === "assistant") turns.push({ ...answerTurn(newTurnId()), text: content, status: "done" });
    else
      throw new PronkError(
        "format",
        `"${name}.messages[${index}].role" is ${JSON.stringify(role)}; expected "system", "user" or "assistant".`,
        { field: name },
      );
  }
  const text = (given: unknown) => (typeof given === "string" ? given : undefined);
  const said = { ...emptyConversation(system), turns, model: text(model), attribution: text(attribution) };
  return toRecord(said, { id, place, title: text(title) ?? "", pinned: false, createdAt: now, updatedAt: now });
}

const isTurn = (turn: KeptTurn | null) =>
  typeof turn?.id === "string" &&
  typeof turn.text === "string" &&
  ((turn.role === "user" && areAttachments(turn.attachments)) || turn.role === "assistant");
