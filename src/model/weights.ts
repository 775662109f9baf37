// The model's weights on the GPU: a place for every tensor, allocated before the first byte and filled as bytes arrive. Norm
// gains are vectors in f32; everything else is a matrix in the encoding it is stored in. Matrices that multiply the same
// input become one weight: q, k and v; gate and up. Rows that later steps want together are paired.

import type { ModelConfig } from "../format/model-config.ts";
import { linearRows } from "../format/llama-tensors.ts";
import { tensorRole, type LayerRole, type LinearRole } from "../format/tensor-roles.ts";
import type { Gpu } from "../gpu/device.ts";
import type { GpuMemory } from "../gpu/memory.ts";
import { strideOf, type Activation } from "../gpu/operations.ts";
import type { PackedTarget } from "../gpu/packed-upload.ts";
import { pairedRows, type RowPlace } from "../gpu/row-place.ts";
import type { UploadTarget } from "../gpu/upload.ts";
import { allocateWeight, type RoleRows, type Weight } from "../gpu/weight.ts";
import type { StoredTensor } from "../quant/layout.ts";
import type { PackedTensor } from "../quant/packed-tensor.ts";
import { canShare, plainFormat, type RowFormat } from "../quant/row-format.ts";

export interface LayerWeights {
  attentionNorm?: GPUBuffer; // [dim]: before attention; of LayerNorm [2, dim rounded up to 32], as all norms
  headNorm?: GPUBuffer; // [2, headDim]: of q, of k; or [heads + kvHeads, headDim], where they are normed at once
  attentionEndNorm?: GPUBuffer; // [dim]: behind it
  ffnNorm?: GPUBuffer; // [dim]
  ffnEndNorm?: GPUBuffer; // [dim]
  qkv: Weight; // [(heads + 2 kvHeads) * headDim, dim]; rows of q and k paired as rope turns them
  output: Weight; // [dim, heads * headDim]
  gateUp: Weight; // [2 * hiddenDim, dim]; row i of gate and of up are neighbours, if both have one format
  down: Weight; // [dim, hiddenDim]
}

export interface ModelWeights {
  embedding: Weight; // [vocabSize, dim]
  /** What a LoRA adds to the embedding. */
  embeddingLowRank?: EmbeddingLowRank;
  layers: LayerWeights[];
  finalNorm: GPUBuffer; // [dim]
  head: Weight; // [vocabSize, dim]; the embedding itself when tied
}

/** up (the tokens' rows of table), added to the stream. */
export interface EmbeddingLowRank {
  table: Weight; // [vocabSize, rank]
  reduced: Activation; // [T, rank]
  up: Weight; // [dim, rank]
}

/** A tensor as the model holds it: kept plainly (or in q8, q4), or quantized by its publisher. */
export type ModelTensor = StoredTensor | PackedTensor;

/** A vector on its way into its buffer, which others may share: the gains of q and k, the biases of a weight. */
export interface NormVector {
  buffer: GPUBuffer;
  bytes: Uint8Array; // collects until whole: a vector is a few KiB
  whole: Float32Array<ArrayBuffer>; // what the buffer holds
  place: RowPlace;
  /** What becomes of a value: scale (value + added). */
  scale?: number;
  added?: number;
}

/** Tensors that become one weight, in the order of its rows. */
const groups: Record<"qkv" | "output" | "gateUp" | "down", LinearRole[]> = {
  qkv: ["q", "k", "v"],
  output: ["output"],
  gateUp: ["gate", "up"],
  down: ["down"],
};

/** What a layer's weights are made of. `interleaved`: the checkpoint already has the rows of q and k in pairs. */
export function layerGroups(
  config: ModelConfig,
  formatOf: (role: LinearRole) => RowFormat,
  interleaved: (role: LinearRole) => boolean = () => false,
) {
  const { heads, headDim, dim, hiddenDim, rotaryDim = headDim } = config;
  const rows = linearRows(config);
  const turned = pairedRows(rotaryDim / 2, headDim - rotaryDim);
  return Object.entries(groups).map(([name, members]) => {
    const neighbours = name === "gateUp" && canShare(formatOf("gate"), formatOf("up"));
    let base = 0;
    const placeOf = (role: LinearRole): RowPlace => {
      if (role === "q" || role === "k") return { base, half: interleaved(role) ? 0 : turned };
      return neighbours ? { base: Number(role === "up"), half: hiddenDim } : { base, half: 0 };
    };
    const roles = new Map<LinearRole, RoleRows>();
    for (const role of members) {
      roles.set(role, { rows: rows[role], place: placeOf(role) });
      base += rows[role];
    }
    const segments = members.map((role) => ({ format: formatOf(role), rows: rows[role] }));
    const cols = name === "output" ? heads * headDim : name === "down" ? hiddenDim : dim;
    return { name: name as keyof typeof groups, cols, segments, roles };
  });
}

const layerNorms = ["attentionNorm", "attentionEndNorm", "ffnNorm", "ffnEndNorm"] as const;

const formatOf = (tensor: ModelTensor): RowFormat =>
  "format" in tensor ? tensor.format : plainFormat(tensor.encoding, sizeOf(tensor).cols);

/** The size of the whole matrix, even where the tensor is a panel of it. */
const sizeOf = (tensor: ModelTensor): { rows: number; cols: number } =>
  "format" in tensor ? tensor : (tensor.panel ?? tensor);

/** The key of a tensor's target: a matrix' panels have the same name. */
export const targetKey = ({ name, panel }: StoredTensor): string =>
  panel ? `${name}, ${panel.firstRow}, ${panel.firstCol}` : name;

const isPanel = (tensor: ModelTensor): tensor is StoredTensor => !("format" in tensor) && tensor.panel !== undefined;

const isInterleaved = (tensor: ModelTensor): boolean =>
  "format" in tensor ? tensor.matrix.interleavedRopeHeads !== undefined : tensor.interleaved === true;

export interface AllocatedWeights {
  weights: ModelWeights;
  /** Where the bytes go, by `targetKey`. */
  targets: Map<string, UploadTarget>;
  packed: Map<string, PackedTarget & PackedTensor>;
  vectors: Map<string, NormVector>;
}

/** Allocates every tensor; the tensors must be complete (format/ has checked that). */
export function allocateWeights(
  gpu: Gpu,
  memory: GpuMemory,
  config: ModelConfig,
  tensors: readonly ModelTensor[],
): AllocatedWeights {
  const targets: AllocatedWeights["targets"] = new Map();
  const packed: AllocatedWeights["packed"] = new Map();
  const vectors: AllocatedWeights["vectors"] = new Map();
  const whole: Partial<ModelWeights> = {};
  const byLayer = Array.from({ length: config.layers }, () => new Map<LayerRole, ModelTensor>());
  /** A zeroed vector with room for these tensors; none of them is ever quantized. */
  const vector = (
    name: string,
    length: number,
    parts: [ModelTensor | undefined, RowPlace][],
    change: Pick<NormVector, "scale" | "added"> = {},
  ) => {
    const whole = new Float32Array(strideOf(length));
    const buffer = memory.storage(name, whole.byteLength);
    for (const [tensor, place] of parts as [StoredTensor | undefined, RowPlace][])
      if (tensor)
        vectors.set(tensor.name, { buffer, bytes: new Uint8Array(tensor.end - tensor.start), whole, place, ...change });
    return { buffer, whole };
  };
  const inOrder = (base = 0): RowPlace => ({ base, half: 0 });
  const { gainOffset: added, logitScale } = config;
  /** A norm's gains, and behind them its biases where it has some. */
  const norm = (tensor: ModelTensor, bias?: ModelTensor, scale?: number) => {
    const { name, cols } = tensor;
    const behind = strideOf(cols);
    const parts: [ModelTensor | undefined, RowPlace][] = [
      [tensor, inOrder()],
      [bias, inOrder(behind)],
    ];
    return vector(name, bias ? behind + cols : cols, parts, { scale, added }).buffer;
  };
  const finalBias = tensors.find(({ name }) => tensorRole(name)?.role === "finalNormBias");
  const aim = (tensor: ModelTensor, weight: Weight, place: RowPlace) => {
    if ("format" in tensor) packed.set(tensor.name, { ...tensor, weight, place });
    else
      for (const part of panels.get(tensor.name) ?? [tensor])
        targets.set(targetKey(part), { weight, place, encoding: part.encoding, cols: part.cols, panel: part.panel });
  };
  const panels = new Map<string, StoredTensor[]>();
  for (const tensor of tensors)
    if (isPanel(tensor)) panels.set(tensor.name, [...(panels.get(tensor.name) ?? []), tensor]);
  for (const tensor of tensors) {
    const place = tensorRole(tensor.name);
    if (!place) continue;
    if (place.layer !== undefined) byLayer[place.layer].set(place.role as LayerRole, tensor);
    else if (place.role === "finalNorm") whole.finalNorm = norm(tensor, finalBias, logitScale);
    else if (place.role !== "finalNormBias") {
      if (whole[place.role]) continue; // a panel of the same
      const { name } = tensor;
      const { rows, cols } = sizeOf(tensor);
      const segments = [{ format: formatOf(tensor), rows }];
      const roles = new Map([[place.role, { rows, place: inOrder() }]]);
      const weight = allocateWeight(memory, { name, cols, segments, roles }, gpu.maxBindingBytes);
      aim(tensor, weight, inOrder());
      Object.assign(whole, { [place.role]: weight });
    }
  }
  const layers = byLayer.map((roles, i) => {
    const layer: Partial<LayerWeights> = {};
    for (const role of layerNorms) if (roles.has(role)) layer[role] = norm(roles.get(role)!, roles.get(`${role}Bias`));
    const [qNorm, kNorm] = [roles.get("qNorm"), roles.get("kNorm")];
    if (qNorm && kNorm) {
      const parts: [ModelTensor, RowPlace][] = [
        [qNorm, inOrder()],
        [kNorm, inOrder(qNorm.cols)],
      ];
      layer.headNorm = vector(`layer ${i} head norms`, qNorm.cols + kNorm.cols, parts, { added }).buffer;
    }
    const formats = (role: LinearRole) => formatOf(roles.get(role)!);
    const grouped = layerGroups(config, formats, (role) => isInterleaved(roles.get(role)!));
    for (const { name, cols, segments, roles: members } of grouped) {
      const request = { name: `layer ${i} ${name}`, cols, segments, roles: members };
      const weight = (layer[name] = allocateWeight(memory, request, gpu.maxBindingBytes));
      for (const [role, { place }] of members) aim(roles.get(role)!, weight, place);
      const biases = [...members].map(([role, { place }]): [ModelTensor | undefined, RowPlace] => [
        roles.get(`${role}Bias`),
        place,
      ]);
      if (!biases.some(([tensor]) => tensor)) continue;
      const { buffer, whole } = vector(`${request.name} bias`, weight.rows + 1, biases);
      Object.assign(weight, { bias: buffer, biasValues: whole });
    }
    return layer as LayerWeights;
  });
  whole.head ??= whole.embedding;
  return { weights: { ...whole, layers } as ModelWeights, targets, packed, vectors };
}
