// What the store knows of a model beside its bytes. `manifest` belongs to whoever stores (the loader): the store keeps
// it as it is.

export interface StoredFileSize {
  path: string;
  sizeBytes: number;
}

export interface ModelRecord<Manifest = unknown> {
  /** `<source id>|<variant>`. */
  key: string;
  /** ModelSource.id: exactly these bytes at the source. */
  sourceId: string;
  /** Which form of them: the quantization. */
  variant: string;
  label: string;
  /** What was typed to get here (`owner/name`, an address): a cold start without network looks it up. */
  references: string[];
  /** A model is visible to readers only when `ready`. */
  state: "loading" | "ready";
  manifest: Manifest;
  /** Small files, path -> bytes. */
  sideFiles: Map<string, Uint8Array>;
  files: StoredFileSize[];
  sizeBytes: number; // of all files
  createdAt: number; // ms since epoch
  usedAt: number;
}

export type NewModel<Manifest> = Omit<ModelRecord<Manifest>, "key" | "state" | "sizeBytes" | "createdAt" | "usedAt">;

export const modelKey = (sourceId: string, variant: string): string => `${sourceId}|${variant}`;
