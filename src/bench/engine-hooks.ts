// What the benchmark must know of a model's insides, in one place, so that a change to a kernel, layout or buffer is handled
// here; the rest of this folder gets a model's device, sink and shape from it. What it relies on:
//   Model.create(gpu, config, tensors, { kv, contextLength }); model.finishLoading()
//   model.weights      any tree whose leaves are a gain (GPUBuffer) or a Weight { name, rows, cols, parts }; a
//                      part has codes and perhaps scales, parts in the order of their rows
//   model.cache        { pages, pageBytes, layers: [{ k, v }] }, pools of pages that model.pages.reserve makes larger
//   model.activations.logits, model.step, model.tokens, model.tokenPlan(), model.fewPlan(), model.samplePlan()
// Buffers may hold their words in any order: what is random stays random. Padding may hold anything finite.

import type { ModelConfig } from "../format/model-config.ts";
import { pagePositions } from "../gpu/cache-layout.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Plan } from "../gpu/plan.ts";
import { stepRecord } from "../gpu/step-record.ts";
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
    await model.pages.reserve(Math.min(contextLength, pagePositions * model.cache.mostPages)); // so nothing grows mid-measurement
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
  /** The table of which a token reads one row; nothing else reads it. */
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
  const { layers, pageBytes } = model.cache;
  return ((2 * layers.length * pageBytes) / pagePositions) * (position + 1);
}

export function cacheBytes({ cache }: Model): number {
  return cacheBuffers(cache).reduce((sum, buffer) => sum + buffer.size, 0);
}

/** The buffers of keys and values. */
export function cacheBuffers({ layers }: Model["cache"]): GPUBuffer[] {
  return layers.flatMap(({ k, v }) => [k.buffer, v.buffer]);
}

/** Logits after the last position that was computed. [vocabSize] */
export async function readLogits({ gpu, config, activations }: Model): Promise<Float32Array> {
  return new Float32Array(await readBuffer(gpu, activations.logits.buffer, config.vocabSize * 4));
}

/** Runs some steps from a position on and waits for them, in ms; their positions must stay within the context. */
export type RunSteps = (position: number, steps: number) => Promise<number>;

/** A step of 1 to 8 rows at a position, without the choice after it. */
export async function stepOfRows(model: Model, rows: number): Promise<RunSteps> {
  const plan = rows > 1 ? (await model.fewPlan(rows)).plan : await model.tokenPlan();
  return stepsOf(model, [plan], { rows, advance: 0 });
}

/** Steps of decoding, over whatever the cache holds there: time depends on the position alone. */
export async function stepsAt(model: Model): Promise<RunSteps> {
  return stepsOf(model, [await model.tokenPlan(), await model.samplePlan()], { rows: 1, advance: 1 });
}

/** `advance`: positions from a step to the next. */
function stepsOf(model: Model, plans: readonly Plan[], { rows, advance }: { rows: number; advance: 0 | 1 }): RunSteps {
  const { device } = model.gpu;
  return async (position, steps) => {
    await model.pages.reserve(position + rows + advance * (steps - 1), position);
    device.queue.writeBuffer(model.step, 0, stepRecord({ position, firstPage: 0 }, rows));
    const started = performance.now();
    for (let i = 0; i < steps; i++) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const plan of plans) plan.encode(pass, { position: position + advance * i, tokens: rows });
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
    await device.queue.onSubmittedWorkDone();
    return performance.now() - started;
  };
}

/** Logits after each of these ids, from position 0 on, by a decode step each. [ids, vocabSize] */
export async function stepLogits(model: Model, ids: readonly number[]): Promise<Float32Array[]> {
  const run = await stepOfRows(model, 1);
  const rows: Float32Array[] = [];
  for (const [position, id] of ids.entries()) {
    model.gpu.device.queue.writeBuffer(model.tokens, 0, Uint32Array.of(id));
    await run(position, 1);
    rows.push(await readLogits(model));
  }
  return rows;
}
