// The service worker: keeps the page's shell, so that it starts without a network. Each release has a cache of its own, filled
// before it is used. An older release's cache stays as long as one of its tabs is open, so that the tab keeps the worker and
// the parts that it was built with, even those that it fetches late, when the server no longer has them. Weights are none of
// its business: they are in IndexedDB, verified and counted.

interface Entry {
  url: string;
  /** Absent for a file whose name says what is in it. */
  revision: string | null;
}

// What a service worker has, which the page's own library of types lacks.
interface WorkerScope {
  readonly registration: { readonly scope: string; readonly installing: unknown; readonly waiting: unknown };
  readonly clients: { matchAll(options: object): Promise<readonly { id: string }[]> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Lasting) => void): void;
  addEventListener(type: "fetch", listener: (event: Lasting & FetchOfPage) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent<{ type?: string } | undefined>) => void): void;
}
interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchOfPage {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const worker = globalThis as unknown as WorkerScope;
// The build writes the list in the place of these words.
const manifest = (self as unknown as { __WB_MANIFEST: readonly Entry[] }).__WB_MANIFEST;
const { scope } = worker.registration;
const prefix = `pronk-shell:${scope}:`;
const addressOf = (url: string) => new URL(url, scope).href;
const release = prefix + nameOf(manifest);
const own = new Set(manifest.map(({ url }) => addressOf(url)));
/** Which tabs were open when a release gave way: a response for each of the caches. */
const tabsCache = `pronk-tabs:${scope}`;

worker.addEventListener("install", (event) => event.waitUntil(fill()));
worker.addEventListener("activate", (event) => event.waitUntil(begin()));
worker.addEventListener("message", ({ data }) => {
  if (data?.type === "SKIP_WAITING") void worker.skipWaiting(); // the person wants the new release
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(scope)) return;
  if (request.mode === "navigate") event.waitUntil(tidy());
  url.search = url.hash = ""; // what another app shares needs no network, and goes to no server
  const kept = [url.href, `${url.href}index.html`, `${url.href}.html`].find((address) => own.has(address));
  if (kept !== undefined) event.respondWith(keptOrFetched(request, kept));
  else if (url.href.startsWith(addressOf("assets/"))) event.respondWith(ofAnyRelease(request, url.href));
});

const keptOrFetched = async (request: Request, address: string): Promise<Response> =>
  (await caches.match(address, { cacheName: release, ignoreVary: true })) ?? fetch(request);

/** A part of an older release, or one not worth fetching until it is needed: kept from its first use on. */
async function ofAnyRelease(request: Request, address: string): Promise<Response> {
  const kept = await caches.match(address, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await (await caches.open(release)).put(address, response.clone()).catch(() => {}); // no room, perhaps
  return response;
}

/** Every file of this release; an older one's files of the same hashed name are the same. */
async function fill(): Promise<void> {
  const cache = await caches.open(release);
  const put = async ({ url, revision }: Entry) => {
    const address = addressOf(url);
    if (await cache.match(address, { ignoreVary: true })) return; // from an installation that did not finish
    const known = revision === null ? await caches.match(address, { ignoreVary: true }) : undefined;
    const response = known ?? (await fetch(address, { cache: revision === null ? "default" : "reload" }));
    if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
    if (!(await isItself(url, response))) throw new Error(`${url}: something else came in its place`);
    const { status, headers } = response;
    await cache.put(address, response.redirected ? new Response(await response.blob(), { status, headers }) : response);
  };
  await Promise.all(manifest.map(put));
}

/** And not a paid network's sign-in page, which would be kept for good. The next visit tries again. */
async function isItself(url: string, response: Response): Promise<boolean> {
  if (url.endsWith(".json")) return response.clone().json().then(() => true, () => false); // prettier-ignore
  return url.endsWith(".html") || !/^text\/html/i.test(response.headers.get("content-type") ?? "");
}

const noteOf = (cacheName: string) => addressOf(`tabs/${encodeURIComponent(cacheName)}`);

async function begin(): Promise<void> {
  await (await caches.open(tabsCache)).delete(noteOf(release)); // it may have been deployed before
  await tidy();
}

/** Lets go of the releases that no open tab began with. */
async function tidy(): Promise<void> {
  const { installing, waiting } = worker.registration;
  if (installing || waiting) return; // one of the caches belongs to a newer release
  const open = (await worker.clients.matchAll({ type: "all", includeUncontrolled: true })).map(({ id }) => id);
  const tabs = await caches.open(tabsCache);
  for (const name of await caches.keys()) {
    // The earlier worker's caches had a name of Workbox's.
    const isOlder =
      (name.startsWith(prefix) && name !== release) || (name.startsWith("workbox-") && name.endsWith(scope));
    if (!isOlder) continue;
    const address = noteOf(name);
    const noted = await tabs.match(address);
    const users = noted ? ((await noted.json()) as string[]) : open;
    if (users.some((id) => open.includes(id))) {
      if (!noted) await tabs.put(address, new Response(JSON.stringify(users)));
    } else {
      await tabs.delete(address);
      await caches.delete(name);
    }
  }
}

/** Short, and different for a different list of files. */
function nameOf(entries: readonly Entry[]): string {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(entries)) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
