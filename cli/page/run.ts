// Runs the built library in a page, for cli/runner.ts and the golden tests. The library is loaded from where the server
// puts it, not bundled: what runs is what npm would ship.

import { type LogitsTable, type RunRequest, type RunResult, run } from "../run-request.ts";

/** An error as data, since a driver keeps no more of an error than its text. */
export interface RunFailure {
  failure: { name: string; code?: string; message: string; facts?: Record<string, unknown> };
}

/** The tables of each run whose logits were not fetched yet. */
const tablesOfRun = new Map<number, LogitsTable[]>();
let runs = 0;

/** A finished run, and what `pronkLogits` knows it by. */
export interface FinishedRun extends RunResult {
  run: number;
  /** How many rows each table of logits has. */
  rows: number[];
}

async function pronkRun(request: RunRequest): Promise<FinishedRun | RunFailure> {
  const tables: LogitsTable[] = [];
  try {
    const library = await import(/* @vite-ignore */ new URL("../lib/index.js", location.href).href);
    const result = await run(library, request, {
      onProgress: (line) => console.info(line),
      onLogits: (table) => tables.push(table),
    });
    const number = runs++;
    if (tables.length > 0) tablesOfRun.set(number, tables);
    return { ...result, run: number, rows: tables.map(({ rows }) => rows.length) };
  } catch (error) {
    const { name, message, code, facts, stack } = error as Error & { code?: string; facts?: Record<string, unknown> };
    // An error of the engine speaks for itself; anything else is a bug, and needs to be found.
    return { failure: { name, code, message: code ? message : (stack ?? message), facts } };
  }
}

/** Rows of a run's n-th table as base64 of little-endian f32; "" for a row that never came. */
function pronkLogits({ run, table, from, to }: { run: number; table: number; from: number; to: number }): string[] {
  const { rows } = tablesOfRun.get(run)![table];
  return rows.slice(from, to).map((row) => toBase64(row));
}

function pronkForget(run: number): void {
  tablesOfRun.delete(run);
}

function toBase64(row: Float32Array | undefined): string {
  if (!row) return "";
  const bytes = new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

Object.assign(window, { pronkRun, pronkLogits, pronkForget });
