// Both halves of a load in one call, for sinks that need no shapes before the first byte.

import { prepareModel, type PrepareOptions } from "../../src/load/prepare.ts";
import type { PreparedModel, StreamResult } from "../../src/load/prepared-model.ts";
import type { WeightSink } from "../../src/quant/layout.ts";

export type LoadedModel = Omit<PreparedModel, "stream"> & StreamResult;

/** Reads a model from wherever it is and delivers its weights to `sink`. */
export async function loadModel(options: PrepareOptions & { sink: WeightSink }): Promise<LoadedModel> {
  const { stream, ...model } = await prepareModel(options);
  return { ...model, ...(await stream(options.sink, { signal: options.signal })) };
}
