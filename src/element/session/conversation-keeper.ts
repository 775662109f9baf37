// Keeps what a tab has open from one visit to the next: its record in the database, at most every half second and when the
// page is hidden, and a note in the tab (tab-note.ts). Where all conversations are kept, several tabs may have the same one
// open: each write takes over what the others have said, and shows it here. Where only the open one is kept, a Web Lock
// reveals a duplicated tab, which gets a copy of its own.

import { randomId } from "../../random-id.ts";
import { isSameMessage } from "./attachment.ts";
import { type Conversation, emptyConversation, hasWords, type OpenConversation } from "./conversation.ts";
import { contentOf, type ConversationRecord, fromRecord, isEmptyRecord, toRecord } from "./conversation-record.ts";
import { ConversationStore } from "./conversation-store.ts";
import { type Draft, endDraft, isEditing } from "./draft.ts";
import { mergeRecords } from "./merge-records.ts";
import { type LateRecord, TabNote } from "./tab-note.ts";

const writeEveryMs = 500;
const lockPatienceMs = 1000; // a page that is being reloaded gives its lock back within this
const keptForMs = 30 * 24 * 3600 * 1000; // where only one is kept: one whose tab never came back

const isUnreadable = async (store: ConversationStore | undefined, id: string | undefined) =>
  id !== undefined && ((await store?.isUnreadable(id).catch(() => false)) ?? false);

export interface KeeperHost {
  /** What is open now. */
  read(): OpenConversation;
  /** Another tab has gone on with what is open; `false` where it can't be shown now. */
  update(conversation: Conversation): boolean;
  /** Another tab has erased what is open: to open an empty conversation instead. */
  erased(): void;
}

export interface KeeperOptions {
  /** Every conversation is kept, not only the open one. */
  all?: boolean;
  now?: () => number;
}

export class ConversationKeeper {
  readonly #place: string;
  readonly #host: KeeperHost;
  readonly #all: boolean;
  readonly #now: () => number;
  readonly #note: TabNote;
  readonly #ended = new AbortController();
  #store: ConversationStore | undefined;
  #id: string | undefined; // once restored
  #base: ConversationRecord | undefined; // as this tab last saw it stored
  #written = ""; // as JSON, without its time
  #found: { conversation: Conversation; record: ConversationRecord } | undefined; // the last, perhaps to be opened
  #writing: LateRecord | undefined; // the latest that is being written; goes into the note if the page goes now
  #carried: Draft | undefined; // of the conversation before, and still in the text field
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #unstored = new WeakMap<ConversationRecord, ConversationRecord | undefined>(); // its write failed; the one before

  constructor(place: string, host: KeeperHost, { all = false, now = Date.now }: KeeperOptions = {}) {
    this.#place = place;
    this.#host = host;
    this.#all = all;
    this.#now = now;
    this.#note = new TabNote(place, now);
    const { signal } = this.#ended;
    globalThis.addEventListener?.("pagehide", () => this.flush(), { signal });
    globalThis.document?.addEventListener(
      "visibilitychange",
      () => document.visibilityState === "hidden" && void this.#write(),
      { signal },
    );
  }

  /** Of the open conversation; undefined before `restore` has ended. */
  get id(): string | undefined {
    return this.#id;
  }

  /** What this tab had open, or the conversation that is asked for. Nothing is written before this has ended. */
  async restore(wanted?: string): Promise<OpenConversation | undefined> {
    const note = this.#note;
    const known = wanted ?? note.id;
    const store = await ConversationStore.open(this.#now());
    const own = known !== undefined && (this.#all || (await this.#hold(known)));
    const record = await this.#last(store, known);
    const isLost = record ? record.deletedAt !== undefined : await isUnreadable(store, known);
    const id = own && !isLost ? known : randomId();
    if (!this.#all && id !== known) await this.#hold(id);
    if (this.#ended.signal.aborted) return void store?.close();
    this.#store = store;
    if (store) store.onChange = (changed, erased) => void this.#changedElsewhere(changed, erased);
    note.id = this.#id = id;
    if (!this.#all) void store?.deleteOlder(this.#place, this.#now() - keptForMs).catch(() => {});
    if (record) note.takeOver(record);
    const { restorable } = note;
    if (record && record.deletedAt === undefined) {
      const conversation = this.#see({ ...record, id });
      if (note.late?.record.id === id) [this.#base, this.#written] = [undefined, ""]; // not stored: the next change tries again
      return { ...conversation, restorable };
    }
    return restorable && { ...emptyConversation(), restorable };
  }

  /** The newer of what is stored and what the tab had no time to store, or both in one. */
  async #last(store: ConversationStore | undefined, id: string | undefined): Promise<ConversationRecord | undefined> {
    const stored = async (of: string) => store?.read(of).catch(() => undefined);
    const { late } = this.#note;
    if (late && !(await isUnreadable(store, late.record.id))) {
      const before = await stored(late.record.id);
      const [writtenAt, seenAt] = [before?.updatedAt ?? 0, late.seenAt ?? late.record.updatedAt];
      const alone = !this.#all || writtenAt === seenAt || !before;
      const newer = late.record.updatedAt > writtenAt || (!alone && late.record.updatedAt !== writtenAt);
      const written = newer ? await store?.write(late.record, undefined, alone).catch(() => undefined) : before;
      if (written) this.#note.late = undefined;
      if (late.record.id === id) return written ?? late.record;
    }
    return id === undefined ? undefined : stored(id);
  }

  /** A kept conversation, without opening it; undefined where there is none. */
  async find(id: string): Promise<Conversation | undefined> {
    const record = await this.#store?.read(id).catch(() => undefined);
    const conversation = record && fromRecord(record);
    this.#found = conversation && { conversation, record };
    return conversation;
  }

  /**
   * From here on another conversation is open: `id`'s, or a new one. To be called before it is shown; `shown`: what then is.
   */
  turnTo(id: string = randomId(), shown?: Conversation): void {
    if (!this.#all || this.#id === undefined || this.#id === id) return;
    if (!this.#isCarried()) this.flush();
    this.#carried = shown ? undefined : this.#host.read().draft;
    this.#id = this.#note.id = id;
    this.#base = undefined;
    this.#written = "";
    if (!shown || this.#found?.conversation !== shown) return; // it may lack what is stored by now
    this.#see(this.#found.record); // to look at it writes nothing
    void this.#changedElsewhere(id); // since then
  }

  /**
   * Goes on keeping the open conversation when another one is opened, for an answer that is still being written in it: to be
   * called before `turnTo`. The result writes what `read` then gives; false where the conversation was deleted meanwhile.
   */
  leave(read: () => Conversation): () => Promise<boolean> {
    const written = this.#write();
    const [id, place] = [this.#id, this.#place];
    let base = this.#base; // what is being written, by now
    return async () => {
      await written;
      const [store, now] = [this.#store, this.#now()];
      if (!store || id === undefined) return false;
      const mine = toRecord(read(), { id, place, title: "", pinned: false, createdAt: now, updatedAt: now });
      const seen = () => this.#stored(base);
      if (!(await (seen() ? store.writeKept(mine, seen) : store.write(mine)))) return false;
      base = mine;
      return true;
    };
  }

  /** Something may have changed; cheap. */
  changed(): void {
    if (this.#id !== undefined) this.#timer ??= setTimeout(() => void this.#write(), writeEveryMs);
  }

  /** Writes what is not written yet; for a page that may be gone the next moment. */
  flush(): void {
    const record = this.#unwritten();
    const late = record ? { record, seenAt: this.#base?.updatedAt ?? 0 } : this.#writing;
    if (late) this.#note.late = late;
    if (record) void this.#write();
  }

  /** Writes what is left, and lets the conversation go. */
  async close(): Promise<void> {
    const written = this.#write();
    this.#id = undefined; // what is shown from here on is something else
    await written;
    this.#ended.abort();
    this.#store?.close();
  }

  #record(id: string, conversation: Conversation): ConversationRecord {
    const { title = "", pinned = false, createdAt = 0, updatedAt = 0, deletedAt } = this.#base ?? {};
    return toRecord(conversation, { id, place: this.#place, title, pinned, createdAt, updatedAt, deletedAt });
  }

  /** A record as this tab shows it from now on. */
  #see(record: ConversationRecord): Conversation {
    const conversation = fromRecord(record);
    this.#base = toRecord(conversation, record);
    this.#written = contentOf(this.#base);
    return conversation;
  }

  /** Whether a new conversation has nothing but the draft of the one before: that one keeps it. */
  #isCarried(): boolean {
    const open = this.#host.read();
    if (!this.#carried || this.#base || hasWords(open)) return false;
    const aside = isEditing(this.#carried) ? endDraft(this.#carried) : this.#carried; // a new one edits nothing
    return isSameMessage(open.draft, aside);
  }

  /** What is stored where `base` was to be: itself, unless its write failed. */
  #stored(base: ConversationRecord | undefined): ConversationRecord | undefined {
    return base && this.#unstored.has(base) ? this.#stored(this.#unstored.get(base)) : base;
  }

  #unwritten(): ConversationRecord | undefined {
    if (this.#id === undefined) return undefined;
    const { restorable, ...conversation } = this.#host.read();
    this.#note.restorable = restorable;
    const record = this.#record(this.#id, conversation);
    if (contentOf(record) === this.#written || (!this.#base && isEmptyRecord(record))) return undefined;
    const now = this.#now();
    return { ...record, createdAt: record.createdAt || now, updatedAt: now };
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [record, store, base] = [this.#unwritten(), this.#store, this.#base];
    if (!record || !store) return;
    const content = (this.#written = contentOf(record));
    const writing = (this.#writing = { record, seenAt: base?.updatedAt ?? 0 });
    this.#base = record; // for a write that begins before this one has ended
    try {
      const merged = await store.write(record, () => this.#stored(base), !this.#all);
      const late = this.#note.late?.record;
      if (late?.id === record.id && [this.#written, contentOf(late)].includes(content)) this.#note.late = undefined;
      if (this.#id === record.id && this.#writing === writing) this.#take(record, merged); // else a later write has it
    } catch {
      this.#unstored.set(record, base);
      if (this.#base === record) [this.#written, this.#base] = ["", this.#stored(base)]; // the next change tries again
    } finally {
      if (this.#writing === writing) this.#writing = undefined;
    }
  }

  async #changedElsewhere(id: string, erased = false): Promise<void> {
    if (id !== this.#id || !this.#all) return;
    if (erased) {
      this.#host.erased();
      return this.#store?.delete([id]).catch(() => {}); // what was written meanwhile
    }
    const stored = await this.#store?.read(id).catch(() => undefined);
    // What a write takes over, this one leaves to it: `stored` may be older than that write.
    if (!stored || id !== this.#id || this.#writing?.record.id === id || this.#unwritten()) return;
    const mine = this.#record(id, this.#host.read());
    this.#take(mine, mergeRecords(this.#base, mine, stored));
  }

  /** `merged` is what stands in the database now, or would: shows what another tab has made of `mine`. */
  #take(mine: ConversationRecord, merged: ConversationRecord): void {
    const { title, pinned, createdAt, updatedAt, deletedAt } = merged;
    const content = contentOf(mine);
    this.#base = { ...mine, title, pinned, createdAt, updatedAt, deletedAt };
    if (content === contentOf(merged)) return;
    const unchanged = content === contentOf(this.#record(mine.id, this.#host.read()));
    if (unchanged && this.#host.update(fromRecord(merged))) this.#see(merged);
    else this.#written = ""; // shown with the next change
  }

  /** Whether this tab alone has the conversation now; true where a browser has no locks. */
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
      locks.request(`pronk:chat:${id}`, { signal: patience.signal }, held).catch(() => resolve(false));
    });
  }
}
