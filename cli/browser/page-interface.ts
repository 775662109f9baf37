// What a page in a headless browser offers, whichever the browser, and what the launcher of one is told.

import type { Page } from "playwright";
import type { BrowserKind } from "./find-browser.ts";

export interface PictureOptions {
  width: number;
  height: number;
  /** Firefox takes the scheme at its start only: give it in LaunchOptions as well. */
  colorScheme?: "light" | "dark";
  fullPage?: boolean;
}

export interface BrowserPage {
  readonly kind: BrowserKind;
  readonly version: string;
  /** Playwright's own page, for what this interface lacks; Chromium only. */
  readonly playwright: Page | undefined;
  goto(url: string): Promise<void>;
  /** Runs a function (or the source of one) in the page with one JSON argument; waits for its promise, for hours if need be. */
  evaluate<T>(run: string | ((argument: never) => T | Promise<T>), argument?: unknown): Promise<T>;
  screenshot(path: string, options: PictureOptions): Promise<void>;
  onConsole(listener: (level: string, text: string) => void): void;
  close(): Promise<void>;
}

/** What a launcher of one browser is told. */
export interface LaunchPlan {
  executablePath: string;
  software: boolean;
  webgpu: boolean;
  headless: boolean;
  profileDir?: string;
  colorScheme: "light" | "dark";
  chromiumFlags: readonly string[];
}

/** An expression that calls `run` with the argument; strings alone are understood by both drivers. */
export function callExpression(run: string | ((argument: never) => unknown), argument: unknown): string {
  // tsx marks inner functions with __name(...), which pages lack.
  return `((__name) => (${String(run)}))((f) => f)(${argument === undefined ? "" : JSON.stringify(argument)})`;
}
