// Which files hold the model's tensors, in safetensors' shards or torch's. The file list is trusted over the index: an index
// may be left over from another export. Only headers are read here, never data, so a large file without wanted tensors costs
// nothing.

import { PronkError } from "../errors.ts";
import { maxParsedBytes } from "../source/read-limit.ts";
import { readWhole } from "../source/whole-file.ts";
import { isForeignPath } from "./foreign-paths.ts";
import { JsonFile } from "./json-file.ts";
import { missingTensors } from "./llama-tensors.ts";
import { readSafetensorsHeader, type SafetensorsEntry } from "./safetensors.ts";
import type { TensorFiles } from "./tensor-files.ts";

/** How one kind of weights is laid out in files. */
export interface ShardKind {
  /** The file that holds a whole model. */
  whole: string;
  /** Tensor names with their files. */
  index: string;
  isShard(path: string): boolean;
  /** A file's tensors; no weight is read. */
  readHeader(source: TensorFiles, file: string, options: { signal?: AbortSignal }): Promise<SafetensorsEntry[]>;
}

export const safetensorsShards: ShardKind = {
  whole: "model.safetensors",
  index: "model.safetensors.index.json",
  isShard: (path) => path.endsWith(".safetensors") && !path.includes("/") && !isForeignPath(path),
  readHeader: readSafetensorsHeader,
};

export interface FoundEntries {
  /** From every file that was looked into. */
  entries: SafetensorsEntry[];
  /** What `missingOf` still misses. */
  missing: string[];
  where: string; // for messages: the one file, or the source
  lost: string[]; // files that an index names and that are not there
}

/**
 * Headers of the files that should hold the model, and of the others too where something is missing. `missingOf` names what
 * a list of entries lacks.
 */
export async function readEntries(
  source: TensorFiles,
  kind: ShardKind,
  missingOf: (entries: readonly SafetensorsEntry[]) => string[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<FoundEntries> {
  const present = source.files.map((file) => file.path).filter(kind.isShard);
  const indexed = await readIndexedFiles(source, kind.index, signal);
  const lost = indexed.filter((path) => !present.includes(path));
  const candidates =
    indexed.length > 0 && lost.length === 0
      ? indexed
      : present.includes(kind.whole) && lost.length === 0
        ? [kind.whole]
        : present;

  const readAll = (files: string[]) => Promise.all(files.map((file) => kind.readHeader(source, file, { signal })));
  let entries = (await readAll(candidates)).flat();
  let missing = missingOf(entries);
  if (missing.length > 0 && candidates.length < present.length) {
    entries = entries.concat((await readAll(present.filter((path) => !candidates.includes(path)))).flat());
    missing = missingOf(entries);
  }
  return { entries, missing, where: candidates.length === 1 ? candidates[0] : source.label, lost };
}

/** Missing because a shard is missing, or simply missing. */
export function missingError({ missing, where, lost }: FoundEntries, { index }: ShardKind): PronkError {
  return lost.length > 0 ? missingShard(index, lost, missing) : missingTensors(missing, where);
}

async function readIndexedFiles(source: TensorFiles, indexName: string, signal?: AbortSignal): Promise<string[]> {
  const index = source.files.find((file) => file.path === indexName);
  if (!index) return [];
  if (index.sizeBytes > maxParsedBytes)
    throw new PronkError(
      "format",
      `"${indexName}" has ${index.sizeBytes} bytes; an index has at most ${maxParsedBytes}.`,
      { file: indexName },
    );
  const bytes = await readWhole(source, indexName, { signal });
  const map = JsonFile.parse(indexName, bytes).object("weight_map");
  if (!map) throw JsonFile.parse(indexName, bytes).missing("weight_map", "tensor names with their files");
  const files = [...new Set(Object.values(map.fields))];
  for (const file of files) if (typeof file !== "string") throw map.wrong("*", "file names", file);
  return (files as string[]).toSorted();
}

function missingShard(indexName: string, lost: string[], missing: string[]): PronkError {
  return new PronkError(
    "format",
    `"${indexName}" names "${lost[0]}", which is not there${lost.length > 1 ? ` (nor are ${lost.length - 1} more)` : ""}, and no other file holds tensor "${missing[0]}". Add the missing shard.`,
    { file: lost[0], field: missing[0], expected: lost[0], found: null },
  );
}
