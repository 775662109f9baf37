// A browser that is set to keep no data for any site: the page runs its model all the same, says in the picker that nothing
// stays, and complains of nothing. What these two refuse, and how, is theirs: no stub is asked.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { launch } from "../../cli/browser/browser-page.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";
import { ask, listenForTrouble, press, startSite, untilState } from "./chat-site.ts";

const { parent, folder } = writeByteModel();
const profiles = mkdtempSync(join(tmpdir(), "pronk-profile-"));
afterAll(() => {
  for (const place of [parent, profiles]) rmSync(place, { recursive: true, force: true, maxRetries: 20 });
});

/** A profile in which site data is blocked. */
function blocked(kind: string): string {
  const profileDir = join(profiles, kind);
  mkdirSync(join(profileDir, "Default"), { recursive: true });
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(profileDir, "Default", "Preferences"), JSON.stringify(preferences));
  writeFileSync(join(profileDir, "prefs.js"), 'user_pref("network.cookie.cookieBehavior", 2);\n');
  return profileDir;
}

describe.each(browserKinds)("where %s keeps no site data", (kind) => {
  test("the page answers, says what does not stay, and measures nothing that it could not keep", async () => {
    const server = await startSite({ tiny: folder });
    const page = await launch(kind, { profileDir: blocked(kind) });
    const trouble = listenForTrouble(page);
    await page.goto(`${server.origin}/`);
    const refused = await page.evaluate<string>(`async () => {
      const request = navigator.locks.request("any", () => {});
      return (await request.catch((error) => error)).name + " " + [...(await indexedDB.databases().catch(() => [-1]))];
    }`);
    expect(refused).toBe("SecurityError -1"); // or the profile does not do what it should
    await untilState(page, "ready");
    expect((await ask(page, "hi")).status).toBe("done");
    await press(page, "#open-picker");
    const note = () => page.evaluate<string>(`() => document.querySelector("model-picker .section-note").innerText`);
    await expect.poll(note).toMatch(/^This browser gives the page no storage/);
    const fit = () => page.evaluate<number>(`() => document.querySelectorAll("model-picker .fit.yes").length`);
    await expect.poll(fit).toBeGreaterThan(0);
    // Firefox's own word on the service worker that it refuses.
    expect(trouble.filter((line) => !/register\/update a ServiceWorker/.test(line))).toEqual([]);

    await page.goto(`${server.origin}/eval.html`);
    const filledIn = () => page.evaluate<boolean>(`() => document.querySelector("#order").checkValidity()`);
    await expect.poll(filledIn).toBe(true); // its own text has arrived
    await press(page, "#start");
    const problem = () => page.evaluate<string>(`() => document.querySelector("#problem").innerText`);
    await expect.poll(problem).toMatch(/^This browser gives the page no storage/);
    await page.close();
    await server.close();
  });
});
