// The database `pronk-conversations`: one record a conversation. It knows records, not tabs: which conversation is a
// tab's is conversation-keeper.ts's. Where the browser gives no database there is no store, and nothing is kept.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { type ConversationRecord, isRecord } from "./conversation.ts";

interface ConversationSchema extends DBSchema {
  conversations: { key: string; value: ConversationRecord };
}

const databaseName = "pronk-conversations";
const version = 1;

export class ConversationStore {
  readonly #database: IDBPDatabase<ConversationSchema>;

  /** Undefined where the browser refuses a database. */
  static async open(): Promise<ConversationStore | undefined> {
    try {
      const database = await openDB<ConversationSchema>(databaseName, version, {
        upgrade: (fresh) => void fresh.createObjectStore("conversations", { keyPath: "id" }),
        blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(), // a newer page upgrades
      });
      return new ConversationStore(database);
    } catch {
      return undefined;
    }
  }

  private constructor(database: IDBPDatabase<ConversationSchema>) {
    this.#database = database;
  }

  /** Undefined also for a record that this version cannot read; that one stays. */
  async read(id: string): Promise<ConversationRecord | undefined> {
    const record: unknown = await this.#database.get("conversations", id);
    return isRecord(record) ? record : undefined;
  }

  /** Commits at once, so that it holds when the page goes right after. */
  async write(record: ConversationRecord): Promise<void> {
    const transaction = this.#database.transaction("conversations", "readwrite");
    void transaction.store.put(record).catch(() => {}); // `done` tells
    transaction.commit();
    await transaction.done;
  }

  async delete(id: string): Promise<void> {
    await this.#database.delete("conversations", id);
  }

  /** Deletes what was last written before `updatedAt` (ms since the epoch). */
  async deleteOlder(updatedAt: number): Promise<void> {
    const transaction = this.#database.transaction("conversations", "readwrite");
    for await (const cursor of transaction.store) if (cursor.value.updatedAt < updatedAt) await cursor.delete();
    await transaction.done;
  }

  close(): void {
    this.#database.close();
  }
}
