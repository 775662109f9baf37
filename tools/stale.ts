// Which builds are older than what they are made from, and a way to renew them in a process of their own. Times of files
// and folders are compared (a folder's tells of deletions); nothing is hashed.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { outputFolder, root } from "../cli/built.ts";

/** `types` are the library's declarations; the others are modes of vite.config.ts. */
export type BuildName = keyof typeof outputFolder;

// package-lock.json stands for node_modules.
const settings = ["package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "tools/chunks.ts"];
const engine = ["src", "shaders", "LICENSE-LLAMA2.txt", ...settings];

/** Files and folders, from the repository's root. */
export const madeFrom: Record<BuildName, string[]> = {
  library: engine,
  types: ["src", ...settings],
  demo: [...engine, "demo", "public"],
  harness: [...engine, "test/harness", "test/kernels", "test/long", "test/reference", "test/support"],
  clients: ["test/clients", ...settings],
  runner: ["cli/page", "cli/run-request.ts", "cli/eval-request.ts", ...settings],
  command: ["cli", ...engine],
};

/** Holds the time when a build began, in ms since the epoch. */
export const stampFile = (name: BuildName) => join(root, `dist/.${name}.stamp`);

function isStale(name: BuildName): boolean {
  if (!existsSync(stampFile(name)) || !existsSync(outputFolder[name])) return true;
  const builtMs = Number(readFileSync(stampFile(name), "utf8"));
  return madeFrom[name].some((path) => newestMs(join(root, path)) > builtMs);
}

/** Renews what is stale, with all messages on stderr. Throws when a build fails. */
export function ensureBuilt(names: BuildName[], log: (line: string) => void = (line) => console.error(line)): void {
  const stale = names.filter(isStale);
  if (stale.length === 0) return;
  log(`building ${stale.join(", ")}`);
  // A process of its own: Vite takes NODE_ENV from the environment, and a test run has set it to "test".
  const { NODE_ENV: _, ...env } = process.env;
  const args = ["--import", "tsx", join(root, "tools/build.ts"), ...stale];
  const done = spawnSync(process.execPath, args, { cwd: root, env, stdio: ["ignore", 2, 2] });
  if (done.status !== 0) throw new Error(`The build of ${stale.join(", ")} failed; its messages are above.`);
}

function newestMs(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), stats.mtimeMs);
}
