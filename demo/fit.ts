// Whether the models of the catalogue fit this machine's GPU, by the engine's own arithmetic.

import { checkAdapter, estimateNeeds } from "../src/index.ts";
import type { CatalogueEntry } from "./catalogue.ts";

export interface Fit {
  fits: boolean;
  reason?: string;
}

/** By catalogue id; empty where there is no adapter to ask. A model fits when one of its quantizations does. */
export async function fitsOf(catalogue: readonly CatalogueEntry[]): Promise<Map<string, Fit>> {
  const fits = new Map<string, Fit>();
  if (!(await checkAdapter()).supported) return fits;
  for (const { id, shape } of catalogue) {
    if (!shape) {
      fits.set(id, { fits: true });
      continue;
    }
    const needs = await estimateNeeds(shape);
    fits.set(id, needs.some((need) => need.fits) ? { fits: true } : { fits: false, reason: needs.at(-1)?.reason });
  }
  return fits;
}
