// `npm run bench`: the published benchmark (cli/bench.ts) over fresh builds; with `--against COMMIT [--pairs N]`, beside those of
// another commit; with `--format NAME`, the decode of one published layout, or of all, beside q4's.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../cli/built.ts";
import { benchAgainst } from "./bench-against.ts";
import { benchFormats, readFormatFlags } from "./bench-formats.ts";
import { readPairFlags } from "./bench-pairs.ts";
import { ensureBuilt } from "./stale.ts";

const args = process.argv.slice(2);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => {}); // the run ends, and is tidied up after
try {
  const pairFlags = readPairFlags(args);
  const formatFlags = readFormatFlags(args);
  if (formatFlags) process.exitCode = await benchFormats(formatFlags);
  else if (pairFlags) console.log(benchAgainst(pairFlags, (line) => console.error(line)));
  else {
    ensureBuilt(["library", "demo"]);
    const command = ["--import", "tsx", join(root, "cli/bench.ts"), ...args];
    process.exitCode = spawnSync(process.execPath, command, { stdio: "inherit" }).status ?? 1;
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
