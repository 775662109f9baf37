// An engine that answers HTTP, for commands that keep running: in this process over Node's `webgpu`, or in a browser's page.

import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { EngineInfo, EngineOptions } from "../src/index.ts";
import { adapterFromEnvironment } from "./browser/adapter-choice.ts";
import type { Log } from "./browser/find-browser.ts";
import { outputFolder } from "./built.ts";
import { type EnginePage, openEnginePage } from "./engine-page.ts";
import { type ModelPlace, placeOfFile, placeOfModel } from "./model-place.ts";
import { driverVariables, provideWebGpu, startAgain } from "./node-runtime.ts";
import type { AnswerPiece, FetchOrder, OpenOrder } from "./page/served-engine.ts";
import { mount } from "./run-in-page.ts";
import { type Mount, startFileServer } from "./server/file-server.ts";

export interface OpenFlags {
  /** As given: DIR, FILE, URL or owner/name. */
  model: string;
  tokenizer: string | undefined;
  runtime: "chromium" | "firefox" | "node";
  options: OpenOrder["options"];
}

export interface HttpRequest {
  path: string;
  method: string;
  headers: [string, string][];
  body?: string;
  /** Aborted when the client is gone. */
  signal: AbortSignal;
}

export interface OpenedEngine extends AsyncDisposable {
  readonly info: EngineInfo;
  /** Rejects when what the engine runs on ends by itself. */
  readonly ended: Promise<never>;
  fetch(request: HttpRequest): Promise<Response>;
}

/** Rejects with the engine's PronkError, as itself or as EngineFailure. */
export async function openEngine(flags: OpenFlags, log: Log): Promise<OpenedEngine> {
  const model = placeOfModel(flags.model);
  const tokenizer = flags.tokenizer === undefined ? undefined : placeOfFile(flags.tokenizer, "tokenizer");
  return flags.runtime === "node"
    ? openInNode(flags, model, tokenizer, log)
    : openInBrowser(flags, model, tokenizer, log);
}

/** Local files are served. A GGUF file's tokenizer.json may lie beside it. */
function urlOf(place: ModelPlace, serve: (path: string) => string): string {
  if ("reference" in place) return place.reference;
  const { path } = place;
  return /\.gguf$/i.test(path) ? serve(dirname(path)) + encodeURIComponent(basename(path)) : serve(path);
}

async function openInNode(
  { options, tokenizer: named }: OpenFlags,
  model: ModelPlace,
  tokenizer: ModelPlace | undefined,
  log: Log,
): Promise<OpenedEngine> {
  const missing = driverVariables(adapterFromEnvironment("auto"));
  if (missing) startAgain(missing);
  await provideWebGpu();
  const { createEngine } = (await import(
    pathToFileURL(join(outputFolder.library, "index.js")).href
  )) as typeof import("../src/index.ts");
  const mounts: Mount[] = [];
  const server = await startFileServer({ mounts });
  const serve = (path: string) => server.origin + mount(mounts, path);
  const bytes = tokenizer && "path" in tokenizer ? new Uint8Array(readFileSync(tokenizer.path)) : undefined;
  try {
    const engine = await createEngine(urlOf(model, serve), {
      ...options,
      worker: false,
      store: false,
      tokenizer: bytes && { name: basename(named!), bytes },
      onProgress: tellProgress(log),
    });
    return {
      info: engine.info,
      ended: new Promise<never>((_, reject) =>
        engine.ended.addEventListener("abort", () => reject(engine.ended.reason as Error)),
      ),
      fetch: ({ path, ...init }) => engine.fetch(`http://localhost${path}`, init),
      async [Symbol.asyncDispose]() {
        await engine.unload();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function openInBrowser(
  { runtime, options, tokenizer: named }: OpenFlags,
  model: ModelPlace,
  tokenizer: ModelPlace | undefined,
  log: Log,
): Promise<OpenedEngine> {
  const tell = tellProgress(log);
  const onLine = (line: string) => (line.startsWith('{"phase"') ? tell?.(JSON.parse(line)) : log(line));
  const page = await openEnginePage(runtime as "chromium" | "firefox", onLine);
  try {
    const given = tokenizer && { name: basename(named!), url: urlOf(tokenizer, page.serve) };
    // Local files are here already, and their address may be another folder's next time.
    const store = page.keeps && "reference" in model;
    const order: OpenOrder = { model: urlOf(model, page.serve), tokenizer: given, options: { store, ...options } }; // prettier-ignore
    const info = await page.call<EngineInfo>("openEngine", order);
    let requests = 0;
    return {
      info,
      ended: page.ended,
      fetch: (request) => answerOf(page, ++requests, request),
      [Symbol.asyncDispose]: () => page[Symbol.asyncDispose](),
    };
  } catch (error) {
    await page[Symbol.asyncDispose]();
    throw error;
  }
}

/** The response begins when its head has come; its body is taken as it is read. */
function answerOf(page: EnginePage, request: number, { signal, ...rest }: HttpRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    let body: ReadableStreamDefaultController<Uint8Array> | undefined;
    let wanted = () => {};
    const leave = () => void page.call("leaveRequest", request).catch(() => {});
    signal.addEventListener("abort", leave);
    const encoder = new TextEncoder();
    const forget = page.orders.onAnswer(request, async (sent) => {
      const piece = sent as AnswerPiece;
      if (signal.aborted) return false;
      if ("head" in piece) {
        const stream = new ReadableStream<Uint8Array>(
          { start: (controller) => void (body = controller), pull: () => wanted(), cancel: leave },
          { highWaterMark: 1 },
        );
        resolve(new Response(stream, piece.head));
      } else {
        body?.enqueue(encoder.encode(piece.text));
        if ((body?.desiredSize ?? 1) <= 0) await new Promise<void>((want) => (wanted = want));
      }
      return !signal.aborted;
    });
    signal.addEventListener("abort", () => wanted());
    const order: FetchOrder = { request, ...rest };
    page
      .call("answerRequest", order)
      .then(
        () => (signal.aborted ? body?.error(signal.reason) : body?.close()),
        (error: unknown) => {
          body?.error(error);
          reject(error as Error);
        },
      )
      .finally(() => {
        forget();
        signal.removeEventListener("abort", leave);
      });
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
}

/** A line a second at most. */
function tellProgress(log: Log): NonNullable<EngineOptions["onProgress"]> {
  let lastMs = 0;
  return ({ phase, loadedBytes, totalBytes }) => {
    if (Date.now() - lastMs < 1000) return;
    lastMs = Date.now();
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
    log(totalBytes > 0 ? `${phase} ${megabytes(loadedBytes)} of ${megabytes(totalBytes)} MB` : phase);
  };
}
