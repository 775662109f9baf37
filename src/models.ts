// The stored models, for applications: list, describe, download ahead of time, check, update, export, delete, and what the
// browser says about its storage. Nothing here needs a GPU.

import type { DownloadPause } from "./api/download-pause.ts";
import type { ModelUpdate, StorageReport, StoredModel, StoredModelInfo, VerifyReport } from "./api/surface.ts";
import { PronkError } from "./errors.ts";
import type { ExportRequest } from "./load/export.ts";
import { parseVariant } from "./load/prepared-model.ts";
import { prepareModel, type PrepareOptions, reopenSource } from "./load/prepare.ts";
import { compareWithSource } from "./load/update.ts";
import { onDemand } from "./on-demand.ts";
import type { QuantizeChoice } from "./quant/layout.ts";
import { startHashThread } from "./source/hash-thread.ts";
import type { OnProgress } from "./source/progress.ts";
import { openSource } from "./source/open-source.ts";
import { nameOfModel, newestOf } from "./source/reference.ts";
import type { ModelReference, ModelSource } from "./source/source.ts";
import type { ModelRecord } from "./store/model-record.ts";
import { ModelStore } from "./store/model-store.ts";
import { isReady, standingOf } from "./store/standing.ts";
import { keptByNewer, lost } from "./store/storage-errors.ts";
import { askToKeep, storageReport } from "./store/storage-report.ts";

/** How a model is brought into the store. */
export interface DownloadOptions {
  /** As `EngineOptions.quantize`; default `auto`. */
  quantize?: "auto" | QuantizeChoice;
  /** Access token for gated hub repositories; held in memory only. */
  token?: string;
  /** Another hub than huggingface.co. */
  hubUrl?: string;
  /** SHA-256 (hex) by file, for sources that publish none; wins over what the source says. */
  hashes?: Readonly<Record<string, string>>;
  /** Told of each phase's bytes, at most five times a second. */
  onProgress?: OnProgress;
  /** Ends the download; what has arrived stays, and the next one resumes there. */
  signal?: AbortSignal;
  /** Holds the download while it is paused. */
  pause?: DownloadPause;
}

/** How a stored model is checked. */
export interface VerifyOptions extends Pick<DownloadOptions, "token" | "hubUrl" | "onProgress" | "signal"> {
  /** Only this stored form; default: all of them. */
  quantize?: QuantizeChoice;
  /** Default true: fetch damaged blocks again. */
  repair?: boolean;
}

/** How a newer revision is looked for and fetched. */
export interface UpdateOptions extends Pick<DownloadOptions, "token" | "hubUrl" | "onProgress" | "signal" | "pause"> {
  /** Only this stored form; default: all of them. */
  quantize?: QuantizeChoice;
}

/** How a stored model is written out. */
export interface ExportOptions extends Pick<DownloadOptions, "onProgress" | "signal"> {
  /** Which of several stored forms; default the last used. */
  quantize?: QuantizeChoice;
}

const repairs = onDemand("repairs stored models", () => import("./load/repair.ts"));
const exporting = onDemand("exports models", () => import("./load/export.ts"));

/** What the store holds, the last used first; nothing where the browser has no store. */
export function listModels(): Promise<StoredModel[]> {
  return withStore(async (store) => ((await store?.list()) ?? []).map(summaryOf));
}

/** Deletes a model from the store by its `id`, complete or not; without `quantize` in every form that is kept. */
export function deleteModel(id: string, quantize?: QuantizeChoice): Promise<void> {
  return withStore(async (store) => {
    const records = await recordsOf(store, id, quantize);
    for (const { key } of records) await store!.delete(key);
  });
}

/** Every stored form of a model, by its `id` or a name it was loaded under, unfinished and unusable ones too; [] for none. */
function modelInfo(idOrReference?: string): Promise<StoredModelInfo[]> {
  return withStore(async (store) => {
    if (!store) return [];
    const name = idOrReference === undefined ? undefined : nameIfAny(idOrReference);
    const records = [...(await store.list()), ...(await store.unfinished())].filter(
      ({ sourceId, references }) =>
        idOrReference === undefined || sourceId === idOrReference || (name && references.includes(name)),
    );
    return Promise.all(
      records.map(async (record) => ({
        ...summaryOf(record),
        complete: isReady(record),
        ...unusableOf(record),
        storedBytes: record.state === "ready" ? record.sizeBytes : await store.storedBytes(record),
        references: record.references,
        savedCaches: await store.savedCaches(record.key),
        files: record.files.map(({ path, sizeBytes, rowEnds }) => ({ path, sizeBytes, rows: rowEnds.length })),
      })),
    );
  });
}

/**
 * Brings a model into the store without an engine. A folder that `models.export` wrote, or its archive, becomes the model
 * that it was, in the form that it had, without a network; only the folder vouches for its name. Rejects with PronkError,
 * or with the signal's reason.
 */
function downloadModel(model: ModelReference, options: DownloadOptions = {}): Promise<StoredModel> {
  return withStore(async (store) => {
    if (!store) throw new PronkError("storage-missing", (await storageReport()).message, { field: "store" });
    const { pause: gate, ...rest } = options;
    return summaryOf(await bring({ reference: model, store, gate, ...rest }));
  });
}

/** Has the store hold a model. */
async function bring(options: PrepareOptions & { store: ModelStore }): Promise<ModelRecord> {
  const { store, signal } = options;
  const { sourceId, variant, label, stream } = await prepareModel({ startHashThread, ...options });
  const there = await store.standing(sourceId, variant);
  if (there?.standing === "newer") throw keptByNewer(label);
  await stream({ write: async () => {} }, { signal });
  const record = await store.find(sourceId, variant);
  if (!record) throw lost("it was deleted");
  return record;
}

/**
 * Reads every block of a stored model and compares its checksum, and in files that are stored as published the SHA-256, on a
 * thread of its own; fetches damaged ones again where there is a network.
 */
function verifyStored(id: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { quantize, repair = true, onProgress, signal, ...open } = options;
  return withStore(async (store) => {
    const { verifyModel } = await repairs();
    const report: VerifyReport = { rows: 0, checkedBytes: 0, damaged: [] };
    const records = (await recordsOf(store, id, quantize)).filter(isReady);
    for (const record of records) {
      const { sourceId, references } = record; // an id names a file's folder, a reference the file
      const reopen = repair ? () => reopenSource(sourceId, { ...open, signal }, references.at(-1)) : undefined;
      const one = await verifyModel({ record, store: store!, reopen, startHashThread, onProgress, signal });
      report.rows += one.blocks;
      report.checkedBytes += one.checkedBytes;
      report.damaged.push(...one.damaged.map(({ block, ...damage }) => ({ ...damage, row: block })));
    }
    return report;
  });
}

/**
 * Whether the hub has another revision than the one that is stored, and what it would bring. Nothing is stored, and no weight
 * is fetched. Rejects with PronkError: `bad-request` where a model has no revisions (an address, picked files), else as a load.
 */
function checkUpdate(id: string, options: UpdateOptions = {}): Promise<ModelUpdate> {
  return withStore(async (store) => {
    const records = await readyOf(store, id, options.quantize);
    const source = await newestSource(id, options);
    const update = { id, label: records[0].label, newestId: source.id, isNewer: source.id !== id };
    if (!update.isNewer) return { ...update, files: [], fetchBytes: 0 };
    const found = await Promise.all(records.map((one) => compareWithSource(store!, one, source, options.signal)));
    const files = found.flatMap((one) => one.files);
    return { ...update, files, fetchBytes: found.reduce((sum, { fetchBytes }) => sum + fetchBytes, 0) };
  });
}

/**
 * Stores the hub's newest revision in place of a stored one, every form of it. Files that have not changed are taken from the
 * store. The old one stays, and is what loads, until the new one is whole. If there is nothing newer, nothing happens.
 * Rejects as `checkUpdate` and `download` do; what has arrived stays, and the next call resumes there.
 */
function updateModel(id: string, options: UpdateOptions = {}): Promise<StoredModel[]> {
  const { quantize, pause: gate, ...open } = options;
  return withStore(async (store) => {
    const records = await readyOf(store, id, quantize);
    const source = await newestSource(id, options);
    if (source.id === id) return records.map(summaryOf);
    const updated: StoredModel[] = [];
    for (const { key, variant, references } of records) {
      const unpinned = references.filter((reference) => newestOf(reference) === reference);
      const names = unpinned.length > 0 ? unpinned : [newestOf(id)!];
      const form = { ...parseVariant(variant), references: names };
      const record = await bring({ reference: source, store: store!, ...form, gate, ...open });
      await store!.delete(key);
      updated.push(summaryOf(record));
    }
    return updated;
  });
}

function newestSource(id: string, { token, hubUrl, signal, pause }: UpdateOptions): Promise<ModelSource> {
  const newest = newestOf(id);
  if (newest) return openSource(newest, { token, hubUrl, signal, gate: pause });
  throw new PronkError("bad-request", `${id} is no repository of a hub, so there are no revisions of it to look for.`, {
    field: "id",
    expected: "hub:owner/name@commit",
    found: id,
  });
}

/**
 * Writes a stored model into a folder, replacing files of the same names: weights as they are stored (the files that were
 * published, or pronk's own q8 and q4 rows), the small files with the licence and its notice, and a description by which
 * `createEngine` and `models.download` recognise the folder as that model. One block (16 MiB) is in memory at a time;
 * each is checked. Rejects with PronkError: `integrity` (a stored block is damaged), `storage-full`, `bad-request` (the folder
 * cannot be written).
 */
function exportModel(id: string, folder: FileSystemDirectoryHandle, options: ExportOptions = {}): Promise<void> {
  return withExport(id, options, async (request) => (await exporting()).exportToFolder(request, folder));
}

/**
 * The same as one file (tar), for browsers whose pages cannot write into a folder: a link with `download` saves it. Its bytes
 * stay in the browser's store until then, so the model must not be deleted before it is saved.
 */
function archiveModel(id: string, options: ExportOptions = {}): Promise<File> {
  return withExport(id, options, async (request) => (await exporting()).exportAsArchive(request));
}

function withExport<T>(
  id: string,
  { quantize, ...options }: ExportOptions,
  use: (request: ExportRequest) => Promise<T>,
): Promise<T> {
  return withStore(async (store) => {
    const [record] = await readyOf(store, id, quantize);
    return use({ record, store: store!, startHashThread, ...options });
  });
}

/**
 * What applications do with the store. Its calls reject with PronkError: `bad-request` for an id that the store does not hold,
 * `storage-missing` where there is no store to write to.
 *
 * @example
 * ```ts
 * import { models } from "pronk";
 *
 * for (const { id, label, sizeBytes } of await models.list()) {
 *   show(`${label}: ${sizeBytes} bytes`);
 *   await models.delete(id);
 * }
 * ```
 */
export const models = {
  /** What the store holds, the last used first; [] where the browser has no store. */
  list: listModels,
  /** Every stored form of one model, or of all, unfinished and unusable ones too; [] for none. */
  info: modelInfo,
  /** Brings a model into the store without an engine. Rejects also as a load does. */
  download: downloadModel,
  /** Deletes a model, in one form or in all that are kept. */
  delete: deleteModel,
  /** Deletes what `engine.cache` has saved under a name, of every model. */
  deleteCache: (name: string): Promise<void> => withStore(async (store) => store?.deleteSavedCaches(name)),
  /** Reads a stored model, compares its checksums, and fetches damaged blocks again. */
  verify: verifyStored,
  /** Whether the hub has another revision, and what it would bring. Fetches no weight. */
  checkUpdate,
  /** Stores the hub's newest revision in place of a stored one, which stays until the new one is whole. */
  update: updateModel,
  /** Writes a stored model into a folder. Rejects also with `integrity` and `storage-full`. */
  export: exportModel,
  /** The same as one file (tar), for a link with `download`. */
  archive: archiveModel,
  /** Asks the browser to keep the store when it needs space; gives its answer in words. */
  persist: (): Promise<StorageReport> => askToKeep(),
  /** What the browser says of its storage, without asking it for anything. */
  storage: (): Promise<StorageReport> => storageReport(),
} as const;

async function recordsOf(
  store: ModelStore | undefined,
  id: string,
  quantize: QuantizeChoice | undefined,
): Promise<ModelRecord[]> {
  const all = store ? [...(await store.findModel(id)), ...(await store.unfinished())] : [];
  const found = all.filter(
    ({ sourceId, variant }) =>
      sourceId === id && (quantize === undefined || parseVariant(variant).quantize === quantize),
  );
  if (found.length > 0) return found;
  throw notHeld(id, quantize);
}

/** At least one. */
async function readyOf(...of: Parameters<typeof recordsOf>): Promise<ModelRecord[]> {
  const records = (await recordsOf(...of)).filter(isReady);
  if (records.length > 0) return records;
  throw notHeld(of[1], of[2]);
}

function notHeld(id: string, quantize: QuantizeChoice | undefined): PronkError {
  const what = quantize === undefined ? id : `${id} in ${quantize}`;
  return new PronkError("bad-request", `The store does not hold ${what}. models.list() tells what it holds.`, {
    field: "id",
    expected: "the id of a stored model",
    found: what,
  });
}

/** Undefined for an id, which is no reference. */
function nameIfAny(idOrReference: string): string | undefined {
  try {
    return nameOfModel(idOrReference);
  } catch {
    return undefined;
  }
}

function unusableOf(record: ModelRecord): Pick<StoredModelInfo, "unusable"> {
  const standing = standingOf(record);
  return standing === "current" ? {} : { unusable: standing };
}

function summaryOf({ sourceId, label, variant, sizeBytes, createdAt, usedAt }: ModelRecord): StoredModel {
  return { id: sourceId, label, ...parseVariant(variant), sizeBytes, createdAt, usedAt };
}

async function withStore<T>(use: (store: ModelStore | undefined) => Promise<T>): Promise<T> {
  const store = await ModelStore.open();
  try {
    return await use(store);
  } finally {
    store?.close();
  }
}
