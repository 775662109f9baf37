// One page in one headless browser, the same interface for Chromium and Firefox: go somewhere, run a function there, see
// its console, take a picture. Finding and installing browsers is browsers.ts. A browser without a WebGPU adapter is an
// error here, never something to skip: an absent GPU that "passes" is how wrong kernels ship.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ensureBrowser } from "./browsers.ts";
import type { BrowserKind, Log } from "./find-browser.ts";
import { type AdapterChoice, adapterFromEnvironment } from "./adapter-choice.ts";
import { launchChromium } from "./chromium-page.ts";
import { launchFirefox } from "./firefox-page.ts";
import { hasHardwareGpu } from "./hardware-gpu.ts";
import type { BrowserPage } from "./page-interface.ts";

export type { BrowserPage, PictureOptions } from "./page-interface.ts";

export interface LaunchOptions {
  /** Keep the profile (IndexedDB, service workers) here; without it a throw-away one is used. */
  profileDir?: string;
  headless?: boolean;
  /** Default: PRONK_ADAPTER, else `software`, so that figures repeat from machine to machine. */
  adapter?: AdapterChoice;
  colorScheme?: "light" | "dark";
  /** More of its flags, for Chromium alone. */
  chromiumFlags?: readonly string[];
  log?: Log;
}

export async function launch(kind: BrowserKind, options: LaunchOptions = {}): Promise<BrowserPage> {
  const {
    profileDir,
    headless = true,
    colorScheme = "light",
    chromiumFlags = [],
    log = (line) => console.error(line),
  } = options;
  const adapter = options.adapter ?? adapterFromEnvironment("software");
  const executablePath = await ensureBrowser(kind, log);
  const start = async (software: boolean) => {
    const plan = {
      executablePath,
      software,
      webgpu: adapter !== "none",
      headless,
      profileDir,
      colorScheme,
      chromiumFlags,
    };
    const launchIt = () => (kind === "chromium" ? launchChromium(plan) : launchFirefox(plan));
    return launchIt().catch((error: Error) => {
      log(`${kind} did not start, trying once more: ${error.message.split("\n")[0]}`); // seen on a machine short of memory
      return launchIt();
    });
  };
  let page = await start(adapter === "software" || (adapter === "auto" && !hasHardwareGpu()));
  if (adapter === "none") return page;
  let found = await probeAdapter(page);
  if (!found && adapter === "auto") {
    log(`${kind} gives no hardware adapter: using the software one`);
    await page.close();
    page = await start(true);
    found = await probeAdapter(page);
  }
  if (found) return page;
  const version = page.version;
  await page.close();
  throw new Error(
    `${version} at ${executablePath} gives no WebGPU adapter (${adapter}). ` +
      (adapter === "hardware"
        ? "Check the GPU's driver, or set PRONK_ADAPTER=software."
        : "Chromium needs its SwiftShader library beside it, Firefox Mesa's lavapipe (mesa-vulkan-drivers, libvulkan1)."),
  );
}

/** Asks in an empty page on loopback: navigator.gpu exists in secure contexts only, and about:blank is not one. */
async function probeAdapter(page: BrowserPage): Promise<boolean> {
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<!doctype html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const found = await page.evaluate<boolean>(`async () => Boolean(await navigator.gpu?.requestAdapter())`);
  await page.goto("about:blank");
  server.closeAllConnections();
  server.close();
  return found;
}
