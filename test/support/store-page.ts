// A page on loopback with the built library in one browser, for tests of the store: its address stays the same across
// restarts, so a second browser on the same profile finds what the first one stored.

import { join } from "node:path";
import { type BrowserPage, type LaunchOptions, launch } from "../../cli/browser/browser-page.ts";
import type { BrowserKind } from "../../cli/browser/find-browser.ts";
import { type FileServer, type FileServerOptions, startFileServer } from "../../cli/server/file-server.ts";
import { outputFolder, root } from "../../cli/built.ts";
import { ensureBuilt } from "../../tools/stale.ts";

export interface StoreSite {
  server: FileServer;
  /** Opens the page in a new browser, with `pronk`, `digests` and `hubUrl` as globals. */
  open(kind: BrowserKind, hubUrl: string, options?: LaunchOptions): Promise<BrowserPage>;
}

/** As text: the test runner would rewrite the imports. */
export const setUpPage = `async (given) => {
  const { digests } = await import("/digests.js");
  Object.assign(globalThis, given, { digests, pronk: await import("/lib/index.js") });
}`;

/** Digests of everything at rest in the page's store, by other means than the library's. */
export const atRest = (page: BrowserPage) => page.evaluate<Record<string, string>>("() => digests()");

/** `answer` may take requests for itself. */
export async function startStoreSite(answer?: FileServerOptions["answer"]): Promise<StoreSite> {
  ensureBuilt(["library"]);
  const server = await startFileServer({
    mounts: [
      { prefix: "/lib/", path: outputFolder.library },
      { prefix: "/", path: join(root, "test/fixtures/store-page") },
    ],
    connectSources: ["http:"],
    answer,
  });
  return {
    server,
    async open(kind, hubUrl, options) {
      const page = await launch(kind, options);
      await page.goto(`${server.origin}/`);
      await page.evaluate(setUpPage, { hubUrl });
      return page;
    },
  };
}
