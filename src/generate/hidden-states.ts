// The final hidden states of a text: what the head would make logits of, after the last norm, position by position. The layers
// run on the GPU as for any prompt, over pages of their own; the norm is made here, in float64.

import { PronkError } from "../errors.ts";
import { createGathering } from "../gpu/readback.ts";
import type { Model } from "../model/model.ts";
import type { Lent } from "./lending.ts";
import { otherwise } from "./receipts.ts";
import type { HiddenStateRequest } from "./request.ts";
import { batchSize, type SequenceSteps } from "./steps.ts";

/** [dim] */
export async function pooledState(
  lent: Pick<Lent, "machine" | "forget">,
  { ids, pooling, adapter }: HiddenStateRequest,
  signal: AbortSignal,
): Promise<Float64Array> {
  const { steps } = await lent.machine.lane(0);
  steps.use(adapter);
  const pooled = new Float64Array(lent.machine.model.config.dim);
  const share = 1 / ids.length;
  const add = (state: Float64Array) => state.forEach((value, i) => (pooled[i] += share * value));
  const onState = pooling === "mean" ? add : (state: Float64Array) => pooled.set(state);
  const { pages } = lent.machine.model;
  await pages.apart(ids.length, lent.forget, () => eachState(lent.machine.model, steps, ids, onState, signal));
  return pooled;
}

/** `onState` is called for each position, in order, with its state. [dim] */
async function eachState(
  model: Model,
  steps: SequenceSteps,
  ids: readonly number[],
  onState: (state: Float64Array) => void,
  signal: AbortSignal,
): Promise<void> {
  const { gpu, memory, activations, cache } = model;
  const { table } = model.pages;
  const { device } = gpu;
  const { stride } = activations.x;
  const { dim } = model.config;
  const most = Math.min(model.batchTokens, ids.length);
  const gathered = "hidden states";
  const wordsOfBatch = (tokens: number) => 2 + table.length + tokens + tokens * stride;
  const { buffer, copy, read, begin } = await memory.checked(gathered, () =>
    createGathering(gpu, memory, gathered, 4 * (stride + wordsOfBatch(most))),
  );
  try {
    let gain: Float32Array | undefined; // [dim]
    model.setPromptLength(ids.length);
    for (let position = 0, size = 0; position < ids.length; position += size) {
      size = batchSize(model, position);
      const tokens = ids.slice(position, position + size);
      const encoder = device.createCommandEncoder();
      begin();
      if (!gain) copy(encoder, steps.weights.finalNorm, 4 * dim);
      steps.encodeBatch(encoder, tokens, position);
      copy(encoder, model.step, 8);
      copy(encoder, cache.table, 4 * table.length);
      copy(encoder, model.tokens, 4 * tokens.length);
      copy(encoder, activations.x.buffer, 4 * stride * tokens.length);
      device.queue.submit([encoder.finish()]);
      const words = await read();
      gpu.check();
      signal.throwIfAborted();
      const floats = new Float32Array(words.buffer);
      let at = gain ? 0 : dim;
      gain ??= floats.slice(0, dim);
      for (const [i, expected] of [position, tokens.length, ...table, ...tokens].entries())
        if (words[at + i] !== expected) throw otherwise("tokens or pages of a text", expected, words[at + i]);
      at += 2 + table.length + tokens.length;
      for (let i = 0; i < tokens.length; i++, at += stride)
        onState(normed(floats.subarray(at, at + dim), gain, model.config.normEps, position + i));
    }
  } finally {
    memory.release(buffer);
  }
}

/** x gain / sqrt(mean(x^2) + eps). Errors: `driver-fault` where that is no number. */
function normed(x: Float32Array, gain: Float32Array, eps: number, position: number): Float64Array {
  let squares = 0;
  for (const value of x) squares += value * value;
  const scale = 1 / Math.sqrt(squares / x.length + eps);
  if (!Number.isFinite(squares))
    throw new PronkError(
      "driver-fault",
      `The hidden state of position ${position} is NaN or infinite. The weights hold such numbers or lead to them, or this GPU ` +
        "computes wrongly. Try another browser; where that changes nothing, take another file of the model.",
      { expected: "finite numbers", found: "NaN or infinite", position },
    );
  return Float64Array.from(x, (value, i) => value * scale * gain[i]);
}
