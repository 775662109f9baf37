// What the headers of a checkpoint say: its configuration and where each tensor is.

import type { GenerationDefaults, ModelConfig } from "./model-config.ts";
import type { QuantizedMatrix } from "./quantized.ts";
import type { TensorInfo } from "./tensor.ts";

/** A checkpoint whose headers have been read: everything but the weights' bytes. */
export interface Checkpoint {
  config: ModelConfig;
  generation: GenerationDefaults;
  /** Sorted by file, then start: the order in which bytes arrive. Only tensors that the model uses. */
  tensors: TensorInfo[];
  /** Those of its matrices that are quantized in the file. */
  matrices: QuantizedMatrix[];
}
