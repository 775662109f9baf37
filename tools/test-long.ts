// `npm run test:long`: the long proofs (test/long) at their full counts, or one of them with `--only NAME`, with `--count N`
// and `--seed S` as wanted. Each that ran in full gets its row in the table of test/long/README.md, to be committed.
// `npm run test:real` is one of them, `--real`; there `--only` names one of its models.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type LongRun, mergeRows } from "./long-table.ts";
import { root } from "../cli/built.ts";
import { runVitest } from "./vitest-run.ts";

const readme = join(root, "test/long/README.md");
const text = { type: "string" } as const;
const { real, only, count, seed } = parseArgs({
  options: { real: { type: "boolean", default: false }, only: text, count: text, seed: { ...text, default: "1" } },
}).values;
const proof = real ? "real" : only;
const partial = count !== undefined || (real && only !== undefined);
for (const [flag, value] of Object.entries({ count, seed }))
  if (value !== undefined && !/^\d+$/.test(value)) {
    console.error(`--${flag}: expected a whole number; found "${value}".`);
    process.exit(2);
  }
const env = {
  PRONK_LONG: "1",
  PRONK_SEED: seed,
  ...(count ? { PRONK_COUNT: count } : {}),
  ...(real && only ? { PRONK_REAL: only, PRONK_COUNT: "1" } : {}),
};
const named = proof === undefined ? [] : ["--testNamePattern", `^\\s*${proof}`];
const { cases, failed, ok } = runVitest(["--project", "long", ...named], env);

const ran = cases.filter(({ status }) => status === "passed" || status === "failed");
const date = new Date().toISOString().slice(0, 10);
const runs = ran.map(({ name, status, durationMs, meta }): LongRun => {
  return { name, tried: meta.tried ?? "", seed, result: status, seconds: (durationMs / 1000).toFixed(0), date };
});
for (const { name, tried, result, seconds } of runs)
  console.log(`${name}: ${result}, ${tried}, seed ${seed}, ${seconds} s`);
// A partial run is worth less than what the table has.
if (!partial && runs.length > 0) writeFileSync(readme, mergeRows(readFileSync(readme, "utf8"), runs));
if (runs.length === 0) console.log(proof === undefined ? "no proof ran" : `There is no long proof named "${proof}".`);
console.log(`${runs.filter(({ result }) => result === "passed").length} passed, ${failed} failed`);
process.exit(ok ? 0 : 1);
