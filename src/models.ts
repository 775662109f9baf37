// The stored models, for applications: list, describe, download ahead of time, check, delete, and what the browser says of
// its storage. Nothing here needs a GPU.

import type { DownloadPause } from "./api/download-pause.ts";
import type { StorageReport, StoredModel, StoredModelInfo, VerifyReport } from "./api/surface.ts";
import { PronkError } from "./errors.ts";
import { parseVariant } from "./load/prepared-model.ts";
import { verifyModel } from "./load/repair.ts";
import { prepareModel, reopenSource } from "./load/prepare.ts";
import type { QuantizeChoice } from "./quant/layout.ts";
import { startHashThread } from "./source/hash-thread.ts";
import type { OnProgress } from "./source/progress.ts";
import { nameOfModel } from "./source/reference.ts";
import type { ModelReference } from "./source/source.ts";
import type { ModelRecord } from "./store/model-record.ts";
import { ModelStore } from "./store/model-store.ts";
import { isReady, standingOf } from "./store/standing.ts";
import { keptByNewer } from "./store/storage-errors.ts";
import { askToKeep, storageReport } from "./store/storage-report.ts";

export interface DownloadOptions {
  quantize?: "auto" | QuantizeChoice;
  token?: string;
  hubUrl?: string;
  hashes?: Readonly<Record<string, string>>;
  onProgress?: OnProgress;
  /** Ends the download; what has arrived stays, and the next one goes on there. */
  signal?: AbortSignal;
  pause?: DownloadPause;
}

export interface VerifyOptions extends Pick<DownloadOptions, "token" | "hubUrl" | "onProgress" | "signal"> {
  /** Of one stored form; default all of them. */
  quantize?: QuantizeChoice;
  /** Default true: fetch damaged blocks again. */
  repair?: boolean;
}

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

/** Every stored form of a model by its `id` or a name it was loaded under, also begun downloads and what is of no use; [] for none. */
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
        files: record.files.map(({ path, sizeBytes, rowEnds }) => ({ path, sizeBytes, rows: rowEnds.length })),
      })),
    );
  });
}

/** Brings a model into the store without an engine. Rejects with PronkError, or with the signal's reason. */
function downloadModel(model: ModelReference, options: DownloadOptions = {}): Promise<StoredModel> {
  return withStore(async (store) => {
    if (!store) throw new PronkError("storage-missing", (await storageReport()).message, { field: "store" });
    const { pause: gate, signal, ...rest } = options;
    const prepared = await prepareModel({ reference: model, store, gate, signal, startHashThread, ...rest });
    const there = await store.standing(prepared.sourceId, prepared.variant);
    if (there?.standing === "newer") throw keptByNewer(prepared.label);
    await prepared.stream({ write: async () => {} }, { signal });
    const record = await store.find(prepared.sourceId, prepared.variant);
    return summaryOf(record!);
  });
}

/** Reads every block of a stored model and compares its checksum; fetches damaged ones again where there is a network. */
function verifyStored(id: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { quantize, repair = true, onProgress, signal, ...open } = options;
  return withStore(async (store) => {
    const report: VerifyReport = { rows: 0, checkedBytes: 0, damaged: [] };
    const records = (await recordsOf(store, id, quantize)).filter(isReady);
    for (const record of records) {
      const { sourceId, references } = record; // an id names a file's folder, a reference the file
      const reopen = repair ? () => reopenSource(sourceId, { ...open, signal }, references.at(-1)) : undefined;
      const one = await verifyModel({ record, store: store!, reopen, onProgress, signal });
      report.rows += one.blocks;
      report.checkedBytes += one.checkedBytes;
      report.damaged.push(...one.damaged.map(({ block, ...damage }) => ({ ...damage, row: block })));
    }
    return report;
  });
}

export const models = {
  list: listModels,
  info: modelInfo,
  download: downloadModel,
  delete: deleteModel,
  verify: verifyStored,
  /** Asks the browser to keep the store when it needs space; tells what it answered, in words. */
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
  const what = quantize === undefined ? id : `${id} in ${quantize}`;
  throw new PronkError("bad-request", `The store does not hold ${what}. models.list() tells what it holds.`, {
    field: "id",
    expected: "the id of a stored model",
    found: what,
  });
}

/** An id is no reference. */
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
