// `npm run bench -- --against COMMIT`: this checkout and another commit, in a git worktree in a temporary folder, run the same
// benchmark in turns. Each run is a process and a browser of its own, started by that side's own `npm run bench`, so that
// commits of any age can be compared. The worktree is removed at the end, whatever happens.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../cli/built.ts";
import { comparePairs, comparisonText, type Pair, type PairFlags, type PairReport, runOrder } from "./bench-pairs.ts";

export function benchAgainst({ commit, pairs, json, rest }: PairFlags, log: (line: string) => void): string {
  const folder = mkdtempSync(join(tmpdir(), "pronk-against-"));
  const there = join(folder, "checkout");
  try {
    command(root, "git", ["worktree", "add", "--quiet", "--detach", there, commit]);
    const lock = (checkout: string) => readFileSync(join(checkout, "package-lock.json"), "utf8");
    if (lock(root) === lock(there)) symlinkSync(join(root, "node_modules"), join(there, "node_modules"));
    else {
      log(`installing what ${commit} needs`);
      command(there, "npm", ["ci", "--no-audit", "--no-fund", "--silent"]);
    }
    const done: Pair[] = [];
    for (const order of runOrder(pairs)) {
      const pair: Partial<Pair> = {};
      for (const side of order) pair[side] = run(side === "here" ? root : there, rest);
      done.push(pair as Pair);
      const ratio = pair.here!.decodeTokensPerSecond / pair.there!.decodeTokensPerSecond;
      log(`pair ${done.length} of ${pairs}: decode ${ratio.toFixed(3)}`);
    }
    const compared = comparePairs(done);
    if (!json) return comparisonText(commit, pairs, compared);
    const { browser, adapter } = done[0].here;
    return JSON.stringify({ commit, pairs, flags: rest, browser, adapter, ...compared });
  } finally {
    spawnSync("git", ["worktree", "remove", "--force", there], { cwd: root });
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(checkout: string, flags: readonly string[]): PairReport {
  // A side that is stale is built first, by its own script.
  const told = command(checkout, "npm", ["run", "--silent", "bench", "--", ...flags, "--json"]);
  return JSON.parse(told) as PairReport;
}

/** What the command wrote to stdout; its messages are shown only when it fails. */
function command(cwd: string, name: string, args: string[]): string {
  const done = spawnSync(name, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (done.status === 0) return done.stdout;
  throw new Error(`${name} ${args.join(" ")} failed in ${cwd}:\n${done.stderr}`);
}
