// A page on loopback with the built library in one browser, for tests of the store: its address stays the same over
// restarts, so that a second browser on the same profile finds what the first one stored.

import { join } from "node:path";
import { type BrowserPage, type LaunchOptions, launch } from "../../tools/browser-page.ts";
import type { BrowserKind } from "../../tools/browsers.ts";
import { type FileServer, startFileServer } from "../../tools/file-server.ts";
import { ensureBuilt, outputFolder, root } from "../../tools/stale.ts";

export interface StoreSite {
  server: FileServer;
  /** Opens the page in a new browser, with `pronk` and `hubUrl` as globals. */
  open(kind: BrowserKind, hubUrl: string, options?: LaunchOptions): Promise<BrowserPage>;
}

/** As text: the test runner would rewrite the import. */
export const setUpPage = `async (given) => Object.assign(globalThis, given, { pronk: await import("/lib/index.js") }) && 1`;

export async function startStoreSite(): Promise<StoreSite> {
  ensureBuilt(["library"]);
  const server = await startFileServer({
    mounts: [
      { prefix: "/lib/", path: outputFolder.library },
      { prefix: "/", path: join(root, "test/fixtures/store-page") },
    ],
    connectSources: ["http:"],
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
