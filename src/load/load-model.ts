// Both halves of a load in one call, for callers whose sink needs no shapes before the first byte.

import type { WeightSink } from "../quant/layout.ts";
import { prepareModel, type PreparedModel, type PrepareOptions } from "./prepare.ts";

export interface LoadedModel extends Omit<PreparedModel, "stream"> {
  /** Largest number of weight bytes the loader held at once. */
  peakChunkBytes: number;
}

/** Reads a model from wherever it is and delivers its weights to `sink`. See `prepareModel` for the halves. */
export async function loadModel(options: PrepareOptions & { sink: WeightSink }): Promise<LoadedModel> {
  const { stream, ...model } = await prepareModel(options);
  return { ...model, ...(await stream(options.sink, { signal: options.signal })) };
}
