// The Python environment of the proofs that need one (test/long/requirements.txt, 1.5 GB): made at the first use in the
// system's folder for temporary files. PRONK_SERVERS names one that is there already, and is taken as it is.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../cli/built.ts";

const minuteMs = 60_000;

/** The folder of its programs. Throws in words if there is no Python, or no pip. */
export function pythonPrograms(): string {
  const given = process.env.PRONK_SERVERS;
  if (given) return join(given, "bin");
  const folder = join(tmpdir(), "pronk-servers");
  const bin = join(folder, "bin");
  const requirements = join(root, "test/long/requirements.txt");
  const wanted = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  const mark = join(folder, "installed");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return bin;
  if (spawnSync("python3", ["-c", "import venv, ensurepip"]).status !== 0)
    throw new Error(
      "This proof needs Python 3 with venv and pip (Debian: python3-venv), or PRONK_SERVERS=FOLDER, an environment with what test/long/requirements.txt lists.",
    );
  succeed("python3", ["-m", "venv", folder]);
  succeed(join(bin, "pip"), ["install", "--quiet", "-r", requirements], { minutes: 30 });
  writeFileSync(mark, wanted);
  return bin;
}

/** What it wrote to stdout. Throws what it wrote to stderr if it fails or takes longer than the given minutes. */
export function succeed(
  program: string,
  args: string[],
  { minutes = 10, cwd }: { minutes?: number; cwd?: string } = {},
): string {
  const options = { encoding: "utf8", timeout: minutes * minuteMs, cwd, maxBuffer: 2 ** 28 } as const;
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${error?.message ?? stderr.slice(-4000)}`);
  return stdout;
}
