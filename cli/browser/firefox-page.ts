// Firefox through puppeteer-core over WebDriver BiDi: Playwright 1.65's `moz-firefox` channel stops at a command that
// this ESR does not know. puppeteer-core is pinned at the last version for Node 20.

import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { type BrowserPage, type LaunchPlan, type PictureOptions, callExpression } from "./page-interface.ts";
import { lavapipeIcd } from "./find-browser.ts";

export async function launchFirefox(plan: LaunchPlan): Promise<BrowserPage> {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: plan.executablePath,
    headless: plan.headless,
    userDataDir: plan.profileDir,
    protocolTimeout: 0, // a generation on a software adapter takes minutes
    env: {
      ...process.env,
      HOME: userInfo().homedir, // Firefox refuses to run as root in somebody else's home
      ...(plan.software && existsSync(lavapipeIcd) ? { VK_DRIVER_FILES: lavapipeIcd } : {}),
    },
    extraPrefsFirefox: {
      "dom.webgpu.enabled": plan.webgpu,
      "dom.webgpu.workers.enabled": plan.webgpu,
      "gfx.webgpu.ignore-blocklist": plan.webgpu,
      "dom.max_script_run_time": 0,
      "layout.css.prefers-color-scheme.content-override": plan.colorScheme === "dark" ? 0 : 1,
    },
  });
  const page = (await browser.pages())[0] ?? (await browser.newPage());
  page.setDefaultTimeout(0);
  page.setDefaultNavigationTimeout(0);
  return new FirefoxPage(browser, page, await browser.version(), plan.colorScheme);
}

class FirefoxPage implements BrowserPage {
  readonly kind = "firefox";
  readonly playwright = undefined;
  readonly version: string;
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #colorScheme: string;

  constructor(browser: Browser, page: Page, version: string, colorScheme: string) {
    this.#browser = browser;
    this.#page = page;
    this.version = version.replace("/", " ").replace(/^f/, "F");
    this.#colorScheme = colorScheme;
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url);
  }

  async evaluate<T>(run: string | ((argument: never) => T | Promise<T>), argument?: unknown): Promise<T> {
    // As JSON: over BiDi an object that occurs twice in a result arrives the second time as undefined.
    const expression = `(async () => JSON.stringify(await (${callExpression(run, argument)})))()`;
    const json = (await this.#page.evaluate(expression)) as string | undefined;
    return (json === undefined ? undefined : JSON.parse(json)) as T;
  }

  async screenshot(path: string, options: PictureOptions): Promise<void> {
    const { width, height, colorScheme, fullPage = false } = options;
    if (colorScheme && colorScheme !== this.#colorScheme)
      throw new Error(`Firefox was started with the ${this.#colorScheme} scheme; launch it with "${colorScheme}".`);
    await this.#page.setViewport({ width, height });
    await this.#page.screenshot({ path: path as `${string}.png`, fullPage });
  }

  onConsole(listener: (level: string, text: string) => void): void {
    this.#page.on("console", (message) => listener(message.type(), message.text()));
    this.#page.on("pageerror", (error) => listener("error", String(error)));
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
