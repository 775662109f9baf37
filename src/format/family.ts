// What a model type says beside Llama's own fields, and which of its words mean something else than Llama's.

import type { JsonFile } from "./json-file.ts";
import type { ReadMatrix } from "./linear-parts.ts";
import type { ModelConfig } from "./model-config.ts";
import type { ModelTensor, TensorSlice } from "./quantized.ts";
import type { ReadRope } from "./rope-config.ts";
import type { LinearRole } from "./tensor-roles.ts";

export interface Family {
  /** In config.json's `architectures`. */
  architectures: readonly string[];
  headDim?: number;
  kvHeads?: number;
  /** Of rope; default: 10,000. */
  theta?: number;
  /** Default: false. */
  tied?: true;
  /** What `hidden_act` may be; default: silu. */
  activations?: readonly string[];
  /** Default: `rms_norm_eps`. */
  epsField?: string;
  biases(json: JsonFile): LinearRole[];
  /** q and k are normed, head by head. */
  headNorm?: true;
  /** Positions that attention reaches back, its own included; undefined for all. */
  window(json: JsonFile, layers: number): number | undefined;
  /** Default: `readRope`. */
  rope?: ReadRope;
  /** What else the configuration has. Throws PronkError for what would change the numbers and is not computed. */
  more?(json: JsonFile, config: ModelConfig): Partial<ModelConfig>;
  /** Tensors hold several of the model's matrices, or have other names. */
  takeApart?(entry: TensorSlice, config: ModelConfig): TensorSlice[];
  /** Reads quantized matrices whose parts `takeApart` left whole. */
  readWithin?(read: ReadMatrix, config: ModelConfig): ReadMatrix;
  /** Where the rows of a matrix stand, if not all behind each other. */
  panelsOf?(tensor: ModelTensor, config: ModelConfig): ModelTensor[];
}

export const attention: LinearRole[] = ["q", "k", "v", "output"];
export const ffn: LinearRole[] = ["gate", "up", "down"];
export const mostPositions = 2 ** 31;
