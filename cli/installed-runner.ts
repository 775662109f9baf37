// Runs requests in an installed browser, without a driver: what the published command has in place of runner.ts.

import type { BrowserKind, Log } from "./browser/find-browser.ts";
import { openEnginePage } from "./engine-page.ts";
import type { EvalModel } from "./eval-request.ts";
import { evaluateBy, runBy, type Runner } from "./run-in-page.ts";

export async function openRunner(kind: BrowserKind, { log }: { log: Log }): Promise<Runner> {
  const page = await openEnginePage(kind, log);
  // Local files are here already, and their address may be another folder's next time.
  const stores = (model: string) => page.keeps && !model.startsWith(`${page.server.origin}/`);
  return {
    server: page.server,
    serve: page.serve,
    run: (request) => {
      const store = typeof request.model !== "string" || stores(request.model);
      return runBy(page.call, { ...request, options: { store, ...request.options } });
    },
    evaluate: (request) => {
      const opened = (model: EvalModel) => ({ ...model, options: { store: stores(model.url), ...model.options } });
      const { model, beside, against } = request;
      return evaluateBy(page.call, {
        ...request,
        model: opened(model),
        beside: beside?.map(opened),
        against: against && opened(against),
      });
    },
    [Symbol.asyncDispose]: () => page[Symbol.asyncDispose](),
  };
}
