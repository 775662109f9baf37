// What `chat` and `serve` are told about the model and where it runs, beside their own flags.

import { type ParseArgsConfig, parseArgs } from "node:util";
import { PronkError } from "../src/errors.ts";
import type { OpenFlags } from "./opened-engine.ts";

const text = { type: "string" } as const;
const own = {
  model: text,
  tokenizer: text,
  runtime: text,
  quantize: text,
  weights: text,
  kv: text,
  context: text,
  without: text,
  help: { type: "boolean" },
} as const;

export const openUsage = `--model DIR|FILE|URL|owner/name [--tokenizer FILE] [--quantize auto|none|q8|q4] [--weights NAME]
  [--kv auto|f16|f32|q8] [--context N] [--without subgroups,shader-f16,...] [--runtime chromium|firefox|node]`;

type Values<Options extends ParseArgsConfig["options"]> = ReturnType<
  typeof parseArgs<{ options: Options & typeof own }>
>["values"];

/** Undefined where help was asked for. Throws PronkError bad-request. */
export function readOpenFlags<const Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: string[],
  options: Options,
  command: string,
): { flags: OpenFlags; values: Values<Options> } | undefined {
  const wrong = (field: string, expected: string, found: unknown) =>
    new PronkError(
      "bad-request",
      `--${field}: expected ${expected}; found ${String(found ?? "nothing")}. See ${command} --help.`,
      {
        field,
        expected,
        found: String(found ?? "nothing"),
      },
    );
  const oneOf = <T extends string>(field: keyof typeof own, allowed: readonly T[]): T | undefined => {
    const value = given[field];
    if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
    throw wrong(field, allowed.join(", "), value);
  };
  let values: Values<Options>;
  try {
    ({ values } = parseArgs({ args, options: { ...own, ...options } as Options & typeof own, strict: true }));
  } catch (cause) {
    throw new PronkError("bad-request", `${(cause as Error).message} See ${command} --help.`, {}, { cause });
  }
  const given = values as Partial<Record<keyof typeof own, string>>;
  if (given.help) return undefined;
  if (!given.model) throw wrong("model", "a folder, a file, a URL or owner/name", undefined);
  const context = given.context === undefined ? undefined : Number(given.context);
  if (context !== undefined && !(Number.isSafeInteger(context) && context > 0))
    throw wrong("context", "a whole number above 0", given.context);
  const flags: OpenFlags = {
    model: given.model,
    tokenizer: given.tokenizer,
    runtime: oneOf("runtime", ["chromium", "firefox", "node"]) ?? "chromium",
    options: {
      quantize: oneOf("quantize", ["auto", "none", "q8", "q4"]),
      weights: given.weights,
      kv: oneOf("kv", ["auto", "f16", "f32", "q8"]),
      contextLength: context,
      without: given.without?.split(",").filter(Boolean),
    },
  };
  return { flags, values };
}
