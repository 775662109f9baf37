// `npm run test:long`: the long proofs (test/long) at their full counts, and a table of them with the date in
// test/long/results.md, to be committed. `--count N` and `--seed N` reach the proofs as PRONK_COUNT and PRONK_SEED.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureBrowser } from "./browsers.ts";
import { ensureBuilt, root } from "./stale.ts";
import { runVitest } from "./vitest-run.ts";

const { values, positionals } = parseArgs({
  options: { count: { type: "string" }, seed: { type: "string", default: "1" } },
  allowPositionals: true,
});
for (const kind of ["chromium", "firefox"] as const) await ensureBrowser(kind, console.error);
ensureBuilt(["library", "demo", "harness", "runner"]);
const env = { PRONK_LONG: "1", PRONK_SEED: values.seed, ...(values.count ? { PRONK_COUNT: values.count } : {}) };
const { cases, passed, failed, ok } = runVitest(["--project", "long", ...positionals], env);

const rows = cases.map(({ name, status, durationMs }) => `| ${name} | ${status} | ${(durationMs / 1000).toFixed(1)} |`);
const made = `${new Date().toISOString().slice(0, 10)}, seed ${values.seed}, count ${values.count ?? "full"}`;
const table = ["# Long proofs", "", made, "", "| proof | result | seconds |", "|---|---|---|", ...rows, ""].join("\n");
mkdirSync(join(root, "test/long"), { recursive: true });
if (positionals.length === 0 && cases.length > 0) writeFileSync(join(root, "test/long/results.md"), table);
console.log(table);
console.log(`${passed} passed, ${failed} failed`);
process.exit(ok ? 0 : 1);
