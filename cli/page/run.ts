// Runs the built library in a page, for cli/runner.ts and the golden tests. The library is loaded from where the server
// puts it, not bundled: what runs is what npm would ship.

import type { BenchReport, BenchRequest } from "../../src/bench/index.ts";
import {
  answerRequest,
  deleteStored,
  type FetchOrder,
  leaveRequest,
  openEngine,
  storedModels,
} from "./served-engine.ts";
import { type EvalLibrary, type EvalRequest, type EvalResult, evaluate } from "../eval-request.ts";
import { type Failure, failureOf, takeOrders } from "./take-orders.ts";
import { type LogitsTable, type RunRequest, type RunResult, run } from "../run-request.ts";

/** An error as data, since a driver keeps only an error's text. */
export interface RunFailure {
  failure: Failure;
}

/** The tables of each run whose logits have not been fetched yet. */
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
    return { failure: failureOf(error) };
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

async function pronkBench(request: BenchRequest): Promise<BenchReport & { browser: string }> {
  const { runBench } = await import(/* @vite-ignore */ new URL("../lib/bench.js", location.href).href);
  const report: BenchReport = await runBench(request, (words: string) => console.info(words));
  return { ...report, browser: navigator.userAgent };
}

async function pronkEval(request: EvalRequest): Promise<EvalResult | RunFailure> {
  try {
    const from = (name: string) => import(/* @vite-ignore */ new URL(`../lib/${name}.js`, location.href).href);
    const library = { ...(await from("index")), ...(await from("eval")) } as EvalLibrary;
    return await evaluate(library, request, (line) => console.info(line));
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

Object.assign(window, { pronkRun, pronkLogits, pronkForget, pronkEval });

const token = new URLSearchParams(location.search).get("orders");
if (token !== null) {
  console.info = (line: string) => void fetch(`/orders/${token}/line`, { method: "POST", body: line });
  const answer = (order: FetchOrder) => answerRequest(token, order);
  void takeOrders(token, { pronkRun, pronkLogits, pronkForget, pronkEval, pronkBench, openEngine, answerRequest: answer, leaveRequest, storedModels, deleteStored }); // prettier-ignore
}
