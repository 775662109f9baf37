// The text of every file of ../../shaders, by name. The only place that reads them. A text may be had at once or arrive: a
// pipeline waits for its files, so which of them a bundle holds and which are fetched is decided here alone.

import type { ShaderFile } from "./shader-table.ts";

const texts: Record<string, string | (() => Promise<string>)> = import.meta.glob<string>("../../shaders/*.wgsl", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Texts of these files. Errors: the import's, where a text does not arrive. */
export async function shaderTexts(files: readonly ShaderFile[]): Promise<(file: ShaderFile) => string> {
  const textOf = async (file: ShaderFile) => {
    const text = texts[`../../shaders/${file}.wgsl`];
    return [file, typeof text === "string" ? text : await text()] as const;
  };
  const arrived = new Map(await Promise.all(files.map(textOf)));
  return (file) => arrived.get(file)!;
}
