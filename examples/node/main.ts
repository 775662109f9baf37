// A script in Node: npm install pronk webgpu, then npx tsx main.ts [MODEL]. Dawn, Chromium's WebGPU, comes with the package webgpu and
// needs a GPU's driver. Node has no IndexedDB, so nothing is stored.

import { createEngine } from "pronk";
import { create, globals } from "webgpu";

Object.assign(globalThis, globals);
Object.defineProperty(globalThis, "navigator", { value: { gpu: create([]), userAgent: "Node" }, configurable: true });

const model = process.argv[2] ?? "HuggingFaceTB/SmolLM2-360M-Instruct";
const engine = await createEngine(model, { worker: false, store: false });
const stream = await engine.chat.completions.create({
  messages: [{ role: "user", content: "What is WebGPU?" }],
  max_tokens: 60,
  stream: true,
});
for await (const { choices } of stream) process.stdout.write(choices[0]?.delta.content ?? "");
console.log();
await engine.unload();
process.exit(); // Dawn's threads would keep it alive
