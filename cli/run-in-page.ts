// A RunRequest through the page of cli/page, whether a driver runs that page or it asks for orders itself.

import { existsSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { EngineFailure } from "./engine-failure.ts";
import type { FinishedRun, RunFailure } from "./page/run.ts";
import type { EvalRequest, EvalResult } from "./eval-request.ts";
import type { RunRequest, RunResult } from "./run-request.ts";
import type { FileServer, Mount } from "./server/file-server.ts";

/** Calls a function of the page by its name. */
export type CallPage = <T>(name: string, argument: unknown) => Promise<T>;

export interface RunnerResult extends RunResult {
  /** [rows, vocabSize] for each prompt that asked for logits, in order. */
  logits: Float32Array[];
}

export interface Runner extends AsyncDisposable {
  readonly server: FileServer;
  /** Serves a folder or a file of this machine and gives the URL under which the engine finds it. */
  serve(path: string): string;
  /** Rejects with the engine's PronkError, or with EngineFailure where it came out of a page. */
  run(request: RunRequest): Promise<RunnerResult>;
  /** Likewise. */
  evaluate(request: EvalRequest): Promise<EvalResult>;
}

export async function evaluateBy(call: CallPage, request: EvalRequest): Promise<EvalResult> {
  const found = await call<EvalResult | RunFailure>("pronkEval", request);
  if ("failure" in found) throw new EngineFailure(found.failure);
  return found;
}

export async function runBy(call: CallPage, request: RunRequest): Promise<RunnerResult> {
  const finished = await call<FinishedRun | RunFailure>("pronkRun", request);
  if ("failure" in finished) throw new EngineFailure(finished.failure);
  const { run, rows: rowsOfTables, ...result } = finished;
  const { vocabSize } = result.info.config;
  const rowsAtOnce = Math.max(1, Math.floor(2 ** 22 / (4 * vocabSize))); // 4 MiB a message
  const logits: Float32Array[] = [];
  for (const [table, rows] of rowsOfTables.entries()) {
    const values = new Float32Array(rows * vocabSize);
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const piece = { run, table, from, to: from + rowsAtOnce };
      const texts = await call<string[]>("pronkLogits", piece);
      for (const [i, text] of texts.entries()) {
        if (text === "") throw new Error(`The engine gave no logits for position ${from + i}.`);
        new Uint8Array(values.buffer, 4 * (from + i) * vocabSize).set(Buffer.from(text, "base64"));
      }
    }
    logits.push(values);
  }
  if (logits.length > 0) await call("pronkForget", run);
  return { ...result, logits };
}

/** Adds a mount for a folder (its URL ends in a slash) or file. */
export function mount(mounts: Mount[], path: string): string {
  const full = resolve(path);
  if (!existsSync(full)) throw new Error(`${full} does not exist.`);
  const known = mounts.find((mount) => mount.path === full);
  if (known) return known.prefix;
  const name = encodeURIComponent(basename(full));
  const prefix = `/files/${mounts.length}/${name}${statSync(full).isDirectory() ? "/" : ""}`;
  mounts.push({ prefix: decodeURIComponent(prefix), path: full });
  return prefix;
}
