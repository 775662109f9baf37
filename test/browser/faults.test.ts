// A few random schedules of a failing hub in real browsers, where fetch, IndexedDB, redirects and the hash's worker are the
// browser's own; hundreds run in Node (test/long/faults.proof.ts). The page's clock runs forty times as fast, so that a
// silence of 30 s takes less than one.
// Schedule 6 silences six bodies in a row. Firefox (ESR 153) does not close the connections of such requests when they are
// aborted, and has six per host: nothing comes through until the server lets go. It is left out there.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BrowserPage } from "../../cli/browser/browser-page.ts";
import { caseRandom } from "../long/proof.ts";
import { randomFaults } from "../support/fault-schedule.ts";
import { faultyFiles, hashedPaths } from "../support/faulty-files.ts";
import { browserKinds } from "../support/harness.ts";
import { startHub, type HubServer } from "../support/hub-server.ts";
import { proofSeed } from "../support/proof-size.ts";
import { atRest, startStoreSite, type StoreSite } from "../support/store-page.ts";

type Pronk = typeof import("../../src/index.ts");

// What runs in the page finds these as globals.
declare const pronk: Pronk;
declare const hubUrl: string;

const schedules = 8;
let site: StoreSite;
let hub: HubServer;
beforeAll(async () => {
  site = await startStoreSite();
  hub = await startHub([["owner/name", { files: faultyFiles }]]);
});
afterAll(async () => {
  await site.server.close();
  await hub.close();
});

const download = (page: BrowserPage) =>
  page.evaluate(async () => {
    const failed = await pronk.models.download("owner/name", { hubUrl, quantize: "none" }).then(
      () => undefined,
      ({ name, code, message, facts }: InstanceType<Pronk["PronkError"]>) => ({ name, code, message, facts }),
    );
    const visible = (await pronk.models.list()).length;
    return { failed, visible };
  });

describe.each(browserKinds)("in %s", (kind) => {
  let page: BrowserPage;
  let clean: Record<string, string>;
  beforeAll(async () => {
    page = await site.open(kind, hub.url, { adapter: "none" });
    await page.evaluate(() => {
      const { setTimeout: real } = globalThis;
      const fast = (run: () => void, waitMs = 0) => real(run, waitMs > 20 ? waitMs / 40 : waitMs);
      globalThis.setTimeout = fast as typeof setTimeout;
    });
    expect(await download(page)).toEqual({ failed: undefined, visible: 1 });
    clean = await atRest(page);
  });
  afterAll(() => page?.close());

  const indexes = Array.from({ length: schedules }, (_, index) => index);
  test.each(indexes.filter((index) => kind !== "firefox" || index !== 6))("schedule %i", async (index) => {
    await page.evaluate(async () => pronk.models.delete((await pronk.models.list())[0].id));
    hub.faults.push(...randomFaults(caseRandom(proofSeed(), 1000 + index), hashedPaths));
    for (let loads = 1; loads <= 3; loads++) {
      const { failed, visible } = await download(page);
      hub.faults.length = 0;
      expect(visible).toBe(failed ? 0 : 1);
      if (!failed) break;
      expect(failed.name).toBe("PronkError");
      expect(["network", "integrity", "format"]).toContain(failed.code);
      expect(failed.facts.file ?? failed.facts.url).toEqual(expect.any(String));
    }
    expect(await atRest(page)).toEqual(clean);
  });
});
