// Several tabs, one engine: in a shared worker, and with the leader path forced on. Tabs are frames of one page: each has
// its own realm, its own locks and channels, and removing it from the page ends it as closing a tab does.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowserPage } from "../../cli/browser/browser-page.ts";
import { byteModelSite } from "../support/byte-model-site.ts";
import { browserKinds, compilesSlowly } from "../support/harness.ts";

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
  // Where each new engine compiles for seconds, a cause for each way.
  const causes = (["device", "throw"] as const).filter(
    (cause) => !compilesSlowly(kind) || (cause === "device") === (way === true),
  );

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
      let text = "";
      let recoveries: number | undefined;
      const watched = { ...endless, max_tokens: 200, stream_options: { include_usage: true } };
      for await (const { choices, usage } of await two.completions.create(watched)) {
        text += choices[0].text;
        if (++chunks === 3) first.close(); // in one way it is the leader, in the other just a tab
        recoveries ??= usage?.extra.recoveries;
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
      return { chunks, recoveries, text, texts, warm: three.info.warm };
    });
    expect(new Set(seen.texts).size).toBe(1);
    expect(seen.chunks).toBeGreaterThanOrEqual(3);
    expect([seen.recoveries, seen.text]).toEqual([way === "leader" ? 1 : undefined, seen.texts[0]]);
    expect(seen.warm).toBe(true);
  });

  test.each(causes)(
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
        // The dead ones have not been unloaded, as on a page that still shows its error.
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

  test.runIf(way === "leader")(
    "asked not to recover, a tab whose leader is closed says so, and another may load",
    async () => {
      const seen = await page.evaluate(async () => {
        const tabs = [await openTab(), await openTab()];
        const load = ({ tab }: (typeof tabs)[0]) =>
          tab.pronk.createEngine("owner/byte-model", { share, hubUrl, recover: false });
        await load(tabs[0]);
        const two = await load(tabs[1]);
        const request = { prompt: "a", temperature: 0, ignore_eos: true, max_tokens: 250, stream: true } as const;
        const codes: unknown[] = [];
        try {
          for await (const _ of await two.completions.create(request)) tabs[0].close();
        } catch (error) {
          codes.push((error as { code: string }).code);
        }
        codes.push(two.ended.reason.code);
        const again = await load(tabs[1]);
        codes.push((await again.completions.create({ ...request, stream: false, max_tokens: 3 })).pronk.ids.length);
        await again.unload();
        tabs[1].close();
        return codes;
      });
      expect(seen).toEqual(["leader-closed", "leader-closed", 3]);
    },
  );

  test.each(causes)("an engine that is lost (%s) comes back, and both answers go on", async (how) => {
    const seen = await page.evaluate(async (how) => {
      const tabs = [await openTab(), await openTab()];
      const told: string[][] = [[], []];
      const load = ({ tab }: (typeof tabs)[0], index: number) =>
        tab.pronk.createEngine("owner/byte-model", {
          share,
          hubUrl,
          onRecovery: ({ state }) => void told[index].push(state),
        });
      const engines = [await load(tabs[0], 0), await load(tabs[1], 1)];
      const request = { temperature: 0.9, ignore_eos: true, max_tokens: 100 } as const;
      const ask = (index: number) =>
        engines[index].completions.create({ ...request, prompt: "ab"[index], seed: index });
      const small = () => engines[0].completions.create({ prompt: "#", max_tokens: 1 });
      const wanted = [];
      for (const index of [0, 1]) {
        await small();
        wanted.push((await ask(index)).pronk.ids.join());
      }
      await small();
      const first = await engines[0].completions.create({ ...request, prompt: "a", seed: 0, stream: true });
      const second = ask(1);
      let ids: number[] = [];
      for await (const { choices } of first) {
        if (ids.length < 5 && ids.length + choices[0].pronk.ids.length >= 5) breakWorkers(how);
        ids = ids.concat(choices[0].pronk.ids);
      }
      const got = [ids.join(), (await second).pronk.ids.join()];
      await engines[1].tokenizer.encode("x"); // comes after all that this tab is told
      const states = structuredClone(told); // and before the leader leaves, of which it is told, too
      for (const engine of engines) await engine.unload();
      for (const { close } of tabs) close();
      return { wanted, got, states };
    }, how);
    expect(seen.got).toEqual(seen.wanted);
    expect(seen.states).toEqual([0, 1].map(() => ["recovering", "recovered"]));
  });

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
