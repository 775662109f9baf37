// The built chat page on loopback with a small model in the shipped one's place, and what tests do on it: ask as a person
// does, read the transcript, wait for a state. Works the same in both browsers.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BrowserPage } from "../../cli/browser/browser-page.ts";
import { type FileServer, type FileServerOptions, startFileServer } from "../../cli/server/file-server.ts";
import { outputFolder } from "../../cli/built.ts";
import { ensureBuilt } from "../../tools/stale.ts";

export interface SiteOptions extends Pick<FileServerOptions, "port" | "answer"> {
  /** Folder that is served as models/tiny/; default the shipped model. */
  tiny?: string;
  /** Further folders: path prefix -> folder. */
  folders?: Record<string, string>;
  /** The page's path, as on a static host; default "/". */
  base?: string;
}

export async function startSite({ tiny, folders = {}, base = "/", ...options }: SiteOptions = {}): Promise<FileServer> {
  ensureBuilt(["demo"]);
  const atTiny = `${base}models/tiny/`;
  // A file that the given folder lacks must not come from the shipped model instead.
  const answer: FileServerOptions["answer"] = (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
    if (options.answer?.(request, response)) return true;
    if (!tiny || !pathname.startsWith(atTiny)) return false;
    if (existsSync(join(tiny, pathname.slice(atTiny.length) || "index.html"))) return false;
    response.writeHead(404).end();
    return true;
  };
  return startFileServer({
    ...options,
    answer,
    mounts: [
      { prefix: atTiny, path: tiny ?? join(outputFolder.demo, "models/tiny") },
      ...Object.entries(folders).map(([prefix, path]) => ({ prefix, path })),
      { prefix: base, path: outputFolder.demo },
    ],
  });
}

/** Requests for weights, in a server's record. */
export function weightRequests(server: FileServer): string[] {
  return server.requests
    .filter(({ path }) => path.endsWith(".safetensors"))
    .map(({ path, range }) => `${path} ${range}`);
}

export interface SeenTurn {
  role: string;
  text: string;
  status?: string;
  usage?: { completion_tokens: number; prompt_tokens_details: { cached_tokens: number } };
  error?: string;
}

/** What the element has of state; all a test needs, as the page sees it. */
interface Chat extends HTMLElement {
  state: string;
  model: unknown;
  autoload: boolean;
  turns: { role: string; text: string; status?: string; usage?: SeenTurn["usage"]; error?: Error }[];
}

/** Waits until the element is in one of the states; fails at once if the load failed. */
export async function untilState(page: BrowserPage, ...wanted: string[]): Promise<string> {
  return page.evaluate(async (states: string[]) => {
    await customElements.whenDefined("pronk-chat"); // the page may still be loading
    const chat = document.querySelector<Chat>("pronk-chat")!;
    const deadline = Date.now() + 240_000;
    while (!states.includes(chat.state)) {
      if (Date.now() > deadline) throw new Error(`still ${chat.state}, not ${states.join(" or ")}, after four minutes`);
      if (chat.state === "failed") {
        const words = chat.shadowRoot!.querySelector(".panel.problem")?.textContent ?? "";
        throw new Error(`the load failed: ${words.replace(/\s+/g, " ")}`);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
    return chat.state;
  }, wanted);
}

/** Writes into the field, replacing what it holds. */
export async function write(page: BrowserPage, text: string): Promise<void> {
  await page.evaluate(async (words: string) => {
    const root = document.querySelector("pronk-chat")!.shadowRoot!;
    const field = root.querySelector<HTMLTextAreaElement>(".field textarea")!;
    field.focus();
    field.value = words;
    field.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
    await document.querySelector<Chat & { updateComplete: Promise<unknown> }>("pronk-chat")!.updateComplete;
  }, text);
}

/** What stands in the field; "" if there is none. */
export const draftOf = (page: BrowserPage): Promise<string> =>
  page.evaluate<string>(
    () => document.querySelector("pronk-chat")!.shadowRoot!.querySelector<HTMLTextAreaElement>("#draft")?.value ?? "",
  );

/** Writes into the field and presses Enter, as a person would. */
export async function send(page: BrowserPage, text: string): Promise<void> {
  await write(page, text);
  await page.evaluate(() => {
    const field = document.querySelector("pronk-chat")!.shadowRoot!.querySelector(".field textarea")!;
    const key = { key: "Enter", bubbles: true, composed: true, cancelable: true };
    field.dispatchEvent(new KeyboardEvent("keydown", key));
  });
}

export async function ask(page: BrowserPage, text: string): Promise<SeenTurn> {
  await untilState(page, "idle", "inspecting", "loading", "ready"); // the page has chosen its model
  const before = (await turnsOf(page)).length;
  await send(page, text);
  const turns = await page.evaluate<SeenTurn[]>(async (count: number) => {
    const chat = document.querySelector<Chat>("pronk-chat")!;
    const deadline = Date.now() + 240_000;
    while (chat.turns.length < count + 2 || chat.state === "answering") {
      if (Date.now() > deadline) throw new Error(`no answer after four minutes; the chat is ${chat.state}`);
      if (chat.state === "failed") throw new Error(chat.shadowRoot!.querySelector(".panel.problem")?.textContent ?? "");
      await new Promise((done) => setTimeout(done, 20));
    }
    return chat.turns.map(({ role, text: words, status, usage, error }) => {
      return { role, text: words, status, usage, error: error?.message };
    });
  }, before);
  return turns.at(-1)!;
}

export async function turnsOf(page: BrowserPage): Promise<SeenTurn[]> {
  return page.evaluate<SeenTurn[]>(async () => {
    await customElements.whenDefined("pronk-chat");
    const { turns } = document.querySelector<Chat>("pronk-chat")!;
    return turns.map(({ role, text, status, usage, error }) => ({ role, text, status, usage, error: error?.message }));
  });
}

/** Presses a button inside the element or on the page. */
export async function press(page: BrowserPage, selector: string): Promise<void> {
  await page.evaluate(async (wanted: string) => {
    for (let tries = 0; tries < 250; tries++) {
      const root = document.querySelector("pronk-chat")?.shadowRoot; // none before the page's script has run
      const button = (root?.querySelector(wanted) ?? document.querySelector(wanted)) as HTMLButtonElement | null;
      if (button && !button.disabled) return button.click();
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error(`no ${wanted} to press`);
  }, selector);
}

/** Shows another model, as the page would after a choice. */
export async function showModel(page: BrowserPage, model: string, autoload: boolean): Promise<void> {
  await page.evaluate(
    (choice: { model: string; autoload: boolean }) => void Object.assign(document.querySelector("pronk-chat")!, choice),
    { model, autoload },
  );
}

/** Collects what a page must never say: errors in its console, refusals of its policy. */
export function listenForTrouble(page: BrowserPage): string[] {
  const trouble: string[] = [];
  page.onConsole((level, text) => {
    const refused = /content.security.policy|securitypolicyviolation/i.test(text);
    // The browser's own line about optional files that a folder lacks (a card, a licence).
    if (/Failed to load resource.*404/.test(text)) return;
    if (level === "error" || refused) trouble.push(`${level}: ${text}`);
  });
  return trouble;
}

/** From the next page on, Chromium's pages say in their console which address was refused. */
export const reportViolations = (page: BrowserPage) =>
  page.playwright!.addInitScript(`addEventListener("securitypolicyviolation", (event) =>
    console.error("content security policy", event.violatedDirective, event.blockedURI));`);
