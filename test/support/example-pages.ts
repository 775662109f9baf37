// The pages of examples/ that are one script each, built by Vite over the built library and opened in Chromium with the shipped
// model.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import { type FileServer, startFileServer } from "../../cli/server/file-server.ts";
import { outputFolder, root } from "../../cli/built.ts";
import { ensureBuilt } from "../../tools/stale.ts";
import { safetensorsHeader, tensorBytes } from "../reference/safetensors-writer.ts";

export interface ExamplePages extends AsyncDisposable {
  page: BrowserPage;
  server: FileServer;
  /** What the example has shown when it is done. */
  shown(name: string): Promise<string>;
}

export async function openExamples(names: readonly string[]): Promise<ExamplePages> {
  ensureBuilt(["library"]);
  const built = mkdtempSync(join(tmpdir(), "pronk-examples-"));
  const adapter = join(built, "adapter");
  writeAdapter(adapter);
  const library = (file: string) => join(outputFolder.library, file);
  await build({
    configFile: false,
    root: join(root, "examples"),
    logLevel: "error",
    worker: { format: "es" },
    resolve: {
      alias: [
        { find: /^pronk$/, replacement: library("index.js") },
        { find: /^pronk\/element$/, replacement: library("element.js") },
      ],
    },
    build: {
      outDir: join(built, "pages"),
      target: "es2023",
      minify: false,
      rolldownOptions: { input: names.map((name) => join(root, "examples", name, "index.html")) },
    },
  });
  const server = await startFileServer({
    policy: "", // the pages' own
    mounts: [
      { prefix: "/model/", path: join(root, "public/models/tiny") },
      { prefix: "/adapter/", path: adapter },
      { prefix: "/lib/", path: outputFolder.library },
      { prefix: "/", path: join(built, "pages") },
    ],
  });
  const page = await launch("chromium", { adapter: "software" });
  const failures: string[] = [];
  page.onConsole((level, text) => void (level === "error" && failures.push(text)));
  page.playwright!.on("pageerror", (error) => failures.push(String(error)));
  return {
    page,
    server,
    async shown(name) {
      failures.length = 0;
      await page.goto(
        `${server.origin}/${name}/index.html?model=${server.origin}/model/&adapter=${server.origin}/adapter/`,
      );
      const deadline = Date.now() + 240_000;
      for (;;) {
        if (failures.length > 0) throw new Error(`${name}: ${failures.join("\n")}`);
        const done = await page.evaluate<string | null>(
          "() => { const out = document.querySelector('pre'); return out?.dataset.done === undefined ? null : out.textContent; }",
        );
        if (done !== null) return done;
        if (Date.now() > deadline) throw new Error(`${name} is not done after four minutes.`);
        await page.playwright!.waitForTimeout(100);
      }
    },
    async [Symbol.asyncDispose]() {
      await page.close();
      await server.close();
      rmSync(built, { recursive: true });
    },
  };
}

/** A LoRA of rank 1 on one matrix of the shipped model, large enough to be noticed. */
function writeAdapter(folder: string): void {
  const at = "base_model.model.model.layers.3.mlp.down_proj.lora_";
  const tensors = [
    { name: `${at}A.weight`, dtype: "f32" as const, shape: [1, 512] },
    { name: `${at}B.weight`, dtype: "f32" as const, shape: [192, 1] },
  ];
  const values = tensors.map((tensor) =>
    Float32Array.from({ length: tensorBytes(tensor) / 4 }, (_, i) => Math.sin(i + 1)),
  );
  mkdirSync(folder);
  const bytes = [safetensorsHeader(tensors), ...values.map(({ buffer }) => new Uint8Array(buffer))];
  writeFileSync(join(folder, "adapter_model.safetensors"), Buffer.concat(bytes));
  const config = { peft_type: "LORA", r: 1, lora_alpha: 8, target_modules: ["down_proj"], layers_to_transform: [3] };
  writeFileSync(
    join(folder, "adapter_config.json"),
    JSON.stringify({ ...config, bias: "none", task_type: "CAUSAL_LM" }),
  );
}

/** examples/tag as it stands, with its scripts and model where these servers have them. */
export const tagPage = (scripts: string, model: string): string =>
  readFileSync(join(root, "examples/tag/index.html"), "utf8")
    .replace("https://static.example.org/pronk", scripts)
    .replace("HuggingFaceTB/SmolLM2-360M-Instruct", model);
