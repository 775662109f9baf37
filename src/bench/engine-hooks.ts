// What the benchmark must know of a model's insides, in one place, so that a change of a kernel, a layout or a buffer is met
// here; the rest of this folder has a model's device, sink and shape from it. What it leans on:
//   Model.create(gpu, config, tensors, { kv, contextLength }); model.finishLoading()
//   model.weights      any tree whose leaves are a gain (GPUBuffer) or a Weight { name, rows, cols, parts }; a
//                      part has codes and perhaps scales, parts in the order of their rows
//   model.cache        { context, layers: [{ k, v }] }
//   model.activations.logits, model.step, model.tokenPlan(), model.samplePlan()
// Buffers may hold their words in any order: what is random stays random. Padding may hold anything finite.

import type { ModelConfig } from "../format/model-config.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Weight } from "../gpu/weight.ts";
import { createGenerator } from "../generate/generator.ts";
import type { Generator } from "../generate/request.ts";
import { Model, type ModelOptions } from "../model/model.ts";
import type { Encoding, StoredTensor } from "../quant/layout.ts";
import { readBuffer } from "./compute.ts";

export type KvChoice = ModelOptions["kv"];

export interface BuildRequest {
  config: ModelConfig;
  tensors: readonly StoredTensor[];
  kv: KvChoice;
  contextLength: number;
}

export interface BuiltModel {
  model: Model;
  generator: Generator;
}

/** Allocates, lets `fill` write the weights, records and compiles. `without` reaches the engine with the device. */
export async function buildModel(
  gpu: Gpu,
  request: BuildRequest,
  fill: (model: Model) => Promise<void>,
): Promise<BuiltModel> {
  const { config, tensors, kv, contextLength } = request;
  const model = await Model.create(gpu, config, tensors, { kv, contextLength });
  try {
    await fill(model);
    model.finishLoading();
    gpu.variants = await model.measureVariants();
    return { model, generator: await createGenerator(model) };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** What the words of a weight's buffer mean. */
export type WeightContent = "codes" | "scales" | "gain" | "f32" | "f16" | "bf16";

export interface WeightBuffer {
  buffer: GPUBuffer;
  /** Which one of the model's weights, and which of its buffers: unique. */
  name: string;
  /** What it is for, the same in every layer: `qkv`. */
  role: string;
  content: WeightContent;
  encoding: Encoding;
  cols: number;
  /** Weights in it; 0 for scales. */
  elements: number;
  /** The table of which a token reads one row, and which nothing else reads. */
  isEmbedding: boolean;
  /** Read for the last position of a batch only. */
  isHead: boolean;
}

/** Every buffer that holds weights, each once (a tied head is the embedding). */
export function weightBuffers(model: Model): WeightBuffer[] {
  const found = new Map<GPUBuffer, WeightBuffer>();
  const { embedding, head } = model.weights;
  const visit = (value: unknown) => {
    if (!value || typeof value !== "object") return;
    if (isWeight(value)) addWeight(value);
    else if (isBuffer(value)) addGain(value);
    else for (const inner of Object.values(value)) visit(inner);
  };
  const addGain = (buffer: GPUBuffer) => {
    const cols = buffer.size / 4;
    const common = { content: "gain", encoding: "f32", cols, elements: cols } as const;
    const kind = { isEmbedding: false, isHead: false };
    found.set(buffer, { buffer, name: buffer.label, role: roleOf(buffer.label), ...common, ...kind });
  };
  const addWeight = (weight: Weight) => {
    const { name, cols } = weight;
    for (const [index, part] of weight.parts.entries()) {
      const encoding = part.format.decode as Encoding; // random models are never published ones
      const quantized = encoding !== "f32" && encoding !== "f16" && encoding !== "bf16";
      for (const [i, buffer] of [part.codes, ...(part.scales ? [part.scales] : [])].entries()) {
        found.set(buffer, {
          buffer,
          name: `${name}/${index}/${i}`,
          role: roleOf(name),
          content: i > 0 ? "scales" : quantized ? "codes" : encoding,
          encoding,
          cols,
          elements: i > 0 ? 0 : part.rows * cols,
          isEmbedding: weight === embedding && embedding !== head,
          isHead: weight === head,
        });
      }
    }
  };
  visit(model.weights);
  return [...found.values()];
}

function isWeight(value: object): value is Weight {
  return "parts" in value;
}

function isBuffer(value: object): value is GPUBuffer {
  return value instanceof GPUBuffer;
}

/** `layer 3 qkv` -> `qkv`, `model.layers.3.input_layernorm.weight` -> `input_layernorm`. */
function roleOf(name: string): string {
  return name.replace(/^(layer \d+ |model\.(layers\.\d+\.)?)/, "").replace(/\.weight$/, "");
}

/** Bytes a decode step at `position` must read at least: every weight once, one row of the embedding, keys and values. */
export function bytesPerToken(model: Model, position: number): number {
  const weights = weightBuffers(model);
  const read = weights.filter(({ isEmbedding }) => !isEmbedding).reduce((sum, { buffer }) => sum + buffer.size, 0);
  const table = weights.filter(({ isEmbedding }) => isEmbedding).reduce((sum, { buffer }) => sum + buffer.size, 0);
  return read + table / model.config.vocabSize + cacheBytesAt(model, position);
}

/** Bytes of keys and values of positions 0..position in all layers. */
export function cacheBytesAt(model: Model, position: number): number {
  return (cacheBytes(model) / model.cache.context) * (position + 1);
}

export function cacheBytes({ cache }: Model): number {
  return cacheBuffers(cache).reduce((sum, buffer) => sum + buffer.size, 0);
}

/** The buffers of keys and values, however the cache arranges them. */
export function cacheBuffers(cache: Model["cache"]): GPUBuffer[] {
  return cache.layers.flatMap((layer) => Object.values(layer).filter((value) => isBuffer(value as object)));
}

/** Logits after the last position that was computed. [vocabSize] */
export async function readLogits({ gpu, config, activations }: Model): Promise<Float32Array> {
  return new Float32Array(await readBuffer(gpu, activations.logits.buffer, config.vocabSize * 4));
}

/**
 * Steps of decoding from a position on, over whatever the cache holds there: time is a matter of the position alone. Gives
 * a function that runs some and waits for them, in ms; position + steps must stay within the context.
 */
export async function stepsAt(model: Model): Promise<(position: number, steps: number) => Promise<number>> {
  const { device } = model.gpu;
  const plans = [await model.tokenPlan(), await model.samplePlan()];
  return async (position, steps) => {
    device.queue.writeBuffer(model.step, 0, new Uint32Array([position, 1]));
    const started = performance.now();
    for (let i = 0; i < steps; i++) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const plan of plans) plan.encode(pass, { position: position + i, tokens: 1 });
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
    await device.queue.onSubmittedWorkDone();
    return performance.now() - started;
  };
}
