// What a person does with a stored copy of a model: checks it for damage and has that repaired, looks for a newer revision and
// takes it, exports it. One thing at a time, with its progress and a way to stop it; the outcome is a line, with what may come
// next. Nothing is drawn here.

import { models, type StoredModelInfo, type VerifyReport } from "../src/index.ts";
import { formatBytes } from "../src/element/index.ts";
import { pageStrings as strings } from "./page-words.ts";

interface CopyNews {
  text: string;
  /** What else the engine says. */
  details?: readonly string[];
  problem?: boolean;
  /** 0 to 1 while something is being done. */
  share?: number;
  cancel?: () => void;
  /** What may come next. */
  next?: { words: string; act: () => void };
  /** A file to be saved. */
  file?: { words: string; name: string; href: string };
}

interface FolderPicker {
  showDirectoryPicker?: (options: { id: string; mode: "readwrite" }) => Promise<FileSystemDirectoryHandle>;
}

type Work = (signal: AbortSignal, tell: (event: { loadedBytes: number; totalBytes: number }) => void) => Promise<CopyNews | undefined>; // prettier-ignore

const detailsShown = 5;

export class StoredCopies {
  news: CopyNews | undefined;
  #of: StoredModelInfo | undefined;
  #abort: AbortController | undefined;
  readonly #changed: () => void;
  readonly #hub: () => { token?: string; hubUrl?: string };

  /** `changed`: called when the news or what is stored changes. `hub`: how it is asked. */
  constructor(changed: () => void, hub: () => { token?: string; hubUrl?: string }) {
    this.#changed = changed;
    this.#hub = hub;
  }

  get busy(): boolean {
    return this.#abort !== undefined;
  }

  /** Whether the news is of this copy. */
  isOf(model: StoredModelInfo): boolean {
    return this.news !== undefined && this.#of?.id === model.id && this.#of.quantize === model.quantize;
  }

  verify(model: StoredModelInfo): Promise<void> {
    const { id, quantize, label } = model;
    return this.#do(model, strings.copies.verifying(label), async (signal, onProgress) => {
      const report = await models.verify(id, { quantize, repair: false, signal, onProgress });
      if (report.damaged.length === 0) return { text: strings.copies.verified(label) };
      const next = { words: strings.copies.repair, act: () => void this.#repair(model) };
      return { text: strings.copies.damaged(report.damaged.length), details: places(report), problem: true, next };
    });
  }

  #repair(model: StoredModelInfo): Promise<void> {
    const { id, quantize, label } = model;
    return this.#do(model, strings.copies.verifying(label), async (signal, onProgress) => {
      const report = await models.verify(id, { quantize, ...this.#hub(), signal, onProgress });
      const left = report.damaged.filter(({ repaired }) => !repaired);
      if (left.length === 0) return { text: strings.copies.repaired(label) };
      return { text: strings.copies.notRepaired(label), details: [left[0].reason], problem: true };
    });
  }

  /** Only for a repository of the hub. */
  lookForUpdate(model: StoredModelInfo): Promise<void> {
    const { id, quantize, label } = model;
    return this.#do(model, strings.copies.looking(label), async (signal) => {
      const found = await models.checkUpdate(id, { quantize, ...this.#hub(), signal });
      if (!found.isNewer) return { text: strings.copies.newest(label) };
      const size = formatBytes(found.fetchBytes, strings.locale);
      const next = { words: strings.copies.takeUpdate, act: () => void this.#update(model) };
      return { text: strings.copies.newer(label, size), next };
    });
  }

  #update(model: StoredModelInfo): Promise<void> {
    const { id, quantize, label } = model;
    return this.#do(model, strings.copies.updating(label), async (signal, tell) => {
      const onProgress = (event: { phase: string; loadedBytes: number; totalBytes: number }) =>
        event.phase === "download" && tell(event);
      await models.update(id, { quantize, ...this.#hub(), signal, onProgress });
      return { text: strings.copies.updated(label) };
    });
  }

  /** Into a folder, where the browser lets a page write into one, else as one file. To be called by a press. */
  export(model: StoredModelInfo): Promise<void> {
    const { id, quantize, label } = model;
    const { showDirectoryPicker } = globalThis as FolderPicker;
    const picked = showDirectoryPicker?.({ id: "pronk-export", mode: "readwrite" });
    return this.#do(model, strings.copies.exporting(label), async (signal, onProgress) => {
      const parent = await picked?.catch((error: Error) => {
        if (error.name === "AbortError") return null; // thought better of it
        throw error;
      });
      if (parent === null) return undefined;
      if (parent === undefined) {
        const file = await models.archive(id, { quantize, signal, onProgress });
        const saved = { words: strings.copies.saveArchive, name: file.name, href: URL.createObjectURL(file) };
        return { text: strings.copies.archived(label), file: saved };
      }
      const name = label.replace(/[^A-Za-z0-9._-]+/g, "_");
      const folder = await parent.getDirectoryHandle(name, { create: true });
      await models.export(id, folder, { quantize, signal, onProgress });
      return { text: strings.copies.exported(label, name) };
    });
  }

  dismiss(): void {
    this.#tell(undefined);
  }

  async #do(model: StoredModelInfo, text: string, work: Work): Promise<void> {
    if (this.#abort) return;
    this.#of = model;
    const abort = (this.#abort = new AbortController());
    const cancel = () => abort.abort();
    this.#tell({ text, share: 0, cancel });
    const tell = ({ loadedBytes, totalBytes }: { loadedBytes: number; totalBytes: number }) => {
      if (!abort.signal.aborted && totalBytes > 0) this.#tell({ text, share: loadedBytes / totalBytes, cancel });
    };
    const news = await work(abort.signal, tell).catch((error: Error) =>
      abort.signal.aborted ? undefined : { text: error.message, problem: true },
    );
    this.#abort = undefined;
    this.#tell(news);
  }

  #tell(news: CopyNews | undefined): void {
    if (this.news?.file && news?.file?.href !== this.news.file.href) URL.revokeObjectURL(this.news.file.href);
    this.news = news;
    this.#changed();
  }
}

function places({ damaged }: VerifyReport): string[] {
  const lines = damaged.slice(0, detailsShown).map(({ file, row }) => `${file} · ${row + 1}`);
  return damaged.length > detailsShown ? [...lines, "…"] : lines;
}
