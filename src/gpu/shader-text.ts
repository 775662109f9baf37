// The text of every file of ../../shaders, by name, and the only place that reads them (but for the benchmark's own). A text
// may be had at once or arrive: a pipeline waits for its files, so which of them a bundle holds and which are fetched is
// decided here alone.

import { onDemand } from "../on-demand.ts";
import type { ShaderFile } from "./shader-table.ts";

/** What only adapters, steps of several tokens, or models quantized by their publisher need: each is loaded on demand. */
const parts = import.meta.glob<{ default: string }>(
  "../../shaders/{bias_low_rank,bias_low_rank_apart,blocks_piece,low_rank_scales,matvec_{few,bytes_few,subgroup_few,tile_few},wide_dot,repack_{blocks,columns,grids,slabs,streams,turned},decode_{affine,book,exl2,fp8,grid,int8,super,vectors}}.wgsl",
  { query: "?raw" },
);
const texts: Record<string, string | (() => Promise<string>)> = import.meta.glob<string>(
  [
    "../../shaders/*.wgsl",
    "!../../shaders/{bias_low_rank,bias_low_rank_apart,blocks_piece,low_rank_scales,matvec_{few,bytes_few,subgroup_few,tile_few},wide_dot,repack_{blocks,columns,grids,slabs,streams,turned},decode_{affine,book,exl2,fp8,grid,int8,super,vectors}}.wgsl",
  ],
  { query: "?raw", import: "default", eager: true },
);
for (const [path, load] of Object.entries(parts)) {
  const part = onDemand(`is the shader ${path.slice(14)}`, load);
  texts[path] = async () => (await part()).default;
}

/** Texts of these files. Rejects with PronkError `network` where one does not arrive. */
export async function shaderTexts(files: readonly ShaderFile[]): Promise<(file: ShaderFile) => string> {
  const textOf = async (file: ShaderFile) => {
    const text = texts[`../../shaders/${file}.wgsl`];
    return [file, typeof text === "string" ? text : await text()] as const;
  };
  const arrived = new Map(await Promise.all(files.map(textOf)));
  return (file) => arrived.get(file)!;
}
