// <pronk-chat> on a page that offers a server, in a browser without WebGPU: it asks whether the server may answer, sends nothing
// before, and as long as the server answers, a line says where questions go.

import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { root } from "../../cli/built.ts";
import { type BrowserRunner, openRunner } from "../../cli/runner.ts";
import type { PronkChat } from "../../src/element/index.ts";
import { fakeEngine } from "../support/fake-engine.ts";
import { browserKinds } from "../support/harness.ts";
import { startLoopback } from "../support/loopback.ts";

declare const chat: PronkChat;

const key = "sk-of-the-visitor";
const there = fakeEngine(() => "a fox");
const further = await startLoopback(() => Response.json({ data: [{ id: "stolen" }] }));
const server = await startLoopback(async (request, { method, path }) => {
  const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "authorization, content-type" };
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: cors });
  if (path.startsWith("/moved"))
    return new Response(null, { status: 307, headers: { location: `${further.origin}/v1/models`, ...cors } });
  const { body, status, headers } = await there.fetch(request.url, request as RequestInit);
  return new Response(body, { status, headers: { ...Object.fromEntries(headers), ...cors } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await further[Symbol.asyncDispose]();
});
const host = new URL(server.origin).host;

async function open(kind: (typeof browserKinds)[number]): Promise<BrowserRunner> {
  const runner = await openRunner(kind, { adapter: "none" });
  const setUp = `async ({ model, fallback }) => {
    await import("/lib/element.js");
    const chat = Object.assign(document.createElement("pronk-chat"), { lang: "en", model, autoload: true, engineOptions: { fallback } });
    document.body.replaceChildren(chat);
    globalThis.chat = chat;
  }`;
  const fallback = { endpoint: `${server.origin}/v1`, apiKey: key };
  const model = runner.serve(join(root, "public/models/tiny"));
  await runner.page.evaluate(setUp, { model, fallback });
  return runner;
}

const press = (runner: BrowserRunner, action: string) =>
  runner.page.evaluate(
    (name: string) => chat.shadowRoot!.querySelector<HTMLElement>(`[data-action="${name}"]`)!.click(),
    action,
  );
const speak = (runner: BrowserRunner, lang: string) =>
  runner.page.evaluate((language: string) => void (chat.lang = language), lang);
const stateOf = (runner: BrowserRunner) => runner.page.evaluate(() => chat.state);
const wordsIn = (runner: BrowserRunner, selector: string) =>
  runner.page.evaluate((part: string) => chat.shadowRoot!.querySelector(part)?.textContent?.trim(), selector);

test("a page that is no secure context, as one on a local network: the server answers, and what is said is kept", async () => {
  const chromiumFlags = ["--host-resolver-rules=MAP lan.example 127.0.0.1"];
  await using runner = await openRunner("chromium", { adapter: "none", chromiumFlags });
  const onLan = (url: string) => url.replace("127.0.0.1", "lan.example");
  await runner.page.goto(onLan(`${runner.server.origin}/runner/index.html`));
  const setUp = `async ({ model, fallback }) => {
    await import("/lib/element.js");
    const chat = Object.assign(document.createElement("pronk-chat"), { lang: "en", model, autoload: true, persist: "lan", keepAll: true, engineOptions: { fallback } });
    document.body.replaceChildren(chat);
    globalThis.chat = chat;
    return isSecureContext;
  }`;
  const model = onLan(runner.serve(join(root, "public/models/tiny")));
  const fallback = { endpoint: onLan(`${server.origin}/v1`), apiKey: key, allowHttp: true };
  expect(await runner.page.evaluate<boolean>(setUp, { model, fallback })).toBe(false);
  await expect.poll(() => wordsIn(runner, "#elsewhere-title")).toBeDefined();
  await press(runner, "send-elsewhere");
  await expect.poll(() => stateOf(runner)).toBe("ready");

  const texts = () => runner.page.evaluate(() => chat.turns.map(({ text }) => text));
  await runner.page.evaluate(() => chat.ask("who?"));
  await expect.poll(texts).toEqual(["who?", "a fox"]);
  const kept = () =>
    runner.page.evaluate<number>(`async () => {
      const { openConversationList } = await import("/lib/element.js");
      return (await (await openConversationList("lan")).heads()).length;
    }`);
  await expect.poll(kept).toBe(1);
});

describe.each(browserKinds)("%s", (kind) => {
  test("a server answers where the person agrees, and not before", async () => {
    server.arrived.length = 0;
    await using runner = await open(kind);
    const title = () => wordsIn(runner, "#elsewhere-title");
    await expect.poll(title).toBe("Let a server answer?");
    expect(await wordsIn(runner, "[part=elsewhere]")).toContain(`${host} can answer instead.`);
    expect(await runner.page.evaluate(() => chat.shadowRoot!.activeElement?.id)).toBe("elsewhere-title");
    await speak(runner, "ar");
    await expect.poll(title).toBe("هل يجيب خادم بدلًا من هذا الجهاز؟");
    await speak(runner, "en");
    expect(await wordsIn(runner, "[part=composer]")).toBeUndefined();
    await press(runner, "stay-here");
    await expect.poll(() => stateOf(runner)).toBe("failed");
    await expect.poll(() => wordsIn(runner, "[part=error] h2")).toMatch(/GPU/);
    expect(server.arrived).toEqual([]);

    await press(runner, "retry");
    await expect.poll(title).toBeDefined();
    await press(runner, "send-elsewhere");
    await expect.poll(() => stateOf(runner)).toBe("ready");
    const line = `Answers come from ${host}. What you write is sent there.`;
    expect(await wordsIn(runner, "[part=elsewhere]")).toBe(line);
    expect(await wordsIn(runner, "[part=start]")).not.toContain("stays on this device");
    await runner.page.evaluate(() => chat.ask("who?"));
    const turns = await runner.page.evaluate(() => chat.turns.map(({ text }) => text));
    expect(turns).toEqual(["who?", "a fox"]);
    expect(server.arrived.at(-1)?.headers.authorization).toBe(`Bearer ${key}`);
    await press(runner, "settings"); // it says nothing about a cache that it does not have
    await expect.poll(() => wordsIn(runner, "[part~=side-panel]")).toContain("As loaded (auto)");
    const kept = await runner.page.evaluate(async () =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        await indexedDB.databases(),
        document.body.outerHTML,
      ]),
    );
    expect(kept).not.toContain(key);

    // As text: the test runner would rewrite the import.
    const opening = `async (given) => (await import("/lib/index.js")).createEngine(given).then(() => "opened", ({ code, message }) => code + " " + message)`;
    const moved = await runner.page.evaluate<string>(opening, { endpoint: `${server.origin}/moved/v1`, apiKey: key });
    expect(moved).toMatch(/^network .*leads elsewhere/);
    expect(further.arrived).toEqual([]);
  });
});
