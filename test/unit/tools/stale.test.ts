// Every file that a build reads makes it stale: the imports of each build are followed from its entries, and each file found
// must be in the list that tools/stale.ts judges by.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../../cli/built.ts";
import { madeFrom } from "../../../tools/stale.ts";

const checks = readdirSync(join(root, "test/kernels"))
  .filter((name) => name.endsWith(".check.ts"))
  .map((name) => `test/kernels/${name}`);
const entries = {
  library: ["src/index.ts", "src/element/index.ts", "src/bench/index.ts"],
  demo: ["demo/index.html", "demo/embed.html", "demo/bench.html"],
  harness: ["test/harness/index.html", ...checks],
  runner: ["cli/page/index.html"],
};

/** Everything reached from these files by imports that stay in the built code, and by what a page names. */
function reached(from: readonly string[]): string[] {
  const found = new Set(from);
  for (const path of found) {
    if (!/\.(ts|html)$/.test(path)) continue;
    const text = readFileSync(join(root, path), "utf8");
    const statements = /^(?:import|export)\s+(?!type\b)(?:[^;"']*?from\s*)?"(\.[^"]+)"/gm;
    const calls = /(?:(?<!typeof )import\(|src=|href=)\s*"(\.[^"]+)"/g;
    const workers = /new URL\("(\.[^"]+)", import\.meta\.url\)/g;
    for (const [, name] of [statements, calls, workers].flatMap((pattern) => [...text.matchAll(pattern)]))
      if (/\.\w+(\?raw)?$/.test(name)) found.add(normalize(join(dirname(path), name.replace("?raw", ""))));
  }
  return [...found];
}

describe.each(Object.entries(entries))("%s", (name, from) => {
  test("is stale when anything it is made of is newer", () => {
    const files = reached(from);
    expect(files.length).toBeGreaterThan(from.length);
    const covered = madeFrom[name as keyof typeof entries];
    const missed = files.filter((file) => !covered.some((path) => file === path || file.startsWith(`${path}/`)));
    expect(missed).toEqual([]);
  });
});

test("the licence's text and the lockfile count", () => {
  expect(reached(entries.library)).toContain("LICENSE-LLAMA2.txt");
  for (const name of ["library", "demo"] as const) expect(madeFrom[name]).toContain("LICENSE-LLAMA2.txt");
  for (const paths of Object.values(madeFrom)) expect(paths).toContain("package-lock.json");
});
