// Chromium through Playwright. Flags for WebGPU with and without a GPU; nothing else is changed about the browser.

import { type BrowserContext, type Page, chromium } from "playwright";
import { chromiumFlags } from "./chromium-flags.ts";
import { type BrowserPage, type LaunchPlan, type PictureOptions, callExpression } from "./page-interface.ts";

export async function launchChromium(plan: LaunchPlan): Promise<BrowserPage> {
  const args = [...chromiumFlags(plan), ...plan.chromiumFlags];
  const settings = { executablePath: plan.executablePath, headless: plan.headless, args };
  const view = { colorScheme: plan.colorScheme };
  let context: BrowserContext;
  if (plan.profileDir) context = await chromium.launchPersistentContext(plan.profileDir, { ...settings, ...view });
  else context = await (await chromium.launch(settings)).newContext(view);
  const browser = context.browser();
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(0); // loads and generations on a software adapter take minutes
  return new ChromiumPage(page, `Chromium ${browser?.version() ?? ""}`.trim(), async () => {
    await context.close();
    await browser?.close();
  });
}

class ChromiumPage implements BrowserPage {
  readonly kind = "chromium";
  readonly playwright: Page;
  readonly version: string;
  readonly close: () => Promise<void>;

  constructor(page: Page, version: string, close: () => Promise<void>) {
    this.playwright = page;
    this.version = version;
    this.close = close;
  }

  async goto(url: string): Promise<void> {
    await this.playwright.goto(url);
  }

  async evaluate<T>(run: string | ((argument: never) => T | Promise<T>), argument?: unknown): Promise<T> {
    return this.playwright.evaluate(callExpression(run, argument));
  }

  async screenshot(path: string, options: PictureOptions): Promise<void> {
    const { width, height, colorScheme, fullPage = false } = options;
    if (colorScheme) await this.playwright.emulateMedia({ colorScheme });
    await this.playwright.setViewportSize({ width, height });
    await this.playwright.screenshot({ path, fullPage });
  }

  onConsole(listener: (level: string, text: string) => void): void {
    this.playwright.on("console", (message) => listener(message.type(), message.text()));
    this.playwright.on("pageerror", (error) => listener("error", String(error)));
  }
}
