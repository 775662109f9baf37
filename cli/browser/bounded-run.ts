// Runs a program that may hang on a closed network: it is ended when neither its output nor its files grow for a while.
// What to do next is the caller's decision.

import { spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface BoundedRun {
  ok: boolean;
  /** Last lines of its output, for a message. */
  tail: string;
}

export interface BoundedRunOptions {
  /** A folder whose growth counts as progress (a download on its way). */
  watchFolder?: string;
  env?: NodeJS.ProcessEnv;
  /** The program is ended after this long without progress. */
  stallMs?: number;
  /** And after this long in any case. */
  limitMs?: number;
}

export async function runBounded(
  program: string,
  args: string[],
  options: BoundedRunOptions = {},
): Promise<BoundedRun> {
  const { watchFolder, env = process.env, stallMs = 30_000, limitMs = 900_000 } = options;
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const started = Date.now();
  let output = "";
  let lastProgress = started;
  let lastBytes = 0;
  let why = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-4000);
      lastProgress = Date.now();
    });
  }
  const watch = setInterval(() => {
    const bytes = watchFolder ? folderBytes(watchFolder) : 0;
    if (bytes !== lastBytes) [lastBytes, lastProgress] = [bytes, Date.now()];
    if (Date.now() - lastProgress > stallMs) why = `no progress for ${stallMs / 1000} s`;
    else if (Date.now() - started > limitMs) why = `not done after ${limitMs / 1000} s`;
    if (why) child.kill("SIGKILL");
  }, 1000);
  const code = await new Promise<number>((resolve) => {
    child.once("error", (error) => {
      output += error.message;
      resolve(127);
    });
    child.once("exit", (status) => resolve(status ?? 137));
  });
  clearInterval(watch);
  return { ok: code === 0, tail: [...output.trim().split("\n").slice(-3), why].filter(Boolean).join("\n") };
}

function folderBytes(folder: string): number {
  let bytes = 0;
  try {
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
      bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    // A folder came or went while we looked; we look again in a second.
  }
  return bytes;
}
