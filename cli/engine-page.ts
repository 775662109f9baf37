// The page of cli/page in an installed browser, served over loopback and called by name. Its profile is pronk's own and is kept
// with the models in it, unless another command is using it.

import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { adapterFromEnvironment } from "./browser/adapter-choice.ts";
import type { BrowserKind, Log } from "./browser/find-browser.ts";
import { hasHardwareGpu } from "./browser/hardware-gpu.ts";
import { openBrowser, Orders } from "./browser/ordered-page.ts";
import { outputFolder } from "./built.ts";
import { mount } from "./run-in-page.ts";
import { type FileServer, type Mount, startFileServer } from "./server/file-server.ts";

export interface EnginePage extends AsyncDisposable {
  readonly server: FileServer;
  readonly orders: Orders;
  /** Whether what it stores is kept for the next command. */
  readonly keeps: boolean;
  /** Rejects when the browser ends by itself. */
  readonly ended: Promise<never>;
  serve(path: string): string;
  call<T>(name: string, argument: unknown): Promise<T>;
}

/** Storage belongs to an origin, so the page's port is always the same. */
const port = 47_613;
const profiles = () => process.env.PRONK_PROFILE ?? join(homedir(), ".cache/pronk");

export async function openEnginePage(kind: BrowserKind, log: Log): Promise<EnginePage> {
  const adapter = adapterFromEnvironment("auto");
  const software = adapter === "software" || (adapter === "auto" && !hasHardwareGpu());
  const keeps = await isFree(port);
  if (!keeps) log("Another pronk is running: what this one fetches is not kept.");
  const mounts: Mount[] = [
    { prefix: "/runner/", path: outputFolder.runner },
    { prefix: "/lib/", path: outputFolder.library },
  ];
  const orders = new Orders(log);
  const server = await startFileServer({
    mounts,
    port: keeps ? port : 0,
    connectSources: ["http:", "https:"],
    answer: (request, response) => orders.take(request, response),
  });
  try {
    const ready = new Promise<void>((resolve) => (orders.onReady = resolve));
    const url = `${server.origin}/runner/index.html?orders=${orders.token}`;
    const profileDir = keeps ? join(profiles(), kind) : undefined;
    const browser = await openBrowser(kind, url, ready, { software, profileDir });
    return {
      server,
      orders,
      keeps,
      ended: browser.ended,
      serve: (path) => server.origin + mount(mounts, path),
      call: (name, argument) => Promise.race([orders.call<never>(name, argument), browser.ended]),
      async [Symbol.asyncDispose]() {
        await browser[Symbol.asyncDispose]();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

function isFree(wanted: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(wanted, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
