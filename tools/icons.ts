// `tsx tools/icons.ts`: draws the PNG icons of the web manifest from their SVGs with the headless browser. Run by hand
// when an SVG changes; the PNGs are committed.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { ensureBrowser } from "../cli/browser/browsers.ts";

const folder = fileURLToPath(new URL("../public/icons/", import.meta.url));
const pictures = [
  { from: "icon.svg", to: "icon-192.png", sizePx: 192 },
  { from: "icon.svg", to: "icon-512.png", sizePx: 512 },
  { from: "icon-maskable.svg", to: "icon-maskable-512.png", sizePx: 512 },
  { from: "icon-maskable.svg", to: "apple-touch-icon.png", sizePx: 180 },
];

mkdirSync(folder, { recursive: true });
const executablePath = await ensureBrowser("chromium", (line) => console.error(line));
const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
for (const { from, to, sizePx } of pictures) {
  const page = await browser.newPage({ viewport: { width: sizePx, height: sizePx } });
  const drawing = readFileSync(folder + from).toString("base64");
  await page.setContent(
    `<body style="margin:0;background:none"><img width="${sizePx}" height="${sizePx}" src="data:image/svg+xml;base64,${drawing}">`,
  );
  await page.waitForFunction(() => document.images[0]?.complete);
  writeFileSync(folder + to, await page.screenshot({ omitBackground: true }));
  await page.close();
  console.log(to);
}
await browser.close();
