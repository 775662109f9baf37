// `npm run screenshots`: pictures of the main views at the widths of phones, a small window and a desktop, light and dark,
// into .cache/screenshots. The pages are the built ones; the engine is staged (screenshots/staged-engine.ts), so that every
// view can be had on any machine, without weights and in seconds. Name scenes as arguments to make only those, and a
// language (`--language ar`) to have them in it.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launch } from "../cli/browser/browser-page.ts";
import { startFileServer } from "../cli/server/file-server.ts";
import { scenes } from "./screenshots/scenes.ts";
import { outputFolder, root } from "../cli/built.ts";
import { ensureBuilt } from "./stale.ts";

const widths = [
  { name: "320", width: 320, height: 568 },
  { name: "390", width: 390, height: 844 },
  { name: "640", width: 640, height: 400 },
  { name: "1280", width: 1280, height: 800 },
];
const schemes = ["light", "dark"] as const;
const settleMs = 350; // images, a frame of Lit, the first leap of the dots

const { values, positionals: wanted } = parseArgs({
  options: { language: { type: "string", default: "en" } },
  allowPositionals: true,
});
const { language } = values;
const chosen = scenes.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) {
  console.error(`No such scene. There are ${scenes.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}
ensureBuilt(["demo"]);
const folder = join(root, ".cache/screenshots");
mkdirSync(folder, { recursive: true });
await using server = await startFileServer({ mounts: [{ prefix: "/", path: outputFolder.demo }] });
const page = await launch("chromium", { adapter: "none" });
await page.playwright?.addInitScript((chosen) => localStorage.setItem("pronk.language", chosen), language);
try {
  for (const scene of chosen) {
    for (const { name, width, height } of widths) {
      await page.playwright?.setViewportSize({ width, height });
      await page.goto(`${server.origin}/${scene.page}`);
      for (const step of scene.steps) await page.evaluate(step.run, step.argument);
      for (const colorScheme of schemes) {
        await page.playwright?.emulateMedia({ colorScheme });
        await page.playwright?.waitForTimeout(settleMs);
        const path = join(folder, `${scene.name}-${name}-${colorScheme}${language === "en" ? "" : `-${language}`}.png`);
        await page.screenshot(path, { width, height, colorScheme, fullPage: scene.fullPage });
      }
    }
    console.log(`${scene.name}: ${widths.length * schemes.length} pictures`);
  }
} finally {
  await page.close();
}
console.log(folder);
