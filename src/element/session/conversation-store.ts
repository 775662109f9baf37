// The database `pronk-chats`: a record for each conversation, and its head, so that a list need not read them all. It knows
// no tabs: conversation-keeper.ts knows which conversation a tab has open. Every change is told to the other tabs. Where the
// browser gives no database there is no store, and nothing is kept.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
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

export class ConversationStore {
  readonly #database: IDBPDatabase<ConversationSchema>;
  readonly #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(channelName) : undefined;
  /** Another tab, or another store of this one, has changed a conversation. */
  onChange: ((id: string) => void) | undefined;

  /** Undefined where the browser refuses a database. */
  static async open(now = Date.now()): Promise<ConversationStore | undefined> {
    let store: ConversationStore | undefined;
    try {
      const database = await openDB<ConversationSchema>(databaseName, version, {
        upgrade: (fresh) => {
          fresh.createObjectStore("conversations", { keyPath: "id" });
          fresh.createObjectStore("heads", { keyPath: "id" });
        },
        blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(), // a newer page upgrades
      });
      store = new ConversationStore(database);
      await takeOldRecords((record) => store!.write(record));
      await store.#purge(now);
    } catch {
      // refused, or what came of an earlier release can't be read now: that stays for the next visit
    }
    return store;
  }

  private constructor(database: IDBPDatabase<ConversationSchema>) {
    this.#database = database;
    if (this.#channel)
      this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => typeof data === "string" && this.onChange?.(data);
  }

  /** Undefined also for a record that this version cannot read; that one stays. */
  async read(id: string): Promise<ConversationRecord | undefined> {
    return readRecord(await this.#database.get("conversations", id));
  }

  /**
   * Writes a record together with what another tab has made of it since `base`, which is what was stored when this tab
   * last saw it, and gives what stands there now. `alone`: no other tab writes it, and it is taken as it is. Begins at
   * once and commits early, so that it holds even if the page goes right after.
   */
  async write(record: ConversationRecord, base?: ConversationRecord, alone = false): Promise<ConversationRecord> {
    const transaction = this.#database.transaction(["conversations", "heads"], "readwrite");
    const [records, heads] = [transaction.objectStore("conversations"), transaction.objectStore("heads")];
    const put = (written: ConversationRecord) => {
      const empty = isEmptyRecord(written);
      void (empty ? records.delete(written.id) : records.put(written)).catch(() => {}); // `done` tells
      void (empty ? heads.delete(written.id) : heads.put(headOf(written))).catch(() => {});
      transaction.commit();
      return written;
    };
    let written = record;
    if (alone) put(record);
    else {
      const stored = readRecord(await records.get(record.id));
      written = put(stored ? mergeRecords(base, record, stored) : record);
    }
    await transaction.done;
    if (isEmptyRecord(written)) void forgetCache(record.id);
    this.#tell(record.id);
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

  async delete(...ids: readonly string[]): Promise<void> {
    const transaction = this.#database.transaction(["conversations", "heads"], "readwrite");
    for (const id of ids) {
      void transaction.objectStore("conversations").delete(id);
      void transaction.objectStore("heads").delete(id);
    }
    await transaction.done;
    await Promise.all(ids.map(forgetCache));
    for (const id of ids) this.#tell(id);
  }

  /** Deletes what was last written in a place before `updatedAt` (ms since the epoch). */
  async deleteOlder(place: string, updatedAt: number): Promise<void> {
    const old = (await this.heads(place)).filter((head) => head.updatedAt < updatedAt);
    if (old.length > 0) await this.delete(...old.map(({ id }) => id));
  }

  async #purge(now: number): Promise<void> {
    const heads = await this.#database.getAll("heads");
    const gone = heads.filter(({ deletedAt }) => deletedAt !== undefined && deletedAt < now - undoableForMs);
    if (gone.length > 0) await this.delete(...gone.map(({ id }) => id));
  }

  /** The other tabs hear of it. */
  #tell(id: string): void {
    try {
      this.#channel?.postMessage(id);
    } catch {
      // closed meanwhile
    }
  }

  close(): void {
    this.#channel?.close();
    this.#database.close();
  }
}
