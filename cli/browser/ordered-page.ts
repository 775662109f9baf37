// A page in any browser that is installed, with no driver: it is opened at an address with a token, and asks there for orders
// (cli/page/take-orders.ts). Nobody without the token is answered, nor are other pages in this machine's browsers.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineFailure } from "../engine-failure.ts";
import type { Failure } from "../page/take-orders.ts";
import { chromiumFlags } from "./chromium-flags.ts";
import { type BrowserKind, findBrowser, type Log } from "./find-browser.ts";

/** What a page asks for, and what it sends: the part of it that a file server hands on. */
export class Orders {
  readonly token = randomUUID();
  readonly #pending: object[] = [];
  readonly #results = new Map<number, (text: string) => void>();
  readonly #answers = new Map<number, (piece: unknown) => Promise<boolean>>();
  readonly #onLine: Log;
  #asking: ServerResponse | undefined;
  #lastId = 0;
  /** Called when the page asks for the first time. */
  onReady = () => {};

  constructor(onLine: Log) {
    this.#onLine = onLine;
  }

  /** True if the request was the page's. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const prefix = `/orders/${this.token}`;
    const { url = "", method } = request;
    if (!url.startsWith("/orders/")) return false;
    const path = url.startsWith(prefix) ? url.slice(prefix.length) : undefined;
    if (path === undefined) response.writeHead(403).end();
    else if (method === "GET") this.#ask(response);
    else void this.#hear(path, request, response);
    return true;
  }

  /** Carried out by the page. Rejects with what it threw there. */
  async call<T>(name: string, argument: unknown): Promise<T> {
    const id = ++this.#lastId;
    const text = await new Promise<string>((resolve) => {
      this.#results.set(id, resolve);
      this.#pending.push({ id, name, argument });
      this.#give();
    });
    const { value, error } = JSON.parse(text) as { value: T; error?: Failure };
    if (error) throw new EngineFailure(error);
    return value;
  }

  /** What the page sends of an answer, piece by piece; false from `taker` says that nobody wants more. */
  onAnswer(id: number, taker: (piece: unknown) => Promise<boolean>): () => void {
    this.#answers.set(id, taker);
    return () => this.#answers.delete(id);
  }

  #ask(response: ServerResponse): void {
    this.onReady();
    this.#asking?.writeHead(204).end();
    this.#asking = response;
    response.on("close", () => {
      if (this.#asking === response) this.#asking = undefined;
    });
    this.#give();
  }

  #give(): void {
    const response = this.#asking;
    if (!response || this.#pending.length === 0) return;
    this.#asking = undefined;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(this.#pending.shift()));
  }

  async #hear(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const [, answered] = /^\/answer\/(\d+)$/.exec(path) ?? [];
    let status = 200;
    if (path === "/line") this.#onLine(text);
    else if (answered) {
      const taker = this.#answers.get(Number(answered));
      if (!taker || !(await taker(JSON.parse(text)))) status = 410;
    } else {
      const id = Number(path.slice(1));
      this.#results.get(id)?.(text);
      this.#results.delete(id);
    }
    response.writeHead(status).end();
  }
}

export interface OpenBrowser extends AsyncDisposable {
  /** Rejects when it ends by itself. */
  readonly ended: Promise<never>;
}

const startMs = 60_000; // a first start on a slow disk

/**
 * Opens `url`; `asked` resolves when its page has come. `profileDir` is kept; without it a profile is made and thrown away.
 * Errors: one line that says what is missing.
 */
export async function openBrowser(
  kind: BrowserKind,
  url: string,
  asked: Promise<void>,
  { software, profileDir }: { software: boolean; profileDir?: string },
): Promise<OpenBrowser> {
  const path = findBrowser(kind);
  if (!path)
    throw new Error(
      `No ${kind} was found. Install ${kind === "chromium" ? "Chrome, Chromium or Edge" : "Firefox"}, name its path in PRONK_${kind.toUpperCase()}, or use --runtime node.`,
    );
  const profile = profileDir ?? mkdtempSync(join(tmpdir(), "pronk-profile-"));
  mkdirSync(profile, { recursive: true });
  const args = kind === "chromium" ? chromiumArguments(profile, software) : firefoxArguments(profile);
  // In a process group of its own: Ctrl-C is for the command to handle.
  const child = spawn(path, [...args, url], { stdio: "ignore", detached: true });
  const kill = () => child.kill();
  process.once("exit", kill);
  const exit = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(`it ended (${signal ?? code})`));
    child.once("error", (error) => resolve(error.message));
  });
  const ended = exit.then((why) => Promise.reject<never>(new Error(`${kind} at ${path}: ${why}.`)));
  ended.catch(() => {});
  const close = async () => {
    process.off("exit", kill);
    kill();
    await exit;
    if (!profileDir) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${kind} at ${path} did not open the page of pronk.`)), startMs);
  });
  try {
    await Promise.race([asked, ended, late]);
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return { ended, [Symbol.asyncDispose]: close };
}

function chromiumArguments(profile: string, software: boolean): string[] {
  const own = ["--headless=new", `--user-data-dir=${profile}`, "--no-default-browser-check", "--disable-dev-shm-usage"];
  return [...own, ...chromiumFlags({ software, webgpu: true })];
}

function firefoxArguments(profile: string): string[] {
  const settings = { "dom.webgpu.enabled": true, "dom.webgpu.workers.enabled": true, "gfx.webgpu.ignore-blocklist": true, "browser.shell.checkDefaultBrowser": false, "datareporting.policy.dataSubmissionEnabled": false }; // prettier-ignore
  const lines = Object.entries(settings).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${value});`);
  writeFileSync(join(profile, "user.js"), `${lines.join("\n")}\n`);
  return ["--headless", "--no-remote", "--profile", profile];
}
