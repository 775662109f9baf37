// What the site is made of. The build itself, in which dead links fail, is test/long/docs.test.ts.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../../cli/built.ts";
import { elsewhere, requestsElsewhere, staged } from "../../../tools/docs.ts";
import { countImports, importsDrawing } from "../../../tools/imports-drawing.ts";

test("links lead to the site's pages, and what is no page is named", () => {
  expect(staged("[a](../SECURITY.md#x), [b](tools.md)", "docs/library.md")).toBe("[a](security.md#x), [b](tools.md)");
  expect(staged("[a](docs/element.md)", "SECURITY.md")).toBe("[a](element.md)");
  expect(staged("[a](test/long/README.md)", "CONTRIBUTING.md")).toBe("`test/long/README.md`");
  expect(staged("[a](https://example.org/a)", "docs/a.md")).toBe("[a](https://example.org/a)");
});

test("what a browser would load from another host is found; what a reader may follow is not", () => {
  expect(
    requestsElsewhere("a.html", '<script src="https://a.example/x.js"></script><img alt="" src="//b.example/x.png">'),
  ).toHaveLength(2);
  expect(requestsElsewhere("a.css", "@font-face { src: url(https://fonts.example/x.woff2) }")).toHaveLength(1);
  expect(requestsElsewhere("a.js", 'await import("https://c.example/x.js")')).toHaveLength(1);
  expect(requestsElsewhere("a.html", '<a href="https://example.org/">x</a><script src="/x.js"></script>')).toEqual([]);
});

test("every page stands in the sidebar", () => {
  const config = readFileSync(join(root, "docs/.vitepress/config.mjs"), "utf8");
  const listed = [...config.matchAll(/page\("[^"]*", "([^"]*)"\)/g)].map(([, link]) => link || "index");
  const pages = [...readdirSync(join(root, "docs")), ...Object.values(elsewhere)].filter((name) =>
    name.endsWith(".md"),
  );
  const wanted = pages.map((name) => name.replace(/\.md$/, "")).filter((name) => name !== "finding-your-way");
  expect([...new Set(listed)].filter((link) => !link.startsWith("reference/")).toSorted()).toEqual(wanted.toSorted());
});

test("the drawing has an arc for each import between rooms", () => {
  const counts = countImports();
  expect(counts.get("model -> gpu")).toBeGreaterThan(0);
  expect(counts.get("gpu -> model")).toBeUndefined();
  expect(importsDrawing().match(/<path /g)).toHaveLength(counts.size);
  const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) expect(importsDrawing()).toContain(`>${name}</text>`);
});
