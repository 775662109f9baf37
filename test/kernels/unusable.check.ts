// Weights that lead to logits nothing can be chosen from, put into a model on the GPU: every way to a token ends in an error
// that names the cause before anything is delivered, and a model whose weights are mended answers as before.

import { createGenerator } from "../../src/generate/generator.ts";
import { greedy, type GenerateRequest } from "../../src/generate/request.ts";
import type { Weight } from "../../src/gpu/weight.ts";
import { PronkError } from "../../src/errors.ts";
import type { Model } from "../../src/model/model.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { openRandomModel, randomModelConfig as config, type RandomModelOptions } from "../support/random-model.ts";
import { bitsOf } from "../support/token-bits.ts";

/** Words of a buffer to write, and to write back. */
interface Spoil {
  what: string;
  buffer: GPUBuffer;
  at: number; // bytes
  values: number[];
  found: string;
}

const gain = (what: string, buffer: GPUBuffer, values: number[], found = "NaN or infinite"): Spoil => ({
  what,
  buffer,
  at: 0,
  values,
  found,
});

/** In a weight whose rows are f32. */
function inRow(what: string, { parts }: Weight, row: number, values: number[], found = "NaN or infinite"): Spoil {
  const [{ codes, format }] = parts;
  return { what, buffer: codes, at: 4 * row * format.codeWords, values, found };
}

const zeros = Array.from({ length: config.dim }, () => 0);
const wholeHead = ({ weights }: Model, value: number) => {
  const [{ format, rows }] = weights.head.parts;
  return Array.from({ length: rows * format.codeWords }, () => value);
};

const floatSpoils = (model: Model): Spoil[] => [
  inRow("a NaN in a row of the head", model.weights.head, 5, [NaN]),
  inRow("an infinity in the head's last row", model.weights.head, config.vocabSize - 1, [0, 0, -Infinity]),
  inRow("a head of zeros", model.weights.head, 0, wholeHead(model, 0), "all equal"),
  gain("an infinity in the last norm", model.weights.finalNorm, [1, Infinity]),
  gain("a last norm of zeros", model.weights.finalNorm, zeros, "all equal"),
];

const byteSpoils = ({ weights }: Model): Spoil[] => [
  gain("a NaN in the last norm", weights.finalNorm, [1, NaN]),
  gain("a NaN in a feed-forward norm", weights.layers[1].ffnNorm!, [1, 1, NaN]),
  gain("an infinity in an attention norm", weights.layers[1].attentionNorm!, [Infinity]),
];

const cacheSpoils = ({ weights }: Model): Spoil[] => [
  inRow("a NaN in a row of the keys", weights.layers[1].qkv, 48, [NaN]),
  inRow("an infinity in a row of the values", weights.layers[1].qkv, 72 + 3, [0, Infinity]),
];

const cappedSpoils = (model: Model): Spoil[] => [...cacheSpoils(model), ...floatSpoils(model).slice(0, 2)];

const sampled = { ...greedy, temperature: 0.8, topK: 40, topP: 0.9, minP: 0.01, seed: 3 };
const ways: Record<string, Partial<GenerateRequest>> = {
  greedy: {},
  sampled: { sampling: sampled },
  penalties: { sampling: { ...sampled, repetitionPenalty: 1.2, logitBias: { 5: -100 } } },
  constrained: { constrain: () => bitsOf(config.vocabSize, (id) => id === 7 || id === 8) },
  "top tokens": { onLikelihood: () => {} },
  logits: { onLogits: () => {} },
};

async function tried(
  context: CheckContext,
  options: Omit<RandomModelOptions, "without">,
  spoilsOf: typeof floatSpoils,
) {
  const { gpu, model } = await openRandomModel({ ...context, ...options });
  const wrong: string[] = [];
  try {
    const generator = await createGenerator(model, { runAhead: 4 });
    async function answer(request: Partial<GenerateRequest>, prompt: number[]) {
      const ids: number[] = [];
      const told: string[] = [];
      const watched = {
        ...request,
        onLikelihood: request.onLikelihood && (() => void told.push("top tokens")),
        onLogits: request.onLogits && ((position: number) => void told.push(`logits of ${position}`)),
      };
      const asked = { promptIds: prompt, maxTokens: 4, sampling: greedy, stopIds: [], ...watched };
      try {
        for await (const id of generator.generate(asked)) ids.push(id);
      } catch (error) {
        if (!(error instanceof PronkError)) throw error;
        return { ids, told, error };
      }
      return { ids, told, error: undefined };
    }
    const whole = await answer({}, [1, 17, 5, 99, 3]);
    if (whole.ids.length !== 4) wrong.push(`without a fault: ${JSON.stringify(whole)}`);
    for (const { what, buffer, at, values, found } of spoilsOf(model)) {
      const before = await read(model, buffer, at, values.length);
      gpu.device.queue.writeBuffer(buffer, at, Float32Array.from(values));
      for (const [way, request] of Object.entries(ways)) {
        // A prompt of one token goes another way to its logits. Firefox takes 100 ms for each answer, so not all is tried.
        if (spoilsOf !== floatSpoils && !["greedy", "logits"].includes(way)) continue;
        for (const prompt of way === "greedy" ? [[1, 17, 5, 99, 3], [42]] : [[1, 17, 5, 99, 3]]) {
          const { ids, told, error } = await answer(request, prompt);
          const { code, facts } = error ?? {};
          const first = way === "logits" ? (facts?.position as number) : prompt.length - 1;
          const right = code === "driver-fault" && facts?.found === found && facts.position === first;
          // Rows of positions before the first wrong one are right, and may be told.
          const early = told.length > 0 && (way !== "logits" || told.includes(`logits of ${first}`));
          if (!right || ids.length > 0 || early)
            wrong.push(`${what}, ${way}, prompt of ${prompt.length}: ${JSON.stringify({ ids, told, code, facts })}`);
        }
      }
      gpu.device.queue.writeBuffer(buffer, at, before);
      const again = await answer({}, [1, 17, 5, 99, 3]);
      if (again.ids.join() !== whole.ids.join()) wrong.push(`after ${what}: ${JSON.stringify(again)}`);
    }
    // A token whose embedding is NaN: the ids before it stand, and the error comes in its place.
    if (!options.encoding) {
      const { ids } = whole;
      const at = ids.findIndex((id, i) => ![1, 17, 5, 99, 3, ...ids.slice(0, i)].includes(id));
      const late = inRow("", model.weights.embedding, ids[at], [NaN]);
      gpu.device.queue.writeBuffer(late.buffer, late.at, Float32Array.from(late.values));
      const { ids: delivered, error } = await answer({}, [1, 17, 5, 99, 3]);
      if (delivered.join() !== ids.slice(0, at + 1).join() || error?.facts.position !== 5 + at)
        wrong.push(`late: ${JSON.stringify({ ids, delivered, at, facts: error?.facts })}`);
    }
  } finally {
    model.dispose();
    gpu.dispose();
  }
  return { error: wrong.length, limit: 0, note: wrong.slice(0, 3).join("; ") };
}

async function read({ gpu, memory }: Model, source: GPUBuffer, at: number, words: number): Promise<ArrayBuffer> {
  const copy = memory.readback("before", 4 * words);
  const encoder = gpu.device.createCommandEncoder();
  encoder.copyBufferToBuffer(source, at, copy, 0, 4 * words);
  gpu.device.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  const bytes = copy.getMappedRange(0, 4 * words).slice(0);
  memory.release(copy);
  return bytes;
}

export const checks: Checks = {
  "weights that spoil the logits": {
    run: (context) => tried(context, {}, floatSpoils),
    variants: [[], ["subgroups", "shader-f16"]],
  },
  "what spoils a vector in bytes": (context) =>
    tried(context, { encoding: "q8", kv: "q8", variantsFor: () => ({ matvec: "bytes", int8: true }) }, byteSpoils),
  "what spoils a q8 cache": (context) => tried(context, { kv: "q8" }, cacheSpoils),
  "what spoils an f16 cache": (context) => tried(context, { kv: "f16" }, cacheSpoils),
  "what spoils scores and logits that have caps": (context) =>
    tried(context, { config: { ...config, attentionCap: 2, logitCap: 3 } }, cappedSpoils),
};
