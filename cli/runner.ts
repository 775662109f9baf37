// A browser that holds the built library and carries out RunRequests: the way `generate` and the golden tests reach the
// engine. Local models are served over loopback with ranges, as a web server would.

import { type BrowserPage, type LaunchOptions, launch } from "./browser/browser-page.ts";
import type { BrowserKind } from "./browser/find-browser.ts";
import { outputFolder } from "./built.ts";
import { type CallPage, evaluateBy, mount, runBy, type Runner } from "./run-in-page.ts";
import { type Mount, startFileServer } from "./server/file-server.ts";

export interface BrowserRunner extends Runner {
  readonly page: BrowserPage;
}

export async function openRunner(kind: BrowserKind, options: LaunchOptions = {}): Promise<BrowserRunner> {
  const { log = (line) => console.error(line) } = options;
  const mounts: Mount[] = [
    { prefix: "/runner/", path: outputFolder.runner },
    { prefix: "/lib/", path: outputFolder.library },
  ];
  // `--model URL` may name any host; what a page of ours may fetch from is tested on the demo's own policy.
  const server = await startFileServer({ mounts, connectSources: ["http:", "https:"] });
  let page: BrowserPage | undefined;
  const close = async () => {
    await page?.close();
    await server.close();
  };
  try {
    const opened = (page = await launch(kind, { ...options, log }));
    page.onConsole((level, text) => {
      if (level !== "debug" || process.env.PRONK_CONSOLE) log(text);
    });
    await page.goto(`${server.origin}/runner/index.html`);
    const call: CallPage = (name, argument) => opened.evaluate(`(argument) => ${name}(argument)`, argument);
    return {
      page,
      server,
      serve: (path) => server.origin + mount(mounts, path),
      run: (request) => runBy(call, request),
      evaluate: (request) => evaluateBy(call, request),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
