// Stored models and downloads that a scene shows: records in the page's own database, a few bytes that claim to be more, and the
// page's own panels over a list of downloads. Each function runs inside the page, so it may refer to nothing outside itself.

export interface StagedModel {
  id: string;
  label: string;
  sizeBytes: number;
  /** Missing blocks. */
  damaged?: number;
}

/** Makes the store hold exactly these models. */
export async function storeStaged(models: StagedModel[]): Promise<void> {
  while (!(await indexedDB.databases()).some(({ name }) => name === "pronk"))
    await new Promise((done) => setTimeout(done, 20)); // the page makes it
  const settled = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error!);
    });
  const database = await settled(indexedDB.open("pronk"));
  const transaction = database.transaction(["models", "rows"], "readwrite");
  const [records, rows] = [transaction.objectStore("models"), transaction.objectStore("rows")];
  records.clear();
  rows.clear();
  const now = Date.now();
  for (const [at, { id, label, sizeBytes, damaged = 0 }] of models.entries()) {
    const path = "model.safetensors";
    const count = Math.max(2, damaged);
    const tensors = [0, 1].map((at) => ({ file: path, start: at, end: at + 1 }));
    records.put({
      ...{ key: `${id}|none`, sourceId: id, variant: "none", label, references: [label], state: "ready" },
      manifest: { version: 2, config: { layers: 0 }, tensors },
      sideFiles: new Map(),
      files: [{ path, sizeBytes: count, rowEnds: Array.from({ length: count }, (_, block) => block + 1) }],
      ...{ sizeBytes, createdAt: now - at, usedAt: now - at },
    });
    for (let block = damaged; block < count; block++)
      rows.put([new Blob([new Uint8Array(1)])], [`${id}|none`, path, block]);
  }
  await new Promise((done) => (transaction.oncomplete = done));
  database.close();
}

/** From here on no worker that the page starts ever answers: what is begun then never ends. */
export async function stallWorkers(): Promise<void> {
  globalThis.Worker = class extends EventTarget {
    postMessage() {}
    terminate() {}
  } as never;
}

export interface StagedDownload {
  label: string;
  state: string;
  paused?: boolean;
  progress?: { loadedBytes: number; totalBytes: number; bytesPerSecond: number; secondsLeft?: number };
  error?: string;
}

/** Shows these downloads where the page shows its own: under its bar, and in the picker. */
export async function downloadStaged(given: StagedDownload[]): Promise<void> {
  const list = given.map(({ label, error, ...rest }) => ({
    choice: { key: label, label },
    error: error === undefined ? undefined : new Error(error),
    ...rest,
  }));
  const downloads = { list, held: false };
  const staged = (name: string, ...rest: unknown[]) => {
    const Panel = customElements.get(name) as unknown as new (...given: unknown[]) => HTMLElement;
    const old = document.querySelector<HTMLElement & { catalogue?: unknown }>(name)!;
    const panel = Object.assign(new Panel(downloads, ...rest), { catalogue: old.catalogue });
    old.replaceWith(panel);
    return panel;
  };
  staged("download-panel", {});
  const picker = staged("model-picker", () => undefined) as unknown as { open(): void };
  document.getElementById("open-picker")!.addEventListener("click", (event) => {
    event.stopImmediatePropagation();
    picker.open();
  }, { capture: true }); // prettier-ignore
  await new Promise((done) => setTimeout(done, 100));
}
