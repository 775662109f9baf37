// What the library weighs, as sizes.json says: within its limits, and as built today. And how it is cut: what is loaded on
// demand needs no file that is not there already, so that one that did not arrive can be fetched again.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { outputFolder, root } from "../../cli/built.ts";
import { complaints, fileOf, measured, readmeLine, readTable, staticImports } from "../../tools/sizes.ts";
import { ensureBuilt } from "../../tools/stale.ts";

const rows = readTable();
beforeAll(() => ensureBuilt(["library"]));

const codeOf = (file: string) => readFileSync(join(outputFolder.library, file), "utf8");
const closure = (files: readonly string[], reached = new Set<string>()): Set<string> => {
  for (const file of files)
    if (!reached.has(file)) {
      reached.add(file);
      closure(staticImports(codeOf(file)), reached);
    }
  return reached;
};

test("is within its limits, and as sizes.json says (else: npm run sizes)", () => {
  expect(complaints(rows, measured(rows))).toEqual([]);
});

test("a figure over its limit is told, and one that is no longer true, larger or smaller", () => {
  const row = { ...rows[0], limitBytes: 2 * rows[0].bytes };
  const built = (bytes: number) => [{ ...row, bytes }];
  expect(complaints([row], built(row.limitBytes + 1))[0]).toMatch(/over the limit/);
  expect(complaints([row], built(row.bytes * 1.03)).at(-1)).toMatch(/sizes.json says/);
  expect(complaints([row], built(row.bytes * 0.97))).toEqual([expect.stringContaining("sizes.json says")]);
  expect(complaints([row], built(row.bytes + 50))).toEqual([]);
});

test("README.md quotes them", () => {
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain(readmeLine(rows));
});

test("every file of the build is counted in a row, but for the few bytes of what has no weight of its own", () => {
  const counted = closure(rows.flatMap(({ files }) => files.map((name) => fileOf(name))));
  const uncounted = readdirSync(outputFolder.library).filter((file) => file.endsWith(".js") && !counted.has(file));
  expect(uncounted.filter((file) => codeOf(file).length > 500)).toEqual([]);
});

test("what is loaded on demand imports nothing but what is there by then", () => {
  const core = closure(["index", "host"].map((name) => fileOf(name)));
  const parts = new Set(
    [...core].flatMap((file) => [...codeOf(file).matchAll(/import\(["'`]\.\/([^"'`]+)/g)].map(([, part]) => part)),
  );
  expect(parts.size).toBeGreaterThan(8);
  for (const part of parts)
    for (const imported of staticImports(codeOf(part)))
      expect(core.has(imported), `${part} imports ${imported}`).toBe(true);
});
