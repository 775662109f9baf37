// What a tab remembers of its conversation, in its own sessionStorage: which one it has open, what a page that closed had no
// time to write to the database, and what can still be put back.

import {
  type ConversationRecord,
  fromKeptRestorable,
  type KeptRestorable,
  readRecord,
  toKeptRestorable,
} from "./conversation-record.ts";
import type { Restorable } from "./conversation.ts";

/** Written too late for the database, perhaps of another conversation than the open one. */
export interface LateRecord {
  record: ConversationRecord;
  /** When what this tab last saw stored was written; undefined where it does not know. */
  seenAt?: number;
}

interface KeptNote {
  id?: string;
  /** As version 1 kept it. */
  late?: unknown;
  unwritten?: LateRecord;
  offer?: { at: number; restorable: KeptRestorable };
}

const restorableForMs = 24 * 3600 * 1000; // nobody expects the offer of a tab that comes back later

export class TabNote {
  readonly #key: string;
  readonly #now: () => number;
  #note: KeptNote;
  #offered: Restorable | undefined | null = null; // not known yet

  constructor(place: string, now: () => number) {
    this.#key = `pronk.conversation.${place}`;
    this.#now = now;
    this.#note = this.#read();
  }

  get id(): string | undefined {
    return this.#note.id;
  }

  set id(id: string) {
    this.#note.id = id;
    this.#write();
  }

  get late(): LateRecord | undefined {
    const { unwritten, late } = this.#note;
    const record = readRecord(unwritten?.record ?? late);
    return record && { record, seenAt: unwritten?.seenAt };
  }

  set late(late: LateRecord | undefined) {
    if (!late && !this.#note.late && !this.#note.unwritten) return;
    this.#note.late = undefined;
    this.#note.unwritten = late;
    this.#write();
  }

  get restorable(): Restorable | undefined {
    const { offer } = this.#note;
    const kept = offer && offer.at >= this.#now() - restorableForMs ? offer.restorable : undefined;
    return kept && fromKeptRestorable(kept);
  }

  /** A new offer is always a new object. */
  set restorable(restorable: Restorable | undefined) {
    if (this.#offered === restorable) return;
    this.#offered = restorable;
    this.#note.offer = restorable && { at: this.#now(), restorable: toKeptRestorable(restorable) };
    this.#write();
  }

  /** As a record of version 1 had it. */
  takeOver({ restorable, updatedAt }: ConversationRecord): void {
    if (restorable) this.#note.offer ??= { at: updatedAt, restorable };
  }

  #read(): KeptNote {
    try {
      const note = JSON.parse(sessionStorage.getItem(this.#key) ?? "null") as KeptNote | null;
      return typeof note?.id === "string" ? note : {};
    } catch {
      return {}; // storage refused, or not ours
    }
  }

  #write(): void {
    for (const note of [this.#note, { ...this.#note, offer: undefined }]) {
      try {
        return sessionStorage.setItem(this.#key, JSON.stringify(note));
      } catch {
        // Refused, or too long for it: the database has it a moment later, if the browser gives the page that moment.
      }
    }
  }
}
