// What this release can do with a stored record: use it, replace it, or leave it to the newer release that wrote it. All
// that read the store ask here, so lists, loads and deletion agree. Of the loader's manifest it knows only the version, and
// what must be there for a load not to deliver less than a model.

import { manifestVersion, rowsVersion, usableManifests } from "../versions.ts";
import { modelKey, type FileBlocks, type ModelRecord } from "./model-record.ts";
import { wasMisread } from "./misread.ts";

/** `misread`: an earlier release left out or misread a part of the model; the blocks that it stored are good. */
export type Standing = "current" | "misread" | "older" | "newer" | "damaged";

export function standingOf(record: ModelRecord): Standing {
  const version = (record.manifest as { version?: unknown } | undefined)?.version;
  const rows = rowsVersionOf(record);
  if (typeof version !== "number") return "damaged";
  if (version > manifestVersion || rows > rowsVersion) return "newer";
  const isUsable = version === manifestVersion || usableManifests[manifestVersion]?.includes(version);
  if (!isUsable || rows < rowsVersion) return "older";
  if (!isWhole(record)) return "damaged";
  return version === 1 && wasMisread(record) ? "misread" : "current";
}

/** The version of rows that pronk made, known by the names of their files (quant/stored-form.ts). */
function rowsVersionOf({ variant, files }: Partial<ModelRecord>): number {
  if (!/^q[48]/.test(variant ?? "")) return rowsVersion; // the source's own bytes
  const numbers = (Array.isArray(files) ? files : []).map((file) => Number(/\.q[48]v(\d+)$/.exec(file?.path)?.[1]));
  return numbers.find((number) => number > 0 && number !== rowsVersion) ?? rowsVersion;
}

/** Whether readers see it: all of it is there, verified, and usable by this release. */
export const isReady = (record: ModelRecord): boolean => record.state === "ready" && standingOf(record) === "current";

interface Extent {
  file: string; // stored
  start: number;
  end: number;
}

interface Manifest {
  config?: { layers?: unknown };
  tensors?: Extent[];
  matrices?: { parts: Record<string, Extent> }[];
}

/** An adapter (load/prepare-lora.ts) has as many tensors as its author liked. */
const isAdapter = (variant: string) => variant.endsWith(":adapter");

const leastTensors = (layers: number) => 9 * layers + 2; // Llama's, plus the embedding and the last norm

function isWhole(record: ModelRecord): boolean {
  try {
    const { key, sourceId, variant, label, references, sideFiles, files } = record;
    const { config, tensors, matrices = [] } = record.manifest as Manifest;
    const sizes = new Map(files.map(({ path, sizeBytes }) => [path, sizeBytes]));
    const extents = [...tensors!, ...matrices.flatMap(({ parts }) => Object.values(parts))];
    return (
      key === modelKey(sourceId, variant) &&
      typeof label === "string" &&
      Array.isArray(references) &&
      sideFiles instanceof Map &&
      files.every(endsInOrder) &&
      tensors!.length + matrices.length >= (isAdapter(variant) ? 1 : leastTensors(config!.layers as number)) &&
      extents.every(({ file, start, end }) => 0 <= start && start <= end && end <= sizes.get(file)!)
    );
  } catch {
    return false; // a field does not even have the right type
  }
}

const endsInOrder = ({ sizeBytes, rowEnds }: FileBlocks): boolean =>
  (rowEnds.at(-1) ?? 0) === sizeBytes && rowEnds.every((end, i) => end > (rowEnds[i - 1] ?? 0));

/** A damaged record, with missing fields filled in from its key, so that it can be shown and deleted. */
export function shown(record: ModelRecord): ModelRecord {
  const standing = standingOf(record);
  if (standing === "current" || standing === "misread") return record;
  const bar = record.key.lastIndexOf("|");
  const [sourceId, variant] = [record.key.slice(0, bar), record.key.slice(bar + 1)];
  const { label, references, files, sizeBytes, createdAt, usedAt } = record as Partial<ModelRecord>;
  const whole = Array.isArray(files) ? files.filter((file) => Array.isArray(file?.rowEnds)) : [];
  return {
    ...record,
    manifest: standing === "damaged" ? undefined : record.manifest, // if mended it would pass for whole
    sourceId,
    variant,
    label: typeof label === "string" ? label : sourceId,
    references: Array.isArray(references) ? references : [],
    files: whole,
    sizeBytes: sizeBytes ?? whole.reduce((sum, file) => sum + file.sizeBytes, 0),
    createdAt: createdAt ?? 0,
    usedAt: usedAt ?? Date.now(), // unknown: not forgotten yet
  };
}
