// Which encoding a tensor gets, and what quantization `auto` means. Both are tables to read, not formulas.

import type { TensorInfo } from "../format/tensor.ts";
import type { Encoding, QuantizeChoice } from "./layout.ts";

/** Embedding and lm_head stay in q8 under q4: rare tokens are read through a single row, where the loss would show. */
const encodings: Record<"q8" | "q4", { embedding: Encoding; linear: Encoding }> = {
  q8: { embedding: "q8", linear: "q8" },
  q4: { embedding: "q8", linear: "q4" },
};

/** Norm vectors stay as in the file, whatever the choice. */
export function chooseEncoding(tensor: TensorInfo, quantize: QuantizeChoice): Encoding {
  if (quantize === "none" || tensor.shape.length < 2) return tensor.dtype;
  const isEmbedding = tensor.name === "model.embed_tokens.weight" || tensor.name === "lm_head.weight";
  return encodings[quantize][isEmbedding ? "embedding" : "linear"];
}

/** What is known about the adapter when `auto` is decided. WebGPU reports no memory size; maxBufferSize hints at it. */
export interface AdapterRoom {
  maxBufferSize: number;
}

const smallModel = 100e6; // parameters; as published they need at most 400 MB
const mediumModel = 1.5e9; // in q8 at most 1.6 GB
const roomyBuffer = 2 ** 30; // adapters of desktops allow 1 GiB and more, those of phones mostly 256 MiB

/** The rule behind `auto`: see README.md. Anything else is returned unchanged. */
export function resolveQuantize(
  choice: "auto" | QuantizeChoice,
  { parameters, gpuLimits }: { parameters: number; gpuLimits?: AdapterRoom },
): QuantizeChoice {
  if (choice !== "auto") return choice;
  if (parameters < smallModel) return "none";
  return parameters < mediumModel && (gpuLimits?.maxBufferSize ?? 0) >= roomyBuffer ? "q8" : "q4";
}
