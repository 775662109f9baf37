// The options of createEngine, checked, and what `auto` and the defaults among them come to once the model is known.

import { isShortage } from "../errors.ts";
import type { ModelConfig } from "../format/model-config.ts";
import type { KvFormat, QuantizeChoice } from "../quant/layout.ts";
import { badField, numberField } from "./request-fields.ts";
import type { EngineOptions } from "./surface.ts";

const quantizations = ["auto", "none", "q8", "q4"];

/** Throws PronkError bad-request. */
export function checkOptions(options: EngineOptions): void {
  oneOf(options.quantize, "quantize", quantizations);
  oneOf(options.kv, "kv", ["auto", "f16", "f32", "q8"]);
  numberField({ ...options }, "contextLength", { min: 1, integer: true });
  for (const field of ["runAhead", "sequences"]) numberField({ ...options }, field, { min: 1, max: 8, integer: true });
  const { drafts } = options;
  if (typeof drafts === "object" && drafts?.model) oneOf(drafts.quantize, "drafts.quantize", quantizations);
  else if (drafts !== false) oneOf(drafts, "drafts", ["auto"]);
}

const exactKvParameters = 100e6; // below it an f32 cache costs little, and answers equal a float32 reference's

export function resolveKv(kv: EngineOptions["kv"], parameters: number, quantize: QuantizeChoice): KvFormat {
  if (kv !== undefined && kv !== "auto") return kv;
  return quantize === "none" && parameters < exactKvParameters ? "f32" : "f16";
}

export const leastContext = 512; // positions; a shorter chat is of no use
const defaultKvBytes = 4 * 2 ** 30; // what a default may take: a 7B model's own 4096 positions in f16 are 2 GiB
const bytesPerValue: Record<KvFormat, number> = { f32: 4, f16: 2, q8: 1.0625 };

/**
 * Positions that the checkpoint can be asked for: those it was trained on, times the factor where its configuration
 * stretches them. (Llama 3's kind of scaling counts its factor in already.) Beyond them it answers nonsense. Dynamic scaling
 * stretches to whatever it is given, without limit.
 */
function longestContext({ contextLength, ropeScaling: scaling }: ModelConfig): number {
  if (scaling.kind === "linear") return Math.floor(contextLength * Math.max(1, scaling.factor));
  return scaling.kind === "dynamic" ? Infinity : contextLength;
}

/** Throws PronkError bad-request if the model was not made for that many positions. */
export function checkContextLength(wanted: number | undefined, config: ModelConfig): void {
  const longest = longestContext(config);
  if (wanted === undefined || wanted <= longest) return;
  throw badField("contextLength", `at most ${longest}, the positions that this model was made for`, wanted);
}

/**
 * Makes the model with the context asked for. If none was, tries the model's own and then less and less, as long as
 * memory is what is missing. Throws PronkError bad-request for more than the model was made for.
 */
export async function withContext<T>(
  wanted: number | undefined,
  config: ModelConfig,
  kv: KvFormat,
  make: (contextLength: number) => Promise<T>,
): Promise<T> {
  checkContextLength(wanted, config);
  if (wanted !== undefined) return make(wanted);
  const positionBytes = 2 * config.layers * config.kvHeads * config.headDim * bytesPerValue[kv];
  const affordable = Math.max(leastContext, Math.floor(defaultKvBytes / positionBytes));
  // Beyond the trained positions long scaling turns by other divisors, in a short text too: who wants that asks for it.
  const usual = config.ropeScaling.kind === "long" ? config.ropeScaling.originalContextLength : config.contextLength;
  for (let contextLength = Math.min(usual, config.contextLength, affordable); ;) {
    try {
      return await make(contextLength);
    } catch (error) {
      if (!isShortage(error) || contextLength <= leastContext) throw error;
      contextLength = Math.max(leastContext, contextLength >> 1);
    }
  }
}

function oneOf(value: unknown, field: string, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value as string)) return;
  throw badField(field, allowed.map((name) => `"${name}"`).join(", "), value);
}
