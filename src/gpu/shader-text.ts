// The text of every file of ../../shaders, by name. The only place that reads them.

import type { ShaderFile } from "./shader-table.ts";

const texts = import.meta.glob<string>("../../shaders/*.wgsl", { query: "?raw", import: "default", eager: true });

export function shaderText(file: ShaderFile): string {
  return texts[`../../shaders/${file}.wgsl`];
}
