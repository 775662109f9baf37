// How the KV cache keeps a head's keys (or values) at a position: a row of dims in f32, in f16, or as signed bytes with an
// f16 scale for each 32 of them. Rows stand in pages, [kvHeads, pagePositions, words], with the scales of a head's rows
// behind them (cache_pages.wgsl). Pages stand in a pool, in any order; a table gives it.

import type { KvFormat } from "../quant/layout.ts";

/**
 * Positions in a page; a multiple of four. A step on a software adapter takes as long with 32, 128 or 256 (`npm run bench --
 * --positions 64,1000,1900`, 2026-11-30, within what its runs differ by), so sharing decides: what follows a shared beginning is
 * copied from less than one page, and the table has room for a million positions.
 */
export const pagePositions = 64;
/** Pages that cache_pages.wgsl's table has room for. */
export const mostPages = 16_384;
/** In the table: no query sees these positions any more. */
export const noPage = 0xffff_ffff;

export interface CacheRow {
  /** headDim rounded up: to 8, or to whole groups of 32. */
  dims: number;
  bits: 32 | 16 | 8;
  /** 32-bit words of its scales, two to a word. */
  scaleWords: number;
  sizeBytes: number;
}

export function cacheRow(headDim: number, kv: KvFormat): CacheRow {
  const multiple = kv === "q8" ? 32 : 8;
  const dims = Math.ceil(headDim / multiple) * multiple;
  const bits = kv === "f32" ? 32 : kv === "f16" ? 16 : 8;
  const scaleWords = kv === "q8" ? Math.ceil(dims / 64) : 0;
  return { dims, bits, scaleWords, sizeBytes: (dims * bits) / 8 + 4 * scaleWords };
}
