// A second visit. The server process ends, the browser is killed and started on the same profile: with a server the request
// log shows that no weight is requested; without one the service worker brings the page and IndexedDB the model.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { launch } from "../../cli/browser/browser-page.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { ask, startSite, untilState, weightRequests } from "./chat-site.ts";

const { parent, folder } = writeByteModel();
const profileDir = mkdtempSync(join(tmpdir(), "pronk-profile-"));
afterAll(() => {
  rmSync(parent, { recursive: true });
  rmSync(profileDir, { recursive: true, force: true });
});

test("a warm start asks for no weights, and a start without any network answers too", async () => {
  const first = await startSite({ tiny: folder });
  const port = Number(new URL(first.origin).port);
  let page = await launch("chromium", { profileDir });
  await page.goto(`${first.origin}/`);
  expect((await ask(page, "hi")).status).toBe("done");
  expect(weightRequests(first).length).toBeGreaterThan(0);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  expect(first.requests.some(({ path }) => path === "/sw.js")).toBe(true);
  await page.close();
  await first.close();

  const second = await startSite({ tiny: folder, port });
  page = await launch("chromium", { profileDir });
  await page.goto(`${second.origin}/`);
  await untilState(page, "ready");
  expect((await ask(page, "hi")).status).toBe("done");
  expect(weightRequests(second)).toEqual([]);
  await page.close();
  await second.close();

  page = await launch("chromium", { profileDir }); // nobody listens on that port now
  await page.goto(`${second.origin}/`);
  expect((await ask(page, "hi")).status).toBe("done");
  const cached = await page.evaluate<string[]>(async () => {
    const stores = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    return (await Promise.all(stores.map((store) => store.keys()))).flat().map(({ url }) => new URL(url).pathname);
  });
  expect(cached.length).toBeGreaterThan(5);
  expect(cached.filter((path) => path.startsWith("/models/"))).toEqual([]);
  await page.close();
});
