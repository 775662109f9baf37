// The database `pronk-chats`: a record for each conversation, and its head, so that a list need not read them all. It knows
// no tabs: conversation-keeper.ts knows which conversation a tab has open. Every change is told to the other tabs. Where the
// browser gives no database there is no store, and nothing is kept.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { broadcastChannel } from "../../site-data.ts";
import {
  type ConversationHead,
  type ConversationRecord,
  headOf,
  isEmptyRecord,
  readRecord,
} from "./conversation-record.ts";
import { forgetCache } from "./cache-name.ts";
import { mergeRecords } from "./merge-records.ts";
import { takeOldRecords } from "./old-conversations.ts";

interface ConversationSchema extends DBSchema {
  conversations: { key: string; value: ConversationRecord };
  heads: { key: string; value: ConversationHead };
}

const databaseName = "pronk-chats";
const version = 1;
const channelName = "pronk:conversations";
const undoableForMs = 3600 * 1000; // a deletion; nobody looks for the offer after that

/** `terminated`: the browser has closed it, which mobile ones do to a page in the background. */
const connect = (terminated: () => void) =>
  openDB<ConversationSchema>(databaseName, version, {
    upgrade: (fresh) => {
      fresh.createObjectStore("conversations", { keyPath: "id" });
      fresh.createObjectStore("heads", { keyPath: "id" });
    },
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(), // a newer page upgrades
    terminated,
  });

function readToChange(value: unknown): ConversationRecord | undefined {
  const record = readRecord(value);
  if (value !== undefined && !record) throw new Error("kept by a later release"); // nobody is shown this
  return record;
}

type SeenRecord = () => ConversationRecord | undefined;

export class ConversationStore {
  #database: IDBPDatabase<ConversationSchema>;
  #isClosed = false;
  readonly #channel = broadcastChannel(channelName);
  /** Another tab, or another store of this one, has changed a conversation; `erased`: no tab is to go on with it. */
  onChange: ((id: string, erased: boolean) => void) | undefined;

  /** Undefined where the browser refuses a database. */
  static async open(now = Date.now()): Promise<ConversationStore | undefined> {
    let store: ConversationStore | undefined;
    try {
      store = new ConversationStore(await connect(() => store && store.#reopen()));
      await takeOldRecords((record) => store!.write(record));
      await store.#purge(now);
    } catch {
      // refused, or what came of an earlier release can't be read now: that stays for the next visit
    }
    return store;
  }

  private constructor(database: IDBPDatabase<ConversationSchema>) {
    this.#database = database;
    if (this.#channel) this.#channel.onmessage = ({ data }) => this.onChange?.(String(data), Array.isArray(data));
  }

  #reopen(): void {
    const take = (database: IDBPDatabase<ConversationSchema>) => {
      if (this.#isClosed) database.close();
      else this.#database = database;
    };
    if (!this.#isClosed) void connect(() => this.#reopen()).then(take, () => {});
  }

  /** Undefined also for a record that this version cannot read; that one stays. */
  async read(id: string): Promise<ConversationRecord | undefined> {
    return readRecord(await this.#database.get("conversations", id));
  }

  /** Whether it was kept by a later release. */
  async isUnreadable(id: string): Promise<boolean> {
    const value = await this.#database.get("conversations", id);
    return value !== undefined && readRecord(value) === undefined;
  }

  /**
   * Writes a record together with what another tab has made of it since `base`, which is what was stored when this tab
   * last saw it (asked for only once earlier writes have ended, as one may fail), and gives what stands there now. `alone`:
   * no other tab writes it, and it is taken as it is. Begins at once and commits early, so that it holds even if the page
   * goes right after.
   */
  async write(
    record: ConversationRecord,
    base: SeenRecord = () => undefined,
    alone = false,
  ): Promise<ConversationRecord> {
    // What has been deleted for good, and is written all the same, goes on.
    const write = (stored?: ConversationRecord) =>
      stored ? mergeRecords(base(), record, stored) : { ...record, deletedAt: undefined };
    return (await this.#put(record.id, alone ? record : write))!;
  }

  /** Likewise, but only what is still kept: false where it is deleted. */
  async writeKept(record: ConversationRecord, base: SeenRecord): Promise<boolean> {
    const write = (stored?: ConversationRecord) =>
      stored && stored.deletedAt === undefined ? mergeRecords(base(), record, stored) : undefined;
    return (await this.#put(record.id, write)) !== undefined;
  }

  /** Puts a record, or what `made` makes of the stored one. */
  async #put(
    id: string,
    made: ConversationRecord | ((stored?: ConversationRecord) => ConversationRecord | undefined),
  ): Promise<ConversationRecord | undefined> {
    const transaction = this.#database.transaction(["conversations", "heads"], "readwrite");
    const [records, heads] = [transaction.objectStore("conversations"), transaction.objectStore("heads")];
    const written = typeof made === "function" ? made(readToChange(await records.get(id))) : made;
    if (!written) return void (await transaction.done);
    const empty = isEmptyRecord(written);
    void (empty ? records.delete(id) : records.put(written)).catch(() => {}); // `done` tells
    void (empty ? heads.delete(id) : heads.put(headOf(written))).catch(() => {});
    transaction.commit();
    await transaction.done;
    if (empty) void forgetCache(id);
    this.#tell(id);
    return written;
  }

  /** Changes what no tab has open: its name, whether it is pinned or deleted. */
  async change(id: string, parts: Partial<Pick<ConversationRecord, "title" | "pinned" | "deletedAt">>): Promise<void> {
    const transaction = this.#database.transaction(["conversations", "heads"], "readwrite");
    const record = readRecord(await transaction.objectStore("conversations").get(id));
    if (record) {
      const changed = { ...record, ...parts };
      void transaction.objectStore("conversations").put(changed);
      void transaction.objectStore("heads").put(headOf(changed));
    }
    await transaction.done;
    if (parts.deletedAt !== undefined) await forgetCache(id);
    this.#tell(id);
  }

  /** Those of one place, in no order, including any whose deletion can still be undone. */
  async heads(place: string): Promise<ConversationHead[]> {
    return (await this.#database.getAll("heads")).filter((head) => head.place === place);
  }

  /** `erased`: tabs that show one of them are to turn to another. */
  async delete(ids: readonly string[], erased = false): Promise<void> {
    const transaction = this.#database.transaction(["conversations", "heads"], "readwrite");
    for (const id of ids) {
      void transaction.objectStore("conversations").delete(id);
      void transaction.objectStore("heads").delete(id);
    }
    await transaction.done;
    await Promise.all(ids.map(forgetCache));
    for (const id of ids) this.#tell(erased ? [id] : id);
  }

  /** Deletes what was last written in a place before `updatedAt` (ms since the epoch). */
  async deleteOlder(place: string, updatedAt: number): Promise<void> {
    const old = (await this.heads(place)).filter((head) => head.updatedAt < updatedAt);
    if (old.length > 0) await this.delete(old.map(({ id }) => id));
  }

  async #purge(now: number): Promise<void> {
    const heads = await this.#database.getAll("heads");
    const gone = heads.filter(({ deletedAt }) => deletedAt !== undefined && deletedAt < now - undoableForMs);
    if (gone.length > 0) await this.delete(gone.map(({ id }) => id));
  }

  /** The other tabs hear of it: an id, in a list where it is erased. */
  #tell(id: string | [string]): void {
    try {
      this.#channel?.postMessage(id);
    } catch {
      // closed meanwhile
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#channel?.close();
    this.#database.close();
  }
}
