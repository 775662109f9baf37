// Where a model's bytes come from, as one interface: a hub repository, a base URL or single file, or files on disk.
// A source lists its files once (the manifest, at a pinned commit) and serves byte ranges; it knows nothing of formats.

/** One file of a model. `path` is relative to the repository or folder, with forward slashes. */
export interface SourceFile {
  /** Below the repository or folder, with forward slashes. */
  path: string;
  /** All of it. */
  sizeBytes: number;
  /** Lower-case hex SHA-256 of the whole file, where the source publishes one. */
  sha256?: string;
  /** Lower-case hex: what git calls the file's bytes (the SHA-1 of a blob), where the source publishes that instead. */
  gitSha1?: string;
}

/** Where a model's bytes come from. One made by an application runs on its thread: `createEngine(source)`. */
export interface ModelSource {
  /** Identifies exactly these bytes, the store's key: `hub:owner/name@<commit>`, `url:<base>`, `files:<names+sizes+dates>`. */
  readonly id: string;
  /** Short name for people: `owner/name`, a folder or file name. */
  readonly label: string;
  /** Whether `read` touches the network (a warm start must then need none of it). */
  readonly remote: boolean;
  /** What the hub says about the repository; undefined for other sources. */
  readonly card?: {
    /** As the hub tags it, e.g. `llama2`. */
    license?: string;
    /** The models it was made from, according to its card. */
    baseModel?: string[];
    /** Whether access must be granted first. */
    gated?: boolean;
  };
  /** All files, at one revision. */
  readonly files: readonly SourceFile[];
  /** Bytes [start, end) of a file, in one array of exactly end - start bytes. At most 16 MiB at a time. */
  read(path: string, start: number, end: number, options?: ReadOptions): Promise<Uint8Array>;
  /** What the server calls the version of the file that was last read (its ETag), if it does. */
  versionOf?(path: string): string | undefined;
  /** After an error with `facts.changed`: whatever the server has now is the file. */
  forget?(path: string): void;
}

/** How bytes are read. */
export interface ReadOptions {
  /** Ends the read with its reason. */
  signal?: AbortSignal;
  /** Gives room for end - start bytes; a source that fills arrays piece by piece uses it instead of allocating. */
  into?: () => Uint8Array<ArrayBuffer>;
  /** Called with the number of bytes as they arrive; a retry takes back what it had reported (negative). */
  onBytes?: (count: number) => void;
}

/** What a caller may name as a model: `owner/name[@revision]`, a URL, picked files, a picked folder, or a ready source. */
export type ModelReference = string | File[] | FileSystemDirectoryHandle | ModelSource;
