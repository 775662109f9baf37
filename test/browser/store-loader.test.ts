// The loader in real browsers, over the loopback hub: hashes in their worker, blocks in IndexedDB, resuming after the browser
// died, the quota's end, two pages that want the same model.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { BrowserPage } from "../../cli/browser/browser-page.ts";
import { maxReadBytes } from "../../src/source/read-limit.ts";
import { browserKinds } from "../support/harness.ts";
import { startHub, type HubServer } from "../support/hub-server.ts";
import { folderFiles } from "../support/local-folder.ts";
import { largeCheckpoint } from "../support/large-checkpoint.ts";
import { madeCheckpoint } from "../support/made-checkpoint.ts";
import { startPackingProxy } from "../support/packing-proxy.ts";
import { atRest, setUpPage, startStoreSite, type StoreSite } from "../support/store-page.ts";

type Pronk = typeof import("../../src/index.ts");

// What runs in the page finds these as globals.
declare const pronk: Pronk;
declare const hubUrl: string;

const files = largeCheckpoint();
const sizeBytes = files.get("model.safetensors")!.length;
const blockBytes = maxReadBytes;
let site: StoreSite;
let hub: HubServer;
beforeAll(async () => {
  site = await startStoreSite();
  hub = await startHub([["owner/name", { files, license: "mit" }]]);
});
afterAll(async () => {
  await site.server.close();
  await hub.close();
});
beforeEach(() => {
  hub.requests.length = 0;
  hub.faults.length = 0;
});

/** Bytes of weights that were requested. */
const askedBytes = () =>
  hub.requests
    .filter(({ origin }) => origin === "storage")
    .map(({ headers }) => /bytes=(\d+)-(\d+)/.exec(headers.range!)!)
    .reduce((sum, [, start, end]) => sum + Number(end) + 1 - Number(start), 0);

/** Names of files that the hub was asked for. */
const askedFiles = () =>
  hub.requests.filter(({ path }) => path.includes("/resolve/")).map(({ path }) => path.split("/").at(-1)!);

describe.each(browserKinds)("in %s", (kind) => {
  let page: BrowserPage;
  beforeAll(async () => void (page = await site.open(kind, hub.url)));
  afterAll(() => page?.close());

  test("shards that WebLLM has kept on this origin are not fetched again", async () => {
    const mlc = folderFiles(join(import.meta.dirname, "../fixtures/quant-mlc-q4f16_1"));
    hub.repositories.set("owner/mlc", { files: mlc, license: "mit" });
    // The hub lists a SHA-256 of large files.
    const large = [...mlc]
      .filter(([path, { length }]) => path.endsWith(".bin") && length >= 4096)
      .map(([path]) => path);
    const download = () =>
      page.evaluate(async () => {
        const { id } = await pronk.models.download("owner/mlc", { hubUrl, quantize: "none" });
        const report = await pronk.models.verify(id);
        await pronk.models.delete(id);
        return report;
      });
    const whole = await download();
    expect(askedFiles()).toEqual(expect.arrayContaining(large));
    await page.evaluate(async (paths: string[]) => {
      const cache = await caches.open("webllm/model"); // as its runtime does
      for (const path of paths) await cache.add(new Request(`${hubUrl}/owner/mlc/resolve/main/${path}`));
    }, large);
    hub.requests.length = 0;
    expect(await download()).toEqual(whole);
    expect(whole).toMatchObject({ damaged: [] });
    expect(askedFiles()).toContain("mlc-chat-config.json");
    expect(askedFiles().filter((path) => large.includes(path))).toEqual([]);
    await page.evaluate(() => caches.delete("webllm/model"));
  });

  test.each(["none", "q4"] as const)("downloads, hashes in a worker, verifies, deletes (%s)", async (quantize) => {
    const seen = await page.evaluate(async (form: "none" | "q4") => {
      const phases = new Set<string>();
      let workers = 0;
      const Real = Worker;
      globalThis.Worker = class extends Real {
        constructor(...given: ConstructorParameters<typeof Real>) {
          super(...given);
          workers++;
        }
      };
      const stored = await pronk.models.download("owner/name", {
        hubUrl,
        quantize: form,
        onProgress: ({ phase }) => void phases.add(phase),
      });
      globalThis.Worker = Real;
      const report = await pronk.models.verify(stored.id);
      return { stored, phases: [...phases].toSorted(), workers, report };
    }, quantize); // prettier-ignore
    expect(seen.workers).toBe(1);
    expect(seen.phases).toEqual(expect.arrayContaining(["download", "verify", "store"]));
    expect(seen.report).toMatchObject({ checkedBytes: seen.stored.sizeBytes, damaged: [] });
    expect(Object.keys(await atRest(page))).toHaveLength(seen.report.rows + 1); // and the record
    await page.evaluate((id: string) => pronk.models.delete(id), seen.stored.id);
    expect(await atRest(page)).toEqual({});
  });

  test("an engine's worker hashes in another worker of its page, which ends with the load", async () => {
    const seen = await page.evaluate(async () => {
      const made: string[] = [];
      const ended: string[] = [];
      const nameOf = (url: string | URL) => /([a-z-]+)\.js$/.exec(String(url))![1];
      const Real = Worker;
      globalThis.Worker = class extends Real {
        #name: string;
        constructor(...given: ConstructorParameters<typeof Real>) {
          super(...given);
          made.push((this.#name = nameOf(given[0])));
        }
        override terminate() {
          ended.push(this.#name);
          super.terminate();
        }
      };
      const where = { hubUrl, store: false, tokenizer: "optional" } as const;
      const engine = await pronk.createEngine("owner/name", { ...where, quantize: "none", contextLength: 64 });
      const afterLoad = [...ended];
      await engine.unload();
      globalThis.Worker = Real;
      return { made, afterLoad, ended };
    });
    expect(seen.made).toEqual(["host", "hash-worker"]);
    expect(seen.afterLoad).toEqual(["hash-worker"]);
    expect(seen.ended).toEqual(["hash-worker", "host"]);
  });

  test("small files that a proxy packs: what arrives is counted, not the length of what was sent", async () => {
    hub.faults.push({ path: "hub:/owner/name/resolve", kind: "gzip" });
    const stored = await page.evaluate(() => pronk.models.download("owner/name", { hubUrl, quantize: "none" }));
    expect(stored.sizeBytes).toBeGreaterThan(0);
    await page.evaluate((id: string) => pronk.models.delete(id), stored.id);
  });

  test("a folder behind a proxy of another origin that packs all it can, and hides that and every size", async () => {
    const small = madeCheckpoint({ shards: 2 });
    await using proxy = await startPackingProxy(small);
    const stored = await page.evaluate(
      (url: string) => pronk.models.download(url, { quantize: "none" }),
      `${proxy.origin}/folder/`,
    );
    const weights = [...small].filter(([name]) => name.endsWith(".safetensors"));
    expect(stored.sizeBytes).toBe(weights.reduce((sum, [, bytes]) => sum + bytes.length, 0));
    expect(proxy.packed).toContain("GET config.json");
    await page.evaluate((id: string) => pronk.models.delete(id), stored.id);
  });

  test("a wrong bit on the way is found by the worker's hash", async () => {
    hub.faults.push({ path: "storage:/model.safetensors", kind: "wrong-bytes", after: 3, times: 1 });
    const error = await page.evaluate(() =>
      pronk.models
        .download("owner/name", { hubUrl, quantize: "none" })
        .catch(({ code, facts }: InstanceType<Pronk["PronkError"]>) => ({ code, facts })),
    );
    expect(error).toMatchObject({ code: "integrity", facts: { file: "model.safetensors", mismatch: true } });
    expect(await atRest(page)).toEqual({});
  });
});

describe("in chromium alone", () => {
  const profileDir = mkdtempSync(join(tmpdir(), "pronk-profile-"));
  afterAll(() => rmSync(profileDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));

  test("a model takes the space that is told, to 1 %, and its deletion frees it", async () => {
    const page = await site.open("chromium", hub.url, { adapter: "none" });
    const usage = () => page.evaluate<number>(async () => (await navigator.storage.estimate()).usage!);
    const before = await usage();
    const stored = await page.evaluate(() => pronk.models.download("owner/name", { hubUrl, quantize: "none" }));
    expect(Math.abs((await usage()) - before - stored.sizeBytes)).toBeLessThan(0.01 * stored.sizeBytes);
    await page.evaluate((id: string) => pronk.models.delete(id), stored.id);
    // The browser frees files a moment after their blocks.
    await vi.waitFor(async () => expect((await usage()) - before).toBeLessThan(0.01 * stored.sizeBytes), 30_000);
    await page.close();
  });

  test("site data that is cleared in the middle: a named error or a whole model, and the next download is whole", async () => {
    const page = await site.open("chromium", hub.url, { adapter: "none" });
    const session = await page.playwright!.context().newCDPSession(page.playwright!);
    const { origin } = site.server;
    await page.evaluate(() => {
      const running = pronk.models.download("owner/name", { hubUrl, quantize: "none" });
      Object.assign(globalThis, {
        outcome: running.then(
          () => "whole",
          ({ code }: { code: string }) => code,
        ),
      });
    });
    await vi.waitFor(async () => expect((await page.evaluate(() => pronk.models.info()))[0]?.storedBytes).toBeGreaterThan(0), { timeout: 30_000, interval: 5 }); // prettier-ignore
    await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
    const outcome = await page.evaluate<string>("() => outcome");
    expect(["whole", "integrity", "storage-missing"]).toContain(outcome); // the last where the database cannot be opened again yet
    if (outcome !== "whole") expect(await page.evaluate(() => pronk.models.list())).toEqual([]);
    await page.evaluate(() => pronk.models.download("owner/name", { hubUrl, quantize: "none" }));
    const report = await page.evaluate(async () => pronk.models.verify((await pronk.models.list())[0].id, { repair: false })); // prettier-ignore
    expect(report).toMatchObject({ checkedBytes: sizeBytes, damaged: [] });
    await page.close();
  });

  describe("the quota", () => {
    let page: BrowserPage;
    let setQuota: (quotaSize: number) => Promise<unknown>;
    beforeEach(async () => {
      page = await site.open("chromium", hub.url, {
        profileDir: mkdtempSync(join(profileDir, "quota-")),
        adapter: "none",
      });
      const session = await page.playwright!.context().newCDPSession(page.playwright!);
      const { origin } = site.server;
      setQuota = (quotaSize) => session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize });
    });
    afterEach(() => page.close());
    const download = () =>
      page.evaluate<unknown>(() =>
        pronk.models
          .download("owner/name", { hubUrl, quantize: "none" })
          .catch(({ code, facts }: InstanceType<Pronk["PronkError"]>) => ({ code, facts })),
      );

    test("refuses before a weight is asked for", async () => {
      await setQuota(sizeBytes - 1_000_000);
      expect(await download()).toMatchObject({ code: "storage-full", facts: { neededBytes: sizeBytes } });
      const verdict = await page.evaluate(() => pronk.preflight("owner/name", { hubUrl, quantize: "none" }));
      expect(verdict.storage.fits).toBe(false);
      expect(verdict.problems.join()).toContain("not enough room to store models");
      expect(askedBytes()).toBeLessThan(20_000);
    });

    test("met in the middle, it stops clean, and the download goes on when there is space", async () => {
      // Space can run out after it was checked: here the check sees nothing.
      await page.evaluate(() => void Object.assign(navigator.storage, { getDirectory: undefined }));
      await setQuota(40_000_000);
      expect(await download()).toMatchObject({ code: "storage-full" });
      expect(await page.evaluate(() => pronk.models.list())).toEqual([]);
      const [begun] = await page.evaluate(() => pronk.models.info());
      expect(begun).toMatchObject({ complete: false });
      expect(begun.storedBytes).toBeGreaterThanOrEqual(blockBytes);
      await setQuota(10 * sizeBytes);
      const asked = askedBytes();
      expect(await download()).toMatchObject({ label: "owner/name", sizeBytes });
      expect(askedBytes() - asked).toBeLessThanOrEqual(sizeBytes - begun.storedBytes + 10_000);
    });
  });

  test("two pages: one download, the other follows its progress and has the model too", async () => {
    const page = await site.open("chromium", hub.url, { adapter: "none" });
    const other = await page.playwright!.context().newPage();
    await other.goto(`${site.server.origin}/`);
    await other.evaluate(`(${setUpPage})(${JSON.stringify({ hubUrl: hub.url })})`);
    hub.faults.push({ path: "storage:/model", kind: "drip" });
    const both = async () => {
      let events = 0;
      const onProgress = () => void events++;
      const { sizeBytes: bytes } = await pronk.models.download("owner/name", { hubUrl, quantize: "none", onProgress });
      return { bytes, events };
    };
    const [first, second] = await Promise.all([page.evaluate(both), other.evaluate(both)]);
    expect([first.bytes, second.bytes]).toEqual([sizeBytes, sizeBytes]);
    expect(Math.min(first.events, second.events)).toBeGreaterThan(5);
    expect(askedBytes()).toBeLessThanOrEqual(sizeBytes + 20_000); // and two headers each
    await page.close();
  });
});
