// The flags of `eval`, read and checked, with what they name: models here or elsewhere, the text, the task.

import { readFileSync } from "node:fs";
import { PronkError } from "../src/errors.ts";
import { type TaskName, taskNames } from "../src/eval/prompts.ts";
import { written } from "./built.ts";
import { fromCaller, type ModelPlace, placeOfFile, placeOfModel } from "./model-place.ts";
import { openUsage, readOpenFlags } from "./open-flags.ts";
import type { OpenFlags } from "./opened-engine.ts";
import type { EvalModel, EvalRequest } from "./eval-request.ts";

export interface EvalFlags {
  runtime: OpenFlags["runtime"];
  model: ModelPlace;
  /** Each with its own quantization. */
  beside: { place: ModelPlace; options: EvalModel["options"] }[];
  against: ModelPlace | undefined;
  tokenizer: ModelPlace | undefined;
  options: EvalModel["options"];
  againstOptions: EvalModel["options"];
  request: Omit<EvalRequest, "model" | "beside" | "against">;
  json: boolean;
}

export const usage = `${written("eval")} ${openUsage}
  (--text FILE [--rule harness|llama.cpp] [--window N] | --text FILE --against DIR|FILE|URL|owner/name [--against-weights NAME] [--matrices]
  | --task FILE.jsonl [--prompts ${taskNames.join("|")}]) [--limit N] [--json]
  [--beside DIR|FILE|URL|owner/name[=q8|=q4]]...
--text gives the perplexity; with --against how far the model is from another of the same tokenizer, read in 32-bit floats, and
with --matrices how far each of its matrices is from the other's;
--task the share of questions that are answered rightly. --beside, as often as wanted, measures further files of the same weights
in the same way: as in the file, or rounded to what stands behind "=". docs/evaluation.md says what the numbers mean.`;

const text = { type: "string" } as const;

/** Undefined where help was asked for. Throws PronkError bad-request. */
export function readFlags(args: string[]): EvalFlags | undefined {
  const known = {
    text,
    rule: text,
    window: text,
    beside: { type: "string", multiple: true },
    against: text,
    "against-weights": text,
    matrices: { type: "boolean" },
    task: text,
    prompts: text,
    limit: text,
    json: { type: "boolean" },
  } as const;
  const read = readOpenFlags(args, known, written("eval"));
  if (!read) return undefined;
  const { flags, values } = read;
  const { rule, prompts, against } = values;
  if ((values.text === undefined) === (values.task === undefined))
    throw wrong("text", "either --text or --task", values.text === undefined ? "neither" : "both");
  if (values.task !== undefined)
    for (const name of ["rule", "window", "against"] as const)
      if (values[name] !== undefined) throw wrong(name, "--text beside it", "--task");
  if (values.matrices && against === undefined)
    throw wrong("matrices", "--against beside it", "nothing to compare with");
  if (values.task === undefined && prompts !== undefined) throw wrong("prompts", "--task beside it", "--text");
  if (rule !== undefined && rule !== "harness" && rule !== "llama.cpp") throw wrong("rule", "harness, llama.cpp", rule);
  if (prompts !== undefined && !(taskNames as string[]).includes(prompts))
    throw wrong("prompts", taskNames.join(", "), prompts);
  return {
    runtime: flags.runtime,
    model: placeOfModel(flags.model),
    beside: (values.beside ?? []).map((given) => {
      const [, name, quantize] = /^(.+?)(?:=(none|q8|q4))?$/.exec(given) ?? [];
      if (!name) throw wrong("beside", "a folder, a file, a URL or owner/name", given);
      const own = { quantize: (quantize ?? "none") as "none" | "q8" | "q4", weights: undefined };
      return { place: placeOfModel(name), options: { ...flags.options, ...own } };
    }),
    against: against === undefined ? undefined : placeOfModel(against),
    tokenizer: flags.tokenizer === undefined ? undefined : placeOfFile(flags.tokenizer, "tokenizer"),
    options: flags.options,
    // Nothing of a reference is rounded beyond what its file has rounded.
    againstOptions: { ...flags.options, quantize: "none", kv: "f32", weights: values["against-weights"] },
    request: {
      matrices: values.matrices,
      text: fileOf("text", values.text),
      rule,
      window: wholeNumber("window", values.window),
      limit: wholeNumber("limit", values.limit),
      task: fileOf("task", values.task),
      prompts: prompts as TaskName | undefined,
    },
    json: values.json ?? false,
  };
}

function fileOf(field: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(fromCaller(path), "utf8");
  } catch (cause) {
    const { message } = cause as Error;
    throw new PronkError("bad-request", `--${field}: ${message}`, { field, found: path }, { cause });
  }
}

function wholeNumber(field: string, value: string | undefined): number | undefined {
  if (value === undefined || (/^\d+$/.test(value) && Number(value) > 0))
    return value && Number(value) ? Number(value) : undefined;
  throw wrong(field, "a whole number above 0", value);
}

function wrong(field: string, expected: string, found: string): PronkError {
  const message = `--${field}: expected ${expected}; found ${found}. See ${written("eval")} --help.`;
  return new PronkError("bad-request", message, { field, expected, found });
}
