// Which GGUF files make one model, by their names alone: a file, or the parts that llama.cpp's splitter numbers
// `-00001-of-00003`.

export const partName = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;

/** The models among a source's GGUF files: each the paths of its parts in order. Parts that lack a sibling count too. */
export function ggufModels(paths: readonly string[]): string[][] {
  const models = new Map<string, string[]>();
  for (const path of paths.filter((candidate) => /\.gguf$/i.test(candidate)).toSorted()) {
    const match = partName.exec(path);
    const key = match ? `${match[1]} of ${match[3]}` : path;
    models.set(key, [...(models.get(key) ?? []), path]);
  }
  return [...models.values()];
}
