// Both halves of a load in one call, for callers whose sink needs no shapes before the first byte.

import type { WeightSink } from "../quant/layout.ts";
import { prepareModel, type PrepareOptions } from "./prepare.ts";
import type { PreparedModel, StreamResult } from "./prepared-model.ts";

export type LoadedModel = Omit<PreparedModel, "stream"> & StreamResult;

/** Reads a model from wherever it is and delivers its weights to `sink`. See `prepareModel` for the halves. */
export async function loadModel(options: PrepareOptions & { sink: WeightSink }): Promise<LoadedModel> {
  const { stream, ...model } = await prepareModel(options);
  return { ...model, ...(await stream(options.sink, { signal: options.signal })) };
}
