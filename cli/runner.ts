// A browser that holds the built library and carries out RunRequests: the way `generate` and the golden tests reach the
// engine. Local models are served over loopback with ranges, as a web server would.

import { existsSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { FinishedRun, RunFailure } from "./page/run.ts";
import { type BrowserPage, type LaunchOptions, launch } from "./browser/browser-page.ts";
import type { BrowserKind } from "./browser/browsers.ts";
import { type FileServer, type Mount, startFileServer } from "./server/file-server.ts";
import { EngineFailure } from "./engine-failure.ts";
import type { RunRequest, RunResult } from "./run-request.ts";
import { outputFolder } from "./built.ts";

export interface RunnerResult extends RunResult {
  /** [rows, vocabSize] for each prompt that asked for logits, in order. */
  logits: Float32Array[];
}

export interface Runner extends AsyncDisposable {
  readonly server: FileServer;
  /** Serves a folder or a file of this machine and gives the URL under which the engine finds it. */
  serve(path: string): string;
  /** Rejects with the engine's PronkError, or with EngineFailure where it came out of a page. */
  run(request: RunRequest): Promise<RunnerResult>;
}

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
    return {
      page,
      server,
      serve: (path) => server.origin + mount(mounts, path),
      run: (request) => runInPage(opened, request),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function runInPage(page: BrowserPage, request: RunRequest): Promise<RunnerResult> {
  const finished = await page.evaluate<FinishedRun | RunFailure>("(request) => pronkRun(request)", request);
  if ("failure" in finished) throw new EngineFailure(finished.failure);
  const { run, rows: rowsOfTables, ...result } = finished;
  const { vocabSize } = result.info.config;
  const rowsAtOnce = Math.max(1, Math.floor(2 ** 22 / (4 * vocabSize))); // 4 MiB a message
  const logits: Float32Array[] = [];
  for (const [table, rows] of rowsOfTables.entries()) {
    const values = new Float32Array(rows * vocabSize);
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const piece = { run, table, from, to: from + rowsAtOnce };
      const texts = await page.evaluate<string[]>("(piece) => pronkLogits(piece)", piece);
      for (const [i, text] of texts.entries()) {
        if (text === "") throw new Error(`The engine gave no logits for position ${from + i}.`);
        new Uint8Array(values.buffer, 4 * (from + i) * vocabSize).set(Buffer.from(text, "base64"));
      }
    }
    logits.push(values);
  }
  if (logits.length > 0) await page.evaluate("(run) => pronkForget(run)", run);
  return { ...result, logits };
}

/** Adds a mount for a folder (its URL ends in a slash) or file. */
export function mount(mounts: Mount[], path: string): string {
  const full = resolve(path);
  if (!existsSync(full)) throw new Error(`${full} does not exist.`);
  const known = mounts.find((mount) => mount.path === full);
  if (known) return known.prefix;
  const name = encodeURIComponent(basename(full));
  const prefix = `/files/${mounts.length}/${name}${statSync(full).isDirectory() ? "/" : ""}`;
  mounts.push({ prefix: decodeURIComponent(prefix), path: full });
  return prefix;
}
