// What is known of an engine over an endpoint. What a server does not tell is no property of its own, so a copy or JSON
// lacks it; reading it throws an error that says so.

import type { Fields } from "../api/request-fields.ts";
import type { EngineInfo } from "../api/surface.ts";
import type { PronkError } from "../errors.ts";
import { fieldsOf } from "./answer-shape.ts";
import { cannot } from "./endpoint-errors.ts";
import type { Server } from "./server.ts";

const untold = ["config", "quantize", "weights", "kv", "parameters", "adapter"] as const;

/** `listed`: the model as the server lists it. `instead`: why this device does not answer. */
export function infoOf(
  { address, model }: Server,
  listed: Fields,
  loadMs: number,
  instead: PronkError | undefined,
): EngineInfo {
  const told: Omit<EngineInfo, (typeof untold)[number]> = {
    where: "endpoint",
    endpoint: { address: address.place, ...(instead && { instead: { code: instead.code, message: instead.message } }) },
    model,
    source: `endpoint:${address.place}`,
    generation: {},
    scheme: undefined,
    contextLength: contextIn(listed),
    dialog: "template", // its first answer shows whether it has one
    features: [],
    gpuBytes: 0,
    mostGpuBytes: 0,
    storedBytes: 0,
    loadMs,
    warm: true,
    peakChunkBytes: 0,
    warnings: [],
  };
  const rest = Object.create(null) as object;
  for (const name of untold)
    Object.defineProperty(rest, name, {
      get: () => {
        throw cannot(`info.${name}`, address, "a server does not tell it. See info.where first.");
      },
    });
  return Object.setPrototypeOf(told, rest) as EngineInfo;
}

/** vLLM's field and llama.cpp's. */
function contextIn({ max_model_len: most, meta }: Fields): number {
  return Number(most ?? fieldsOf(meta).n_ctx ?? 0) || 0;
}
