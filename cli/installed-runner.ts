// Runs requests in a browser that is installed, without a driver: what the published command has in the place of runner.ts.

import type { BrowserKind, Log } from "./browser/find-browser.ts";
import { openEnginePage } from "./engine-page.ts";
import { runBy, type Runner } from "./run-in-page.ts";

export async function openRunner(kind: BrowserKind, { log }: { log: Log }): Promise<Runner> {
  const page = await openEnginePage(kind, log);
  return {
    server: page.server,
    serve: page.serve,
    run: (request) => {
      // What lies on this machine is there already, and another folder may have its address next time.
      const isHere = typeof request.model === "string" && request.model.startsWith(`${page.server.origin}/`);
      const store = page.keeps && !isHere;
      return runBy(page.call, { ...request, options: { store, ...request.options } });
    },
    [Symbol.asyncDispose]: () => page[Symbol.asyncDispose](),
  };
}
