// A peer's npm package in a folder of its own outside the project, by the ordinary npm client. It is kept for the next
// time; nothing of it becomes a dependency.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runBounded } from "../../cli/browser/bounded-run.ts";

export interface InstalledPackage {
  /** Holds node_modules. */
  folder: string;
  version: string;
}

export async function installPackage(
  name: string,
  version: string,
  log: (line: string) => void,
): Promise<InstalledPackage> {
  const folder = join(tmpdir(), `pronk-peers/${name.replaceAll("/", "-")}-${version}`);
  const manifest = join(folder, "node_modules", name, "package.json");
  if (!existsSync(manifest)) {
    log(`installing ${name}@${version} into ${folder}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder, `${name}@${version}`];
    const done = await runBounded("npm", args, { watchFolder: folder, stallMs: 120_000 });
    if (!done.ok || !existsSync(manifest)) throw new Error(`npm could not install ${name}@${version}: ${done.tail}`);
  }
  return { folder, version: (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version };
}
