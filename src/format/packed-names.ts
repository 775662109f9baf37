// What shows, before anything else is read, that a repository's weights are quantized; and the way to what reads them.

import { onDemand } from "../on-demand.ts";

/** Files that say how a repository is quantized where config.json does not, the usual name first. */
export const quantizationFiles = ["quantize_config.json", "quant_config.json", "quantization_config.json"];

export const libraryParts = onDemand("reads HQQ, quanto, torchao, EETQ, AQLM", () => import("./library-parts.ts"));

export const packedParts = onDemand("reads quantized safetensors", () => import("./packed-parts.ts"));
