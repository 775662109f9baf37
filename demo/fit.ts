// Whether the models of the catalogue fit this machine's GPU, by the engine's own arithmetic.

import { checkAdapter, estimateNeeds, PronkError } from "../src/index.ts";
import type { CatalogueEntry } from "./catalogue.ts";

export interface Fit {
  fits: boolean;
  /** On the GPU, with a context of `usualContext`. */
  gpuBytes: number;
}

/** A longer one takes what memory is left, so it doesn't decide whether a model fits. */
const usualContext = 4096;

/**
 * By catalogue id; empty if there is no adapter to ask, or if the part of the engine that reckons it can't be fetched now
 * (no network, or the page is being left): this is a hint, and the next time it is wanted it is asked for again. A model
 * published in 16 bits fits if one of its quantizations does, and is quantized no further than it must be; one published in
 * fewer stays as it is.
 */
export async function fitsOf(catalogue: readonly CatalogueEntry[]): Promise<Map<string, Fit>> {
  if (!(await checkAdapter()).supported) return new Map();
  try {
    return await reckon(catalogue);
  } catch (error) {
    if (error instanceof PronkError && error.code === "network") return new Map();
    throw error;
  }
}

async function reckon(catalogue: readonly CatalogueEntry[]): Promise<Map<string, Fit>> {
  const fits = new Map<string, Fit>();
  for (const { id, shape, bits } of catalogue) {
    const needs = await estimateNeeds({ ...shape, contextLength: Math.min(shape.contextLength, usualContext) });
    const own = bits === 16 ? needs : needs.filter(({ quantize }) => quantize === `q${bits}`);
    const { fits: has, gpuBytes } = own.find((need) => need.fits) ?? own.at(-1)!;
    fits.set(id, { fits: has, gpuBytes });
  }
  return fits;
}
