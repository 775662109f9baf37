// What this folder needs of a source: a list of files and byte ranges. Any ModelSource fits.

export interface TensorFiles {
  readonly label: string;
  readonly files: readonly { path: string; sizeBytes: number }[];
  read(path: string, start: number, end: number, options?: { signal?: AbortSignal }): Promise<Uint8Array>;
}
