// Weights for a step whose rows have adapters of their own, or none: what every LoRA does to a weight's products stands one
// behind the other, and each row takes its own. Copies of what is on the GPU already; the model's own weights are shared.
// Loaded when answers with different adapters are computed at the same time.

import type { Gpu } from "../gpu/device.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import { mostStepTokens, strideOf } from "../gpu/operations.ts";
import { allocateWeight, type LowRank, type Weight } from "../gpu/weight.ts";
import { plainFormat } from "../quant/row-format.ts";
import type { ModelWeights } from "./weights.ts";

/** What they stand on: model.ts's. */
interface MixedBase {
  gpu: Gpu;
  memory: GpuMemory;
  weights: ModelWeights;
}

const ofLayer = ["qkv", "output", "gateUp", "down"] as const;
const mostFours = 2 ** 24; // that a head, in f32, can tell

/** Whether an adapter changes nothing but products. */
function changesProducts(base: ModelWeights, { layers, head, ...rest }: ModelWeights): boolean {
  const isAsIs = ({ parts }: Weight, of: Weight) => parts === of.parts;
  const others = Object.entries({ ...base, ...rest }).filter(([name]) => name !== "layers" && name !== "head");
  if (others.some(([name, value]) => base[name as keyof ModelWeights] !== value) || !isAsIs(head, base.head))
    return false;
  return layers.every((layer, i) =>
    Object.entries(layer).every(([name, value]) => {
      const own = base.layers[i][name as keyof typeof layer];
      return own === value || (ofLayer.some((one) => one === name) && isAsIs(value as Weight, own as Weight));
    }),
  );
}

/** Whether its tensors can be copied behind another's: A in one buffer, as of any but a huge rank. */
const isCopied = ({ layers, head }: ModelWeights): boolean =>
  [head, ...layers.flatMap((layer) => ofLayer.map((name) => layer[name]))].every(
    ({ lowRank }) => !lowRank || lowRank.down.parts.length === 1,
  );

/**
 * The model's weights with all of these adapters that change only products, and which of them are in it: `adapters[i]` is
 * number i + 1 of step-record.ts, 0 none. Errors: `out-of-memory`; RangeError where they are too much for a binding.
 */
export async function mixedWeights(
  { gpu, memory, weights: base }: MixedBase,
  all: readonly ModelWeights[],
): Promise<{ weights: ModelWeights; adapters: readonly ModelWeights[] }> {
  const adapters = all.filter((one) => changesProducts(base, one) && isCopied(one));
  const encoder = gpu.device.createCommandEncoder();
  const weights = await memory.checked("adapters side by side", () => {
    let reduced: GPUBuffer | undefined;
    const weightOf = (pick: (of: ModelWeights) => Weight): Weight => {
      const own = pick(base);
      const changes = adapters.map((one) => pick(one).lowRank);
      if (changes.every((one) => !one)) return own;
      const rank = changes.reduce((sum, one) => sum + (one?.reduced.cols ?? 0), 0);
      reduced ??= memory.storage("A x of several", 4 * mostStepTokens * strideOf(widest(base, adapters)));
      const lowRank = sideBySide({ gpu, memory, encoder }, own, changes, { buffer: reduced, cols: rank, stride: strideOf(rank) }); // prettier-ignore
      return { ...own, lowRank };
    };
    const layers = base.layers.map((layer, i) => {
      const changed = ofLayer.map((name) => [name, weightOf(({ layers: of }) => of[i][name])] as const);
      return { ...layer, ...Object.fromEntries(changed) } as typeof layer;
    });
    return { ...base, layers, head: weightOf(({ head }) => head) };
  });
  gpu.device.queue.submit([encoder.finish()]);
  return { weights, adapters };
}

/** Columns of A x of all adapters, of the weight where they are most. */
function widest(base: ModelWeights, adapters: readonly ModelWeights[]): number {
  const ofWeight = (pick: (of: ModelWeights) => Weight) =>
    adapters.reduce((sum, one) => sum + (pick(one).lowRank?.reduced.cols ?? 0), 0);
  const ofLayers = base.layers.flatMap((_, i) => ofLayer.map((name) => ofWeight(({ layers }) => layers[i][name])));
  return Math.max(
    ofWeight(({ head }) => head),
    ...ofLayers,
  );
}

interface Copying {
  gpu: Gpu;
  memory: GpuMemory;
  encoder: GPUCommandEncoder;
}

/** What the adapters do to one weight, each undefined where it leaves it as it is. */
function sideBySide(
  { gpu, memory, encoder }: Copying,
  { name, rows, cols, biasValues }: Weight,
  changes: readonly (LowRank | undefined)[],
  reduced: LowRank["reduced"],
): LowRank {
  // Heads, then the rows of a weight that stays as it is: times 1, and its bias.
  const begin = new Float32Array(4 * (1 + changes.length + rows + 1));
  const unchanged = 1 + changes.length;
  for (let row = 0; row <= rows; row++) begin.set([1, biasValues?.[row] ?? 0], 4 * (unchanged + row));
  let fours = begin.length / 4;
  let start = 0;
  const places = changes.map((one) => {
    if (!one) return undefined;
    const place = { at: fours, start, bytes: 16 * (rows + 1) * one.stride };
    fours += (rows + 1) * one.stride;
    start += one.reduced.cols / 4;
    return place;
  });
  const rowBytes = 4 * strideOf(cols);
  if (fours > mostFours || Math.max(16 * fours, reduced.cols * rowBytes) > gpu.maxBindingBytes)
    throw new RangeError(`${name}: what the adapters do to it is more than a binding may have`);
  begin.set([unchanged, 1, 0, 0]);
  for (const [i, place] of places.entries())
    begin.set(place ? [place.at, changes[i]!.stride, place.start, 0] : [unchanged, 1, 0, 0], 4 * (i + 1));
  const buffer = memory.storage(`${name} B of several`, 16 * fours);
  memory.write(buffer, begin);
  const segments = [{ format: plainFormat("f32", cols), rows: reduced.cols }];
  const down = allocateWeight(memory, { name: `${name} A of several`, cols, segments }, gpu.maxBindingBytes);
  for (const [i, one] of changes.entries()) {
    const place = places[i];
    if (!one || !place) continue;
    encoder.copyBufferToBuffer(one.rows, 0, buffer, 16 * place.at, place.bytes);
    encoder.copyBufferToBuffer(one.down.parts[0].codes, 0, down.parts[0].codes, 4 * place.start * rowBytes, one.reduced.cols * rowBytes); // prettier-ignore
  }
  return { down, rows: buffer, stride: 0, reduced, apart: true };
}
