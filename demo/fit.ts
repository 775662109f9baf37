// Whether the models of the catalogue fit this machine's GPU, by the engine's own arithmetic.

import type { CatalogueEntry } from "./catalogue.ts";

export interface Fit {
  fits: boolean;
  reason?: string;
}

/** By catalogue id; empty where there is no adapter to ask. */
export async function fitsOf(_catalogue: readonly CatalogueEntry[]): Promise<Map<string, Fit>> {
  return new Map();
}
