// Keeps one tab's open conversation from one visit to the next. The tab's sessionStorage names the record, so that two
// tabs keep two; a Web Lock tells a duplicated tab, which gets a copy of its own. It is written at most every half second
// and when the page is hidden; what a page that goes has no time to write to the database waits in sessionStorage.

import {
  type ConversationRecord,
  fromRecord,
  isEmpty,
  isRecord,
  type OpenConversation,
  toRecord,
} from "./conversation.ts";
import { ConversationStore } from "./conversation-store.ts";

const writeEveryMs = 500;
const lockPatienceMs = 1000; // a page that is being reloaded gives its lock back within this
const dayMs = 24 * 3600 * 1000;
const keptForMs = 30 * dayMs; // a conversation whose tab never came back
const restorableForMs = dayMs; // the offer to undo of a tab that comes back later is not expected any more

/** What the tab remembers: which record is its own, and what came too late for it. */
interface TabNote {
  id: string;
  late?: ConversationRecord;
}

export class ConversationKeeper {
  readonly #place: string;
  readonly #read: () => OpenConversation;
  readonly #now: () => number;
  readonly #ended = new AbortController();
  #store: ConversationStore | undefined;
  #id: string | undefined; // once restored
  #written = ""; // as JSON, without its time
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `read` gives the conversation as it stands now. */
  constructor(place: string, read: () => OpenConversation, now: () => number = Date.now) {
    this.#place = place;
    this.#read = read;
    this.#now = now;
    const { signal } = this.#ended;
    globalThis.addEventListener?.("pagehide", () => this.flush(), { signal });
    globalThis.document?.addEventListener(
      "visibilitychange",
      () => document.visibilityState === "hidden" && this.flush(),
      { signal },
    );
  }

  /** What this tab had open, if anything. Nothing is written before this has ended. */
  async restore(): Promise<OpenConversation | undefined> {
    const note = this.#note();
    const store = await ConversationStore.open();
    const own = note !== undefined && (await this.#hold(note.id));
    const stored = note && (await store?.read(note.id).catch(() => undefined));
    const record = isRecord(note?.late) && note.late.updatedAt >= (stored?.updatedAt ?? 0) ? note.late : stored;
    const id = own ? note.id : crypto.randomUUID();
    if (!own) await this.#hold(id);
    if (this.#ended.signal.aborted) return void store?.close();
    this.#store = store;
    this.#id = id;
    this.#setNote({ id });
    void store?.deleteOlder(this.#now() - keptForMs).catch(() => {});
    if (!record) return undefined;
    const { restorable, ...conversation } = fromRecord(record);
    return record.updatedAt < this.#now() - restorableForMs ? conversation : { ...conversation, restorable };
  }

  /** Something may have changed; cheap. */
  changed(): void {
    if (this.#id !== undefined) this.#timer ??= setTimeout(() => void this.#write(), writeEveryMs);
  }

  /** Writes what is not written yet; for a page that may be gone the next moment. */
  flush(): void {
    const record = this.#unwritten();
    if (!record) return;
    this.#setNote({ id: record.id, late: record });
    void this.#write();
  }

  /** Writes what is left and lets the conversation go. */
  async close(): Promise<void> {
    await this.#write();
    this.#ended.abort();
    this.#id = undefined;
    this.#store?.close();
  }

  #unwritten(): ConversationRecord | undefined {
    if (this.#id === undefined) return undefined;
    const record = toRecord(this.#read(), { id: this.#id, place: this.#place, updatedAt: 0 });
    return JSON.stringify(record) === this.#written ? undefined : { ...record, updatedAt: this.#now() };
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const record = this.#unwritten();
    const store = this.#store;
    if (!record || !store) return;
    const json = JSON.stringify({ ...record, updatedAt: 0 });
    this.#written = json;
    try {
      if (isEmpty(this.#read())) await store.delete(record.id);
      else await store.write(record);
      if (this.#written === json) this.#setNote({ id: record.id }); // else what came meanwhile waits there
    } catch {
      this.#written = ""; // the next change tries again
    }
  }

  /** Whether this tab alone has the conversation now; true where a browser knows no locks. */
  #hold(id: string): Promise<boolean> {
    const locks = globalThis.navigator?.locks;
    if (!locks) return Promise.resolve(true);
    const { signal } = this.#ended;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), lockPatienceMs);
    return new Promise((resolve) => {
      const held = () => {
        clearTimeout(timer);
        resolve(true);
        return new Promise<void>((free) => {
          if (signal.aborted) free();
          signal.addEventListener("abort", () => free(), { once: true });
        });
      };
      locks.request(`pronk:conversation:${id}`, { signal: patience.signal }, held).catch(() => resolve(false));
    });
  }

  get #noteKey(): string {
    return `pronk.conversation.${this.#place}`;
  }

  #note(): TabNote | undefined {
    try {
      const note = JSON.parse(sessionStorage.getItem(this.#noteKey) ?? "null") as TabNote | null;
      return typeof note?.id === "string" ? note : undefined;
    } catch {
      return undefined; // storage refused, or not ours
    }
  }

  #setNote(note: TabNote): void {
    try {
      sessionStorage.setItem(this.#noteKey, JSON.stringify(note));
    } catch {
      // Refused, or too long for it: the database has it a moment later, if the browser gives the page that moment.
    }
  }
}
