// A hub and an empty store, new for each test of the file that calls this.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { afterEach, beforeEach, vi } from "vitest";
import { ModelStore } from "../../src/store/model-store.ts";
import { type HubServer, startHub } from "./hub-server.ts";

export function hubAndStore(): { hub: HubServer; store: ModelStore } {
  const now = {} as { hub: HubServer; store: ModelStore };
  beforeEach(async () => {
    vi.stubGlobal("indexedDB", new IDBFactory());
    now.store = (await ModelStore.open())!;
    now.hub = await startHub();
  });
  afterEach(async () => {
    now.store.close();
    await now.hub.close();
    vi.unstubAllGlobals();
  });
  return now;
}

/** Keys of everything in the database, by other means than the store's. */
export async function keysAtRest(): Promise<IDBValidKey[]> {
  const database = await openDB("pronk");
  const keys = await Promise.all([...database.objectStoreNames].map((name) => database.getAllKeys(name)));
  database.close();
  return keys.flat();
}
