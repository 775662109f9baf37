// embeddings.create: texts or ids -> the model's final hidden states, pooled to one vector each and normalised, in OpenAI's
// shapes. What is computed is generate/'s business.

import { PronkError } from "../errors.ts";
import { readAdapter } from "./adapter-field.ts";
import { checkPromptIds } from "../generate/prompt-check.ts";
import type { RequestOptions } from "./completion-request.ts";
import type { EmbeddingResponse } from "./embeddings.ts";
import type { EngineCore } from "./engine-core.ts";
import { checkFields, embeddingFields } from "./known-fields.ts";
import { badField, type Fields, numberField, requestFields } from "./request-fields.ts";

export async function embed(
  core: EngineCore,
  request: unknown,
  options: Pick<RequestOptions, "signal"> = {},
): Promise<EmbeddingResponse<number[] | string>> {
  const fields = requestFields(request);
  checkFields(fields, embeddingFields, "embeddings.create");
  const format = choiceField(fields, "encoding_format", ["float", "base64"]);
  const adapter = readAdapter(fields, core);
  const pooling = choiceField(fields, "pooling", ["mean", "last"]);
  const dimensions = numberField(fields, "dimensions", { integer: true, min: 1, max: core.config.dim });
  const signal = AbortSignal.any(options.signal ? [core.ended, options.signal] : [core.ended]);
  signal.throwIfAborted();
  const inputs = readInputs(core, fields); // all are checked before the first is computed
  const data: EmbeddingResponse<number[] | string>["data"] = [];
  try {
    for (const [index, ids] of inputs.entries()) {
      const state = await core.generator.hiddenState({ ids, pooling, adapter }, signal);
      const numbers = normalised(state.subarray(0, dimensions));
      data.push({ object: "embedding", index, embedding: format === "base64" ? toBase64(numbers) : [...numbers] });
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
  const tokens = inputs.reduce((sum, ids) => sum + ids.length, 0);
  return { object: "list", data, model: core.label, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** The first choice unless one is given. */
function choiceField<Choice extends string>(fields: Fields, field: string, choices: readonly Choice[]): Choice {
  const value = fields[field] ?? choices[0];
  const found = choices.find((choice) => choice === value);
  if (found) return found;
  throw badField(field, choices.map((choice) => `"${choice}"`).join(" or "), value);
}

function readInputs(core: EngineCore, { input }: Fields): (readonly number[])[] {
  if (!Array.isArray(input) || input.length === 0 || typeof input[0] === "number")
    return [readInput(core, input, "input")];
  return input.map((item: unknown, at) => readInput(core, item, `input[${at}]`));
}

function readInput({ tokenizer, generator }: EngineCore, input: unknown, field: string): readonly number[] {
  const isText = typeof input === "string" && input !== "";
  if (!isText && !Array.isArray(input))
    throw badField(field, "a text of at least one character, a list of token ids, or a list of such", input);
  const ids = isText ? tokenizer.encode(input, { addBos: tokenizer.startsWithBos }) : (input as number[]);
  if (ids.length > generator.contextLength) throw tooLong(field, ids.length, generator.contextLength);
  checkPromptIds(generator, ids, field);
  return ids;
}

function tooLong(field: string, tokens: number, contextLength: number): PronkError {
  return new PronkError(
    "context-full",
    `"${field}" is ${tokens} tokens long and the context holds ${contextLength}. Embed it in pieces, or load the model with a ` +
      "larger contextLength, if it was made for one.",
    { field, promptTokens: tokens, contextLength },
  );
}

/** Of length 1; a state that is all zero stays so. */
function normalised(state: Float64Array): Float32Array<ArrayBuffer> {
  const length = Math.hypot(...state) || 1;
  return Float32Array.from(state, (value) => value / length);
}

function toBase64(numbers: Float32Array<ArrayBuffer>): string {
  const bytes = new Uint8Array(4 * numbers.length);
  const view = new DataView(bytes.buffer);
  numbers.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
