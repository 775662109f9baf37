// `npm test`: checks types, lint and format, installs missing browsers, builds what is stale, runs every test, and closes
// with `N passed, N failed`. What fails early ends it: no browser starts for code that does not compile. Names given after
// `--` go to Vitest; `--without subgroups,fusion` runs kernels and golden models without those. Software adapters
// unless PRONK_ADAPTER says otherwise, so that figures repeat.

import { spawnSync } from "node:child_process";
import { type BrowserKind, ensureBrowser } from "../cli/browser/browsers.ts";
import { root } from "../cli/built.ts";
import { ensureBuilt } from "./stale.ts";
import { runVitest } from "./vitest-run.ts";

const gates = ["types", "lint", "format"];
for (const [done, gate] of gates.entries()) {
  if (spawnSync("npm", ["run", "--silent", gate], { cwd: root, stdio: "inherit" }).status === 0) continue;
  console.log(`\`npm run ${gate}\` failed; its messages are above.\n${done} passed, 1 failed`);
  process.exit(1);
}
try {
  for (const kind of ["chromium", "firefox"] satisfies BrowserKind[])
    console.log(`${kind}: ${await ensureBrowser(kind, (line) => console.log(line))}`);
  ensureBuilt(["library", "types", "demo", "harness", "runner"], (line) => console.log(line));
} catch (error) {
  console.error((error as Error).message);
  console.log(`${gates.length} passed, 1 failed`);
  process.exit(1);
}
const names = process.argv.slice(2);
const at = names.indexOf("--without");
const env: Record<string, string> = at < 0 ? {} : { PRONK_WITHOUT: names.splice(at, 2)[1] ?? "" };
const projects = ["unit", "slow", "browser", "measured"].flatMap((name) => ["--project", name]);
const { files, passed, failed, skipped, ok } = runVitest([...projects, ...names], env);
for (const { file, seconds } of files.toSorted((a, b) => b.seconds - a.seconds).slice(0, 8))
  console.log(`${seconds.toFixed(0).padStart(5)} s  ${file}`);
if (passed + failed === 0) console.log("no test ran");
console.log(`${gates.length + passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(ok ? 0 : 1);
