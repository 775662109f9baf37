// Looks for a word everywhere a page of this origin can leave it: databases with every byte in them, storage, caches, cookies,
// addresses, the document. Plain, percent-encoded and in base64 at each of its three phases.

import type { BrowserPage } from "../../cli/browser/browser-page.ts";

/** How a word may be written; in base64 its first and last characters may merge with a neighbour. */
export function spellings(word: string): string[] {
  const inBase64 = [0, 1, 2].map((shift) =>
    Buffer.from("x".repeat(shift) + word)
      .toString("base64")
      .replace(/=+$/, "")
      .slice(shift === 0 ? 0 : 4, -2),
  );
  return [...new Set([word, encodeURIComponent(word), ...inBase64, [...word].toReversed().join("")])];
}

/** Whether a text contains the word. */
export const mentions = (text: string, word: string): boolean => spellings(word).some((one) => text.includes(one));

export interface Searched {
  /** Where it was found. */
  found: string[];
  /** What was searched: places, and the characters in them. */
  places: string[];
  characters: number;
}

// As text: it runs in the page, and uses nothing of this file.
const search = `async (wanted) => {
  const found = new Set();
  const places = new Set();
  let characters = 0;
  const see = (place, text) => {
    places.add(place);
    characters += text.length;
    if (wanted.some((one) => text.includes(one))) found.add(place);
  };
  const latin1 = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return text;
  };
  const walk = async (place, value, seen = new Set()) => {
    if (typeof value !== "object" || value === null) return see(place, String(value));
    if (seen.has(value)) return;
    seen.add(value);
    if (value instanceof Blob) return see(place, latin1(new Uint8Array(await value.arrayBuffer())));
    if (value instanceof ArrayBuffer) return see(place, latin1(new Uint8Array(value)));
    if (ArrayBuffer.isView(value)) return see(place, latin1(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
    if (value instanceof Map || value instanceof Set) return walk(place, [...value], seen);
    for (const [key, item] of Object.entries(value)) {
      see(place, key);
      await walk(place, item, seen);
    }
  };
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    see("names of databases", name);
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const read = () => database.transaction(store).objectStore(store);
      await walk("IndexedDB " + name + "." + store, await asked(read().getAllKeys()));
      await walk("IndexedDB " + name + "." + store, await asked(read().getAll()));
    }
    database.close();
  }
  await walk("localStorage", { ...localStorage });
  await walk("sessionStorage", { ...sessionStorage });
  for (const name of await caches.keys()) {
    see("caches", name);
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      see("caches", request.url + JSON.stringify([...request.headers]));
      const response = await cache.match(request);
      see("caches", JSON.stringify([...response.headers]) + (await response.text()));
    }
  }
  see("cookies", document.cookie);
  await walk("history", history.state);
  see("addresses", location.href + document.referrer + window.name);
  for (const { name } of performance.getEntries()) see("addresses", name);
  const { held, pending } = await navigator.locks.query();
  for (const { name } of [...held, ...pending]) see("locks", name);
  const roots = [document];
  for (const root of roots) {
    see("document", root.documentElement?.outerHTML ?? root.innerHTML);
    for (const element of root.querySelectorAll("*")) if (element.shadowRoot) roots.push(element.shadowRoot);
  }
  return { found: [...found], places: [...places], characters };
}`;

export const searchPage = (page: BrowserPage, word: string): Promise<Searched> =>
  page.evaluate<Searched>(search, spellings(word));
