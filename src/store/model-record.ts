// What the store knows about a model besides its bytes. `manifest` belongs to whoever stores (the loader): the store keeps
// it as it is, and looks into it only to see whether it is usable (standing.ts).

import type { HashState } from "../source/sha256.ts";

/** A stored file and its blocks. `rowEnds` is the stored name, from when a block was called a row. */
export interface FileBlocks {
  path: string;
  sizeBytes: number;
  /** Where each block ends; the first begins at 0. A block has at most 16 MiB. */
  rowEnds: number[];
}

/** Written together with its block, in one transaction. */
export interface BlockNote {
  /** checksum64 of the block's bytes. */
  checksum: string;
  /** State of the source file's SHA-256 after the bytes this block was made from; absent where no hash is known. */
  hash?: HashState;
  /** What the server called the version (the ETag) of the file that the block was made from. */
  version?: string;
}

export interface ModelRecord<Manifest = unknown> {
  /** `<source id>|<variant>`. */
  key: string;
  /** ModelSource.id: exactly these bytes at the source. */
  sourceId: string;
  /** Which form of them: the quantization. */
  variant: string;
  label: string;
  /** What was typed to get here (`owner/name`, an address): a start without network looks it up. */
  references: string[];
  /** A model is visible to readers only when `ready`, which it becomes once all of it is there and verified. */
  state: "loading" | "ready";
  manifest: Manifest;
  /** Small files, path -> bytes. */
  sideFiles: Map<string, Uint8Array>;
  files: FileBlocks[];
  sizeBytes: number; // of all files
  createdAt: number; // ms since epoch
  usedAt: number;
  /** Sums of the weights as they stood on the GPU when they were loaded: `of` by buffer. They may be lost. */
  sums?: { version: number; of: Readonly<Record<string, number>> };
}

export type NewModel<Manifest> = Omit<ModelRecord<Manifest>, "key" | "state" | "sizeBytes" | "createdAt" | "usedAt">;

export const modelKey = (sourceId: string, variant: string): string => `${sourceId}|${variant}`;

/** Bytes [start, end) of a block in its file. */
export function blockSpan({ rowEnds }: FileBlocks, index: number): { start: number; end: number } {
  return { start: index === 0 ? 0 : rowEnds[index - 1], end: rowEnds[index] };
}
