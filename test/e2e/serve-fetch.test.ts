// serveFetch in both browsers, under pronk's policy: a page without an engine calls `/v1/…` through the service worker that the
// library ships, and another tab's engine answers (the tab is a frame here). Streams, aborts, a tab that is closed.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outputFolder, root } from "../../cli/built.ts";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import { type FileServer, startFileServer } from "../../cli/server/file-server.ts";
import { ensureBuilt } from "../../tools/stale.ts";
import { browserKinds } from "../support/harness.ts";

type Pronk = typeof import("../../src/index.ts");
type Engine = Awaited<ReturnType<Pronk["createEngine"]>>;
type Tab = Window & { pronk: Pronk; engine: Engine };

// What runs in the page finds these as globals.
declare function openTab(): Promise<Tab>;
declare function closeTab(): void;
declare function ask(more?: object, init?: RequestInit): Promise<Response>;
declare let tab: Tab;

const setUp = `async () => {
  await navigator.serviceWorker.register("/service-worker.js");
  await navigator.serviceWorker.ready;
  let frame;
  globalThis.openTab = async () => {
    frame = document.createElement("iframe");
    frame.src = "/tab.html";
    document.body.append(frame);
    globalThis.tab = frame.contentWindow;
    while (!tab.pronk) await new Promise((done) => setTimeout(done, 10));
    return tab;
  };
  globalThis.closeTab = () => frame.remove();
  const asked = { model: "any", messages: [{ role: "user", content: "What is WebGPU?" }], temperature: 0, max_tokens: 24 };
  globalThis.ask = (more, init) => fetch("/v1/chat/completions", { method: "POST", body: JSON.stringify({ ...asked, ...more }), ...init });
}`;

describe.each(browserKinds)("serveFetch in %s", (kind) => {
  let server: FileServer;
  let page: BrowserPage;

  beforeAll(async () => {
    ensureBuilt(["library"]);
    const mounts = [
      { prefix: "/service-worker.js", path: join(outputFolder.library, "service-worker.js") },
      { prefix: "/lib/", path: outputFolder.library },
      { prefix: "/model/", path: join(root, "public/models/tiny") },
      { prefix: "/", path: join(root, "test/fixtures/store-page") },
    ];
    server = await startFileServer({ mounts });
    page = await launch(kind, { adapter: "software" });
    page.onConsole(
      (level, text) =>
        level === "error" && !/status of|40\d|503|ServiceWorker intercepted/.test(text) && console.error(text),
    );
    await page.goto(`${server.origin}/`);
  });
  afterAll(async () => {
    await page?.close();
    await server?.close();
  });

  test("is refused where there is no service worker, and says so where no page has an engine", async () => {
    const early = await page.evaluate<object>(async () => {
      const frame = document.createElement("iframe");
      frame.src = "/tab.html";
      document.body.append(frame);
      const own = frame.contentWindow as Tab;
      while (!own.pronk) await new Promise((done) => setTimeout(done, 10));
      const given = { fetch: async () => new Response(), ended: new AbortController().signal };
      const error = await own.pronk.serveFetch(given).catch(({ code, facts }) => ({ code, facts }));
      frame.remove();
      return error;
    });
    expect(early).toMatchObject({ code: "bad-request", facts: { field: "serviceWorker" } });
    await page.evaluate(setUp);
    await page.goto(`${server.origin}/`); // a page has the worker from its next load on
    await page.evaluate(setUp);
    const found = await page.evaluate<[number, string | null, object]>(async () => {
      const response = await ask();
      return [response.status, response.headers.get("x-should-retry"), await response.json()];
    });
    expect(found).toMatchObject([503, "false", { error: { code: "engine_missing" } }]);
  });

  test("answers whole and streamed as the engine does, and passes on its errors", async () => {
    const found = await page.evaluate<Record<string, unknown>>(async () => {
      await openTab();
      tab.engine = await tab.pronk.createEngine(new URL("/model/", location.href).href, { store: false });
      await tab.pronk.serveFetch(tab.engine);
      const wanted = await tab.engine.chat.completions.create({
        messages: [{ role: "user", content: "What is WebGPU?" }],
        temperature: 0,
        max_tokens: 24,
      });
      const whole = await (await ask()).json();
      const stream = await ask({ stream: true });
      const reader = stream.body!.getReader();
      const decoder = new TextDecoder();
      let [text, pieces] = ["", 0];
      for (let read = await reader.read(); !read.done; read = await reader.read(), pieces++)
        text += decoder.decode(read.value, { stream: true });
      const refused = await ask({ temperature: -1 });
      return {
        wanted: wanted.choices[0].message.content,
        whole: whole.choices[0].message.content,
        streamed: text
          .split("\n\n")
          .filter((line) => line.startsWith("data: {"))
          .map((line) => JSON.parse(line.slice(6)).choices[0]?.delta.content ?? "")
          .join(""),
        end: text.slice(-14),
        type: stream.headers.get("content-type"),
        pieces,
        refused: [refused.status, (await refused.json()).error.param],
        models: (await (await fetch("/v1/models")).json()).data.length,
      };
    });
    const { wanted, pieces, ...rest } = found;
    expect(rest).toEqual({
      whole: wanted,
      streamed: wanted,
      end: "data: [DONE]\n\n",
      type: "text/event-stream; charset=utf-8",
      refused: [400, "temperature"],
      models: 1,
    });
    expect(pieces).toBeGreaterThan(3);
  });

  test("a reader that leaves, and a stop, end the answer; the engine goes on", async () => {
    const ends = await page.evaluate<string[]>(async () => {
      const response = await ask({ stream: true, max_tokens: 400, ignore_eos: true });
      const reader = response.body!.getReader();
      await reader.read();
      await reader.cancel();
      const aborting = new AbortController();
      const aborted = await ask({ stream: true, max_tokens: 400, ignore_eos: true }, { signal: aborting.signal });
      const text = aborted.text().catch(({ name }) => name);
      aborting.abort();
      const next = await (await ask({ max_tokens: 2 })).json(); // would wait for the abandoned ones, were they still computed
      const served = await tab.pronk.serveFetch(tab.engine);
      served.stop();
      return [await text, next.object, (await (await ask({ max_tokens: 2 })).json()).object];
    });
    expect(ends).toEqual(["AbortError", "chat.completion", "chat.completion"]);
  });

  test("when the tab is closed, a stream fails, and the next request is told that there is none", async () => {
    const ends = await page.evaluate<[string, number]>(async () => {
      const response = await ask({ stream: true, max_tokens: 400, ignore_eos: true });
      const reader = response.body!.getReader();
      await reader.read();
      closeTab();
      let error = "";
      try {
        while (!(await reader.read()).done);
      } catch (caught) {
        error = (caught as Error).name;
      }
      return [error, (await ask()).status];
    });
    expect(ends).toEqual(["TypeError", 503]);
  });
});
