// Chromium with no driver attached, and the memory of its processes as Linux tells it. There must be no driver: DevTools
// keeps copies of what a page fetched inside the page's own process, up to 100 MB for each thread.

import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { ensureBrowser } from "../../cli/browser/browsers.ts";
import { chromiumFlags } from "../../cli/browser/chromium-flags.ts";

export interface BareChromium extends AsyncDisposable {
  /** Memory of the page's process, its workers included: proportional set size, now. 0 before there is one. */
  rendererBytes(): number;
  /** Ends every process of the browser at once, without a word. */
  kill(): Promise<void>;
  /** Rejects when the browser ends by itself. */
  readonly ended: Promise<never>;
}

/** Opens `url` on the software adapter, or without WebGPU, with a profile of its own. Memory is told on Linux only. */
export async function startBareChromium(url: string, profileDir: string, webgpu = true): Promise<BareChromium> {
  const path = await ensureBrowser("chromium", console.error);
  // Shared memory in files, as the drivers have it: containers have a small /dev/shm.
  const own = ["--headless", "--disable-dev-shm-usage", `--user-data-dir=${profileDir}`];
  const args = [...own, ...chromiumFlags({ software: true, webgpu }), url];
  const child = spawn(path, args, { stdio: "ignore", detached: true }); // a group of its own, to be ended as one
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const ended = exit.then((code) => Promise.reject<never>(new Error(`Chromium ended by itself (${code})`)));
  ended.catch(() => {}); // waits for a page race it; afterwards it doesn't matter
  return {
    ended,
    rendererBytes: () => Math.max(0, ...renderers(child.pid!).map(proportionalBytes)),
    async kill() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
      await exit;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exit;
    },
  };
}

/** Processes below `ancestor` that show pages. Ours is the largest of them. */
function renderers(ancestor: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    // The command's name may hold anything, even parentheses; then come the state and the parent.
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const isBelow = (id: number): boolean => {
    for (let at = parents.get(id); at; at = parents.get(at)) if (at === ancestor) return true;
    return false;
  };
  return [...parents.keys()].filter((id) => isBelow(id) && read(`/proc/${id}/cmdline`).includes("--type=renderer"));
}

function proportionalBytes(id: number): number {
  const kibibytes = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${id}/smaps_rollup`))?.[1];
  return 1024 * Number(kibibytes ?? 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // the process has just ended
  }
}
