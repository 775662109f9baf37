// Where the browsers of this machine are. Installs and starts none: see browsers.ts, and ordered-page.ts.

import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

export type BrowserKind = "chromium" | "firefox";
export type Log = (line: string) => void;

/** lavapipe, Mesa's software Vulkan: what Firefox's WebGPU runs on where there is no GPU. */
export const lavapipeIcd = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json";

export const puppeteerCache = process.env.PUPPETEER_CACHE_DIR ?? join(homedir(), ".cache/puppeteer");

export const overrideVariable = { chromium: "PRONK_CHROMIUM", firefox: "PRONK_FIREFOX" } as const;

const commands = {
  chromium: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  firefox: ["firefox", "firefox-esr"],
} as const;

const places = {
  chromium: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  ],
  firefox: ["/Applications/Firefox.app/Contents/MacOS/firefox", "C:\\Program Files\\Mozilla Firefox\\firefox.exe"],
} as const;

/** Path of a browser that is installed already, or undefined. */
export function findBrowser(kind: BrowserKind): string | undefined {
  const override = process.env[overrideVariable[kind]];
  if (override) {
    if (existsSync(override)) return override;
    throw new Error(`${overrideVariable[kind]} names ${override}, which does not exist. Unset it or name the browser.`);
  }
  const own = kind === "chromium" ? playwrightsChromium() : downloadedFirefoxes();
  const onPath = commands[kind].flatMap((name) =>
    (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)),
  );
  return [...own, ...onPath, ...places[kind]].find((path) => existsSync(path));
}

/** Playwright's own, if an application has installed it. */
function playwrightsChromium(): string[] {
  try {
    const { chromium } = createRequire(import.meta.url)("playwright") as typeof import("playwright");
    return [chromium.executablePath()];
  } catch {
    return [];
  }
}

function downloadedFirefoxes(): string[] {
  const folder = join(puppeteerCache, "firefox");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .toReversed()
    .flatMap((build) => [
      join(folder, build, "firefox/firefox"),
      join(folder, build, "Firefox.app/Contents/MacOS/firefox"),
      join(folder, build, "core/firefox.exe"),
    ]);
}
