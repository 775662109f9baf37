// The site builds: dead links and requests to other hosts fail in the build itself (tools/docs.ts), and in Chromium every page
// requests nothing outside this site. It installs docs/package.json first.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { launch } from "../../cli/browser/browser-page.ts";
import { startFileServer } from "../../cli/server/file-server.ts";
import { root } from "../../cli/built.ts";

test("docs", { timeout: 900_000 }, async ({ task }) => {
  const { status, stderr } = spawnSync("npm", ["run", "--silent", "docs"], { cwd: root, encoding: "utf8" });
  expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
  const folder = join(root, "dist/docs");
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
  Object.assign(task.meta, { tried: `${pages.length} pages` });
  await using server = await startFileServer({ mounts: [{ prefix: "/", path: folder }], policy: "" });
  const page = await launch("chromium", { adapter: "none" });
  const elsewhere: string[] = [];
  page.playwright!.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.origin)) elsewhere.push(request.url());
  });
  try {
    for (const name of pages) await page.goto(`${server.origin}/${name}`);
    expect(elsewhere).toEqual([]);
    await page.goto(`${server.origin}/memory.html`);
    const total =
      "() => [...document.querySelectorAll('tr')].find((row) => row.textContent.includes('in all'))?.cells[1].textContent";
    await expect.poll(() => page.evaluate<string>(total)).toBe("6.13 GB"); // as npm run plan says of 7B in q4
  } finally {
    await page.close();
  }
});
