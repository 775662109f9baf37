// Which safetensors files hold the model's tensors. The file list is trusted over the index: an index may be left over
// from another export. Only headers are read here, never data, so a large file without wanted tensors costs nothing.

import { PronkError } from "../errors.ts";
import { JsonFile } from "./json-file.ts";
import { missingTensors, quantizedInstead, toTensor } from "./llama-tensors.ts";
import { readSafetensorsHeader, type SafetensorsEntry } from "./safetensors.ts";
import type { TensorInfo } from "./tensor.ts";
import type { TensorFiles } from "./tensor-files.ts";

const indexName = "model.safetensors.index.json";
const maxIndexBytes = 64 * 2 ** 20;

export interface FoundEntries {
  /** Of every file that was looked into. */
  entries: SafetensorsEntry[];
  /** What `missingOf` still misses. */
  missing: string[];
  where: string; // for messages: the one file, or the source
  lost: string[]; // files that an index names and that are not there
}

/**
 * Headers of the safetensors files that should hold the model, and of the others too where something is missing.
 * `missingOf` names what a list of entries lacks.
 */
export async function readEntries(
  source: TensorFiles,
  missingOf: (entries: readonly SafetensorsEntry[]) => string[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<FoundEntries> {
  const present = source.files
    .map((file) => file.path)
    .filter((path) => path.endsWith(".safetensors") && !path.includes("/"));
  const indexed = await readIndexedFiles(source, signal);
  const lost = indexed.filter((path) => !present.includes(path));
  const candidates =
    indexed.length > 0 && lost.length === 0
      ? indexed
      : present.includes("model.safetensors") && lost.length === 0
        ? ["model.safetensors"]
        : present;
  if (candidates.length === 0) throw noWeights(source.label, indexed);

  const readAll = (files: string[]) =>
    Promise.all(files.map((file) => readSafetensorsHeader(source, file, { signal })));
  let entries = (await readAll(candidates)).flat();
  let missing = missingOf(entries);
  if (missing.length > 0 && candidates.length < present.length) {
    entries = entries.concat((await readAll(present.filter((path) => !candidates.includes(path)))).flat());
    missing = missingOf(entries);
  }
  return { entries, missing, where: candidates.length === 1 ? candidates[0] : source.label, lost };
}

/** The expected tensors, each found in exactly one file and checked. Sorted by file, then start. */
export async function findTensors(
  source: TensorFiles,
  expected: ReadonlyMap<string, readonly number[]>,
  options: { signal?: AbortSignal } = {},
): Promise<TensorInfo[]> {
  const missingOf = (entries: readonly SafetensorsEntry[]) => {
    const found = new Set(entries.map((entry) => entry.name));
    return [...expected.keys()].filter((name) => !found.has(name));
  };
  const { entries, missing, where, lost } = await readEntries(source, missingOf, options);
  if (missing.length > 0) {
    const names = entries.map((entry) => entry.name);
    throw quantizedInstead(missing, names, where) ?? missingError(missing, where, lost);
  }
  return pick(expected, entries);
}

/** Missing because a shard is, or just missing. */
export function missingError(missing: string[], where: string, lost: string[]): PronkError {
  return lost.length > 0 ? missingShard(lost, missing) : missingTensors(missing, where);
}

function pick(expected: ReadonlyMap<string, readonly number[]>, entries: SafetensorsEntry[]): TensorInfo[] {
  const tensors = new Map<string, TensorInfo>();
  for (const entry of entries) {
    const shape = expected.get(entry.name);
    if (!shape) continue;
    const other = tensors.get(entry.name);
    if (other)
      throw new PronkError(
        "format",
        `Tensor "${entry.name}" is in both "${other.file}" and "${entry.file}". Remove the file that does not belong to the model.`,
        { file: entry.file, field: entry.name, expected: other.file, found: entry.file },
      );
    tensors.set(entry.name, toTensor(entry, shape));
  }
  return [...tensors.values()].toSorted((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1));
}

async function readIndexedFiles(source: TensorFiles, signal?: AbortSignal): Promise<string[]> {
  const index = source.files.find((file) => file.path === indexName);
  if (!index) return [];
  if (index.sizeBytes > maxIndexBytes)
    throw new PronkError(
      "format",
      `"${indexName}" has ${index.sizeBytes} bytes; an index has at most ${maxIndexBytes}.`,
      { file: indexName },
    );
  const piece = 16 * 2 ** 20;
  const bytes = new Uint8Array(index.sizeBytes);
  for (let start = 0; start < bytes.length; start += piece)
    bytes.set(await source.read(indexName, start, Math.min(start + piece, bytes.length), { signal }), start);
  const map = JsonFile.parse(indexName, bytes).object("weight_map");
  if (!map) throw JsonFile.parse(indexName, bytes).missing("weight_map", "tensor names with their files");
  const files = [...new Set(Object.values(map.fields))];
  for (const file of files) if (typeof file !== "string") throw map.wrong("*", "file names", file);
  return (files as string[]).toSorted();
}

function missingShard(lost: string[], missing: string[]): PronkError {
  return new PronkError(
    "format",
    `"${indexName}" names "${lost[0]}", which is not there${lost.length > 1 ? ` (nor are ${lost.length - 1} more)` : ""}, and no other file holds tensor "${missing[0]}". Add the missing shard.`,
    { file: lost[0], field: missing[0], expected: lost[0], found: null },
  );
}

function noWeights(label: string, indexed: string[]): PronkError {
  if (indexed.length > 0)
    return new PronkError(
      "format",
      `"${indexName}" names "${indexed[0]}", which is not there; no safetensors file is. Add the missing shards.`,
      {
        file: indexed[0],
        expected: indexed[0],
        found: null,
      },
    );
  return new PronkError(
    "unsupported",
    `${label} has no safetensors file. pronk reads model.safetensors or shards of it (f32, f16, bf16), and llama2.c's .bin.`,
    { file: label, expected: "*.safetensors", found: null },
  );
}
