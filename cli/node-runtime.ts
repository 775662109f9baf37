// The built library in Node, over Dawn from the `webgpu` package: no browser, no worker, no store. Which Vulkan driver Dawn
// uses is settled before it is loaded, so a machine without a GPU starts this process a second time (see driverVariables).

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Log, findBrowser } from "./browser/find-browser.ts";
import { type Mount, startFileServer } from "./server/file-server.ts";
import { hasHardwareGpu } from "./browser/hardware-gpu.ts";
import { type EvalModel, evaluate } from "./eval-request.ts";
import { type LogitsTable, run } from "./run-request.ts";
import { mount, type Runner } from "./run-in-page.ts";
import { outputFolder } from "./built.ts";
import { givenArguments } from "./given-arguments.ts";

/**
 * Environment variables that this process lacks: SwiftShader, which comes with Chromium, where there is no GPU. Dawn
 * refuses Mesa's lavapipe.
 */
export function driverVariables(adapter: string): Record<string, string> | undefined {
  if (process.env.VK_DRIVER_FILES || process.platform !== "linux") return undefined;
  if (adapter === "hardware" || (adapter === "auto" && hasHardwareGpu())) return undefined;
  const chromium = findBrowser("chromium");
  const folders = ["/usr/lib/chromium", ...(chromium ? [dirname(chromium)] : [])];
  const icd = folders.map((folder) => join(folder, "vk_swiftshader_icd.json")).find((path) => existsSync(path));
  // Without a folder for a display's sockets SwiftShader complains on stderr, though it opens none.
  const XDG_RUNTIME_DIR = process.env.XDG_RUNTIME_DIR ?? tmpdir();
  return icd ? { VK_DRIVER_FILES: icd, VK_ICD_FILENAMES: icd, XDG_RUNTIME_DIR } : undefined;
}

/** `navigator.gpu` for this process. `options` are Dawn's own, e.g. `enable-dawn-features=disable_robustness`. */
export async function provideWebGpu(options: string[] = []): Promise<void> {
  const { create, globals } = await import("webgpu").catch((cause: unknown) => {
    throw new Error("In Node, the package webgpu is needed: npm install webgpu. Or use --runtime chromium.", { cause });
  });
  Object.assign(globalThis, globals);
  const gpu = create(options);
  // Node 20 has no navigator at all; later ones have one without gpu.
  const userAgent = `Node ${process.versions.node}`;
  Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent }, configurable: true });
  if (!(await gpu.requestAdapter()))
    throw new Error("Node's webgpu package finds no adapter. Install chromium (for its SwiftShader) or a GPU driver.");
}

/** Runs this process's command again with more variables, and exits as that does. */
export function startAgain(variables: Record<string, string>): never {
  const again = spawnSync(process.execPath, [...process.execArgv, ...givenArguments], {
    env: { ...process.env, ...variables },
    stdio: "inherit",
  });
  process.exit(again.status ?? 1);
}

export async function openNodeRunner(log: Log): Promise<Runner> {
  await provideWebGpu();
  const library = await import(pathToFileURL(join(outputFolder.library, "index.js")).href);
  const mounts: Mount[] = [];
  const server = await startFileServer({ mounts });
  return {
    server,
    serve: (path) => server.origin + mount(mounts, path),
    async run(request) {
      const tables: LogitsTable[] = [];
      const options = { ...request.options, worker: false, store: false };
      const hooks = { onProgress: log, onLogits: (table: LogitsTable) => void tables.push(table) };
      const result = await run(library, { ...request, options }, hooks);
      return { ...result, logits: tables.map(flatten) };
    },
    async evaluate(request) {
      const measures = await import(pathToFileURL(join(outputFolder.library, "eval.js")).href);
      const inNode = { worker: false, store: false };
      const opened = (model: EvalModel) => ({ ...model, options: { ...model.options, ...inNode } });
      const { model, beside, against } = request;
      const own = {
        ...request,
        model: opened(model),
        beside: beside?.map(opened),
        against: against && opened(against),
      };
      return evaluate({ ...library, ...measures }, own, log);
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function flatten({ rows, vocabSize }: LogitsTable): Float32Array {
  const values = new Float32Array(rows.length * vocabSize);
  for (let i = 0; i < rows.length; i++) {
    if (!rows[i]) throw new Error(`The engine gave no logits for position ${i}.`);
    values.set(rows[i], i * vocabSize);
  }
  return values;
}
