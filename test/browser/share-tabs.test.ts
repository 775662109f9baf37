// Several tabs, one engine: in a shared worker, and with the leader path forced on. Tabs are frames of one page: each has
// its own realm, its own locks and channels, and taking it out of the page ends it as closing a tab does.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowserPage } from "../../cli/browser/browser-page.ts";
import { byteModelSite } from "../support/byte-model-site.ts";
import { browserKinds } from "../support/harness.ts";

type Pronk = typeof import("../../src/index.ts");
type Engine = Awaited<ReturnType<Pronk["createEngine"]>>;
type Tab = Window & { pronk: Pronk };

// What runs in the page finds these as globals.
declare const hubUrl: string;
declare const share: true | "leader";
declare function openTab(): Promise<{ tab: Tab; close(): void }>;
declare function breakWorkers(how: "device" | "throw"): void;

const setUp = `async (share) => {
  globalThis.share = share;
  globalThis.openTab = async () => {
    const frame = document.createElement("iframe");
    frame.src = "/tab.html";
    document.body.append(frame);
    const tab = frame.contentWindow;
    while (!tab.pronk) await new Promise((done) => setTimeout(done, 10));
    for (const kind of ["Worker", "SharedWorker"])
      tab[kind] = class extends tab[kind] {
        constructor(url, options) {
          const host = /(shared-)?host.js$/.exec(url);
          super(host ? "/frail-" + host[0] : url, options);
          if (host) frail.push(this.port ?? this);
        }
      };
    return { tab, close: () => frame.remove() };
  };
  const frail = [];
  globalThis.breakWorkers = (how) => frail.splice(0).forEach((port) => port.postMessage({ break: how }));
}`;

const now = byteModelSite();

const weightRequests = () =>
  now.hub.requests.filter(({ origin, path }) => origin === "storage" && /safetensors/.test(path));

describe.each(
  browserKinds.flatMap(
    (kind) =>
      [
        [kind, true],
        [kind, "leader"],
      ] as const,
  ),
)("in %s, share: %s", (kind, way) => {
  let page: BrowserPage;
  beforeAll(async () => {
    page = await now.site.open(kind, now.hub.url);
    page.onConsole((level, text) => level === "error" && console.error(text));
    await page.evaluate(setUp, way);
  });
  afterAll(() => page?.close());

  test("three tabs load at once: one download, one engine, the same answers", async () => {
    now.hub.requests.length = 0;
    const seen = await page.evaluate(async () => {
      const tabs = await Promise.all([openTab(), openTab(), openTab()].map((opening) => opening));
      const engines = await Promise.all(
        tabs.map(({ tab }) => tab.pronk.createEngine("owner/byte-model", { share, hubUrl })),
      );
      const answers = await Promise.all(
        engines.map((engine) => engine.completions.create({ prompt: "a", temperature: 0, max_tokens: 8 })),
      );
      const loadTimes = new Set(engines.map(({ info }) => info.loadMs));
      const encoded = await engines[2].tokenizer.encode("hi");
      for (const engine of engines) await engine.unload();
      for (const { close } of tabs) close();
      return { answers: answers.map(({ choices }) => choices[0].text), loads: loadTimes.size, encoded: encoded.length };
    });
    expect(new Set(seen.answers).size).toBe(1);
    expect(seen.encoded).toBeGreaterThan(0);
    expect(seen.loads).toBe(1); // one engine, whose own load it is
    const whole = weightRequests().filter(({ headers }) => headers.range === undefined || !headers.range.startsWith("bytes=0-7")); // prettier-ignore
    expect(whole.length).toBeLessThanOrEqual(2); // the header and the weights, once
  });

  test("a second tab goes on when the first is closed in the middle of its answer", async () => {
    const seen = await page.evaluate(async () => {
      const load = (tab: Tab) => tab.pronk.createEngine("owner/byte-model", { share, hubUrl });
      const first = await openTab();
      const one = await load(first.tab);
      const second = await openTab();
      const two = await load(second.tab);
      const endless = { prompt: "a", temperature: 0, ignore_eos: true, stream: true } as const;
      let chunks = 0;
      let error: { code?: string; message: string } | undefined;
      let text = "";
      try {
        for await (const chunk of await two.completions.create({ ...endless, max_tokens: 200 })) {
          text += chunk.choices[0].text;
          if (++chunks === 3) first.close(); // in one way it leads, in the other it is nobody
        }
      } catch (caught) {
        error = caught as { code?: string; message: string };
      }
      const again = await two.completions.create({ prompt: "a", temperature: 0, ignore_eos: true, max_tokens: 200 });
      const third = await openTab();
      const three = await load(third.tab);
      const beside = await three.completions.create({ prompt: "a", temperature: 0, ignore_eos: true, max_tokens: 200 });
      void one;
      await two.unload();
      const alone = await three.completions.create({ prompt: "a", temperature: 0, ignore_eos: true, max_tokens: 200 });
      await three.unload();
      for (const { close } of [second, third]) close();
      const texts = [again, beside, alone].map(({ choices }) => choices[0].text);
      return { chunks, error: error && [error.code, error.message], text, texts, warm: three.info.warm };
    });
    expect(new Set(seen.texts).size).toBe(1);
    expect(seen.texts[0].startsWith(seen.text)).toBe(true);
    expect(seen.chunks).toBeGreaterThanOrEqual(3);
    if (way === "leader") expect(seen.error).toEqual(["leader-closed", expect.stringContaining("takes over")]);
    else expect([seen.error, seen.text]).toEqual([undefined, seen.texts[0]]);
    expect(seen.warm).toBe(true);
  });

  test.each(["device", "throw"] as const)(
    "an engine that is lost (%s) is told to be in every tab, and given to nobody: the next one is new",
    async (how) => {
      const seen = await page.evaluate(async (how) => {
        const tabs = [await openTab(), await openTab()];
        const load = ({ tab }: (typeof tabs)[0]) =>
          tab.pronk.createEngine("owner/byte-model", { share, hubUrl, recover: false });
        const dead = [await load(tabs[0]), await load(tabs[1])];
        const code = (error: unknown) => (error as { code: string }).code;
        const told = dead.map(
          ({ ended }) => new Promise((tell) => ended.addEventListener("abort", () => tell(code(ended.reason)))),
        );
        const request = { prompt: "a", temperature: 0, ignore_eos: true, max_tokens: 8 } as const;
        const inFlight = dead[1].completions.create({ ...request, max_tokens: 250 }).catch(code);
        breakWorkers(how);
        const codes = [...(await Promise.all(told)), await inFlight];
        for (const engine of dead) codes.push(await engine.completions.create(request).catch(code));
        // Nobody has given the dead ones back, as a page that still shows its error has not.
        const next = [await load(tabs[1]), await load(tabs[0])];
        const answers = await Promise.all(next.map((engine) => engine.completions.create(request)));
        for (const engine of [...dead, ...next]) await engine.unload();
        for (const { close } of tabs) close();
        const loads = new Set(next.map(({ info }) => info.loadMs)).size;
        return { codes, loads, texts: new Set(answers.map(({ choices }) => choices[0].text)).size };
      }, how);
      const code = how === "device" ? "device-lost" : "worker-lost";
      expect(seen).toEqual({ codes: [code, code, code, code, code], loads: 1, texts: 1 });
    },
  );

  test("an aborted load leaves the others alone; a load that fails says why in every tab", async () => {
    const seen = await page.evaluate(async () => {
      const tabs = await Promise.all([openTab(), openTab()]);
      const controller = new AbortController();
      const reason = { mine: true };
      const [aborted, engine] = await Promise.all([
        tabs[0].tab.pronk
          .createEngine("owner/byte-model", { share, hubUrl, signal: controller.signal, onProgress: () => controller.abort(reason) })
          .catch((error: unknown) => error),
        tabs[1].tab.pronk.createEngine("owner/byte-model", { share, hubUrl }),
      ]);
      const answered = await (engine as Engine).completions.create({ prompt: "a", max_tokens: 3, ignore_eos: true });
      await (engine as Engine).unload();
      const failing = await Promise.all(
        tabs.map(({ tab }) =>
          tab.pronk.createEngine("owner/nothing", { share, hubUrl }).catch(({ code, message }) => ({ code, message })),
        ),
      );
      for (const { close } of tabs) close();
      return { same: aborted === reason, ids: answered.pronk.ids.length, failing };
    }); // prettier-ignore
    expect([seen.same, seen.ids]).toEqual([true, 3]);
    expect(seen.failing).toEqual(
      [0, 1].map(() => ({ code: "network", message: expect.stringContaining("owner/nothing") })),
    );
  });
});
