// `npm test`, or one of its stages (tools/stages.ts) with `--stage NAME`: checks types, lint and format, installs missing
// browsers, builds what is stale, runs the tests, and closes with `N passed, N failed`. An early failure ends it: no browser
// starts for code that does not compile. Names given after `--` go to Vitest; `--without subgroups,fusion` runs kernels and
// golden models without those. Software adapters unless PRONK_ADAPTER says otherwise, so that figures repeat.

import { spawnSync } from "node:child_process";
import { ensureBrowser } from "../cli/browser/browsers.ts";
import type { BrowserKind } from "../cli/browser/find-browser.ts";
import { root } from "../cli/built.ts";
import { ensureBuilt } from "./stale.ts";
import { needsBrowsers, stages, vitestNames } from "./stages.ts";
import { runVitest } from "./vitest-run.ts";

const names = process.argv.slice(2);
const taken = (flag: string): string | undefined => {
  const at = names.indexOf(flag);
  return at < 0 ? undefined : (names.splice(at, 2)[1] ?? "");
};
const stageName = taken("--stage");
const wanted = stages.filter(({ name }) => stageName === undefined || name === stageName);
if (wanted.length === 0) {
  console.error(`There is no stage "${stageName}"; there are ${stages.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}
const without = taken("--without");

const gates = wanted.flatMap((stage) => stage.gates);
for (const [done, gate] of gates.entries()) {
  if (spawnSync("npm", ["run", "--silent", gate], { cwd: root, stdio: "inherit" }).status === 0) continue;
  console.log(`\`npm run ${gate}\` failed; its messages are above.\n${done} passed, 1 failed`);
  process.exit(1);
}
try {
  if (wanted.some(needsBrowsers)) {
    for (const kind of ["chromium", "firefox"] satisfies BrowserKind[])
      console.log(`${kind}: ${await ensureBrowser(kind, (line) => console.log(line))}`);
    ensureBuilt(["library", "types", "demo", "harness", "runner", "command"], (line) => console.log(line));
  }
} catch (error) {
  console.error((error as Error).message);
  console.log(`${gates.length} passed, 1 failed`);
  process.exit(1);
}
const env: Record<string, string> = without === undefined ? {} : { PRONK_WITHOUT: without };
const { files, passed, failed, skipped, ok } = runVitest([...vitestNames(wanted), ...names], env);
for (const { file, seconds } of files.toSorted((a, b) => b.seconds - a.seconds).slice(0, 8))
  console.log(`${seconds.toFixed(0).padStart(5)} s  ${file}`);
if (passed + failed === 0) console.log("no test ran");
console.log(`${gates.length + passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(ok ? 0 : 1);
