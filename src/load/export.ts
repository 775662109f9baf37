// A stored model as files that a person can carry to another device: its weight files as they are stored (as published, or
// pronk's rows), its small files, licence and notices, and a description from which exported.ts makes the same model again,
// without asking anybody. Into a folder block by block, or as one archive whose bytes stay in the browser's store until they
// are saved: never more than a block is in memory.

import { PronkError } from "../errors.ts";
import { findLicenseEvidence, llama2Attribution } from "../format/license-evidence.ts";
import { onDemand } from "../on-demand.ts";
import { FileHasher } from "../source/file-hasher.ts";
import type { StartHashThread } from "../source/hash-thread.ts";
import { checksum64 } from "../source/checksum.ts";
import { ProgressMeter, type OnProgress } from "../source/progress.ts";
import type { FileBlocks, ModelRecord } from "../store/model-record.ts";
import type { ModelStore } from "../store/model-store.ts";
import { checkBlock } from "./check-block.ts";
import { descriptionName, descriptionVersion } from "./export-name.ts";
import type { ModelManifest } from "./prepared-model.ts";
import { tarEnd, tarHeader, tarPadding } from "./write-tar.ts";

const licence = onDemand("holds Llama 2's licence", () => import("../../LICENSE-LLAMA2.txt?raw"));

export interface ExportRequest {
  record: ModelRecord;
  store: ModelStore;
  startHashThread?: StartHashThread;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

interface Checked {
  checksums: string[];
  sha256?: string;
}

/** Writes every file into the folder, replacing those of the same name; the description last. */
export async function exportToFolder(request: ExportRequest, folder: FileSystemDirectoryHandle): Promise<void> {
  const { record } = request;
  const small = await smallFiles(record);
  const names = namesOf(record, small);
  const checked = new Map<string, Checked>();
  await withBlocks(request, async (file, blocks) => {
    await writeFile(folder, names.get(file.path)!, async (write) => {
      checked.set(file.path, await blocks(write));
    });
  });
  request.signal?.throwIfAborted();
  small.set(descriptionName, describe(record, small, names, checked));
  for (const [name, bytes] of small) await writeFile(folder, name, (write) => write(bytes));
}

/** The same as one file. Its weights are checked now, and read when the file is saved. */
export async function exportAsArchive(request: ExportRequest): Promise<File> {
  const { record, store } = request;
  const small = await smallFiles(record);
  const names = namesOf(record, small);
  const checked = new Map<string, Checked>();
  await withBlocks(request, async (file, blocks) => void checked.set(file.path, await blocks(async () => {})));
  const now = Date.now();
  const folder = fileName(record.label).slice(0, longestFolder);
  const parts: BlobPart[] = [];
  const add = (name: string, sizeBytes: number, content: readonly BlobPart[]) =>
    parts.push(tarHeader(`${folder}/${name}`, sizeBytes, now), ...content, tarPadding(sizeBytes));
  small.set(descriptionName, describe(record, small, names, checked));
  for (const [name, bytes] of small) add(name, bytes.length, [bytes]);
  for (const file of record.files) {
    const blocks = file.rowEnds.map((_, index) => store.blockParts(record, file.path, index));
    add(names.get(file.path)!, file.sizeBytes, await Promise.all(blocks));
  }
  return new File([...parts, tarEnd()], `${folder}.tar`, { type: "application/x-tar" });
}

type Write = (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;

/** Runs `each` for every file, with a function that reads its blocks, checks them and passes them on to be written. */
async function withBlocks(
  { record, store, startHashThread, onProgress, signal }: ExportRequest,
  each: (file: FileBlocks, blocks: (write: Write) => Promise<Checked>) => Promise<void>,
): Promise<void> {
  const hasher = await FileHasher.open(startHashThread);
  const meter = new ProgressMeter("read", record.sizeBytes, onProgress);
  const readAll = async (file: FileBlocks, write: Write): Promise<Checked> => {
    const checked: Checked = { checksums: [] };
    for (let index = 0; index < file.rowEnds.length; index++) {
      signal?.throwIfAborted();
      const { bytes, checksum, sha256 } = await checkBlock(record, store, file.path, index, hasher);
      checked.checksums.push(checksum);
      checked.sha256 = sha256; // of the whole file, with the last
      const sizeBytes = bytes.length;
      await write(bytes);
      meter.add(sizeBytes, file.path);
    }
    return checked;
  };
  try {
    for (const file of record.files) await each(file, (write) => readAll(file, write));
  } finally {
    hasher.close();
  }
}

/** What lies beside the weights: name -> bytes. */
async function smallFiles({ sideFiles, manifest, label }: ModelRecord): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const small = new Map(sideFiles as Map<string, Uint8Array<ArrayBuffer>>);
  const { card, origin } = manifest as ModelManifest;
  if (!findLicenseEvidence({ sideFiles, card, origin, label }).llama2) return small;
  // The agreement requires both to accompany the model; many repositories hold neither.
  const add = (name: string, text: string) =>
    small.has(name) || small.set(name, new TextEncoder().encode(`${text.trimEnd()}\n`));
  add("NOTICE", llama2Attribution);
  add("LICENSE-LLAMA2.txt", (await licence()).default);
  return small;
}

const longestFolder = 40; // with the names below it fits the room in an archive
const longestName = 58;

/** Stored file -> its name in the export: distinct on every system, none in a folder. */
function namesOf(record: ModelRecord, small: ReadonlyMap<string, unknown>): Map<string, string> {
  const taken = new Set([descriptionName, ...small.keys()].map((name) => name.toLowerCase()));
  const names = new Map<string, string>();
  for (const { path } of record.files) {
    const plain = fileName(path).slice(-longestName);
    let name = plain;
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${count}-${plain}`;
    taken.add(name.toLowerCase());
    names.set(path, name);
  }
  return names;
}

/** Turns a path into what every file system accepts as a name. */
const fileName = (path: string) => path.replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^\.+/, "_");

function describe(
  record: ModelRecord,
  small: ReadonlyMap<string, Uint8Array>,
  names: ReadonlyMap<string, string>,
  checked: ReadonlyMap<string, Checked>,
): Uint8Array<ArrayBuffer> {
  const { sourceId, variant, label, references } = record;
  const { early: _, ...manifest } = record.manifest as ModelManifest; // it is read from the weight files again
  const description = {
    pronk: descriptionVersion,
    about: `${label}, exported from pronk. Open this folder, or the archive, on its page to have it there.`,
    id: sourceId,
    label,
    references,
    variant,
    sideFiles: [...small].map(([name, bytes]) => ({ name, sizeBytes: bytes.length, checksum: checksum64(bytes) })),
    files: record.files.map(({ path, sizeBytes, rowEnds }) => {
      const { checksums, sha256 } = checked.get(path)!;
      return { path, name: names.get(path), sizeBytes, ...(sha256 ? { sha256 } : {}), rowEnds, checksums };
    }),
    manifest,
  };
  return new TextEncoder().encode(JSON.stringify(description, undefined, 1));
}

async function writeFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  fill: (write: Write) => Promise<void>,
): Promise<void> {
  let failure: unknown; // the disk's
  let stream: FileSystemWritableFileStream | undefined;
  const onDisk = <T>(work: Promise<T>) =>
    work.catch((error: unknown) => {
      failure = error;
      throw error;
    });
  try {
    const handle = await onDisk(folder.getFileHandle(name, { create: true }));
    stream = await onDisk(handle.createWritable());
    await fill((bytes) => onDisk(stream!.write(bytes)));
    await onDisk(stream.close());
  } catch (error) {
    await stream?.abort().catch(() => {});
    throw failure === error ? unwritten(folder.name, name, error as Error) : error;
  }
}

function unwritten(folder: string, name: string, cause: Error): PronkError {
  const facts = { file: name, found: cause.name };
  return cause.name === "QuotaExceededError"
    ? new PronkError("storage-full", `There is no room for "${name}" in the folder "${folder}". Free some, or take another folder.`, { ...facts, neededBytes: null, availableBytes: null }, { cause }) // prettier-ignore
    : new PronkError("bad-request", `"${name}" could not be written into the folder "${folder}" (${cause.message}). Take a folder that this page may change.`, { ...facts, field: "folder" }, { cause }); // prettier-ignore
}
