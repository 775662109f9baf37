// Finds the two browsers of the tests and tools, and installs what is missing: Playwright's Chromium or Mozilla's Firefox
// where they can be downloaded, else Debian's packages when root. Does not start them; see browser-page.ts.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runBounded } from "./bounded-run.ts";
import {
  type BrowserKind,
  findBrowser,
  lavapipeIcd,
  type Log,
  overrideVariable,
  puppeteerCache,
} from "./find-browser.ts";

const require = createRequire(import.meta.url);

const debianPackages = { chromium: ["chromium"], firefox: ["firefox-esr"] } as const;
const lavapipePackages = ["mesa-vulkan-drivers", "libvulkan1"];

/** Finds or installs a browser and gives its path. If it can do neither, throws, saying what to install. */
export async function ensureBrowser(kind: BrowserKind, log: Log): Promise<string> {
  const installed = findBrowser(kind) ?? (await install(kind, log));
  if (kind === "firefox") await ensureVulkan(log);
  return installed;
}

async function install(kind: BrowserKind, log: Log): Promise<string> {
  log(`${kind} is not installed: downloading it`);
  const download = kind === "chromium" ? await downloadChromium() : await downloadFirefox();
  if (!download.ok) log(`download of ${kind} failed: ${download.tail}`);
  let path = findBrowser(kind);
  if (path && kind === "chromium" && !starts(path) && isDebianRoot()) {
    log("installing the libraries that it needs");
    await runBounded(process.execPath, [playwrightCli(), "install-deps", "chromium"], { stallMs: 120_000 });
  }
  if (path && starts(path)) return path;
  await installDebian(debianPackages[kind], log);
  path = findBrowser(kind);
  if (path) return path;
  throw new Error(
    `No ${kind} was found, and it could be neither downloaded nor installed with apt-get (which needs Debian or Ubuntu and ` +
      `root). Install it (${debianPackages[kind].join(" ")}), or name its path in ${overrideVariable[kind]}.`,
  );
}

async function downloadChromium() {
  const folder = mkdtempSync(join(tmpdir(), "pronk-browser-")); // where the download grows, so that a stall is seen
  const env = { ...process.env, TMPDIR: folder };
  const done = await runBounded(process.execPath, [playwrightCli(), "install", "chromium"], {
    env,
    watchFolder: folder,
  });
  rmSync(folder, { recursive: true, force: true });
  return done;
}

async function downloadFirefox() {
  // puppeteer's installer comes with puppeteer-core and has no dependency line of its own.
  const installer = createRequire(require.resolve("puppeteer-core")).resolve("@puppeteer/browsers");
  const cli = join(dirname(installer), "main-cli.js");
  const args = [cli, "install", "firefox@stable", "--path", puppeteerCache];
  return runBounded(process.execPath, args, { watchFolder: puppeteerCache });
}

/** Firefox on Linux draws WebGPU from Vulkan; without any driver it has no adapter at all. */
async function ensureVulkan(log: Log): Promise<void> {
  const folder = dirname(lavapipeIcd);
  const driver = existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(".json"));
  if (process.platform !== "linux" || driver) return;
  log("no Vulkan driver: installing Mesa's software one for Firefox");
  await installDebian(lavapipePackages, log);
  if (!existsSync(lavapipeIcd))
    throw new Error(`Firefox has no Vulkan driver for WebGPU. Install ${lavapipePackages.join(" and ")} (Debian).`);
}

async function installDebian(packages: readonly string[], log: Log): Promise<void> {
  if (!isDebianRoot()) return;
  log(`installing ${packages.join(" ")} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const args = ["install", "--yes", "--no-install-recommends", ...packages];
  const patient = { env, stallMs: 300_000 }; // unpacking prints nothing for a while
  await runBounded("apt-get", ["update"], patient);
  const done = await runBounded("apt-get", args, patient);
  if (!done.ok) log(`apt-get failed: ${done.tail}`);
}

function isDebianRoot(): boolean {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

function starts(path: string): boolean {
  return spawnSync(path, ["--version"], { timeout: 20_000 }).status === 0;
}

function playwrightCli(): string {
  return join(dirname(require.resolve("playwright/package.json")), "cli.js");
}
