// The final hidden states of a text: what the head would make logits of, after the last norm, position by position. The layers
// run on the GPU as for any prompt; the norm is made here, in float64. What the KV cache held is put aside meanwhile and put back.

import { PronkError } from "../errors.ts";
import { cacheRow } from "../gpu/cache-layout.ts";
import { createGathering } from "../gpu/readback.ts";
import type { Model } from "../model/model.ts";
import type { Machine } from "./machine.ts";
import { otherwise } from "./receipts.ts";
import type { Pooling } from "./request.ts";
import { batchSize } from "./steps.ts";

/** A machine between two generations. */
interface Lent {
  machine: Machine;
  /** Positions of its cache that must be as they were when it is given back. */
  held: number;
  /** Says that they are not. */
  forget(): void;
}

/** [dim] */
export async function pooledState(
  lent: Lent,
  ids: readonly number[],
  pooling: Pooling,
  signal: AbortSignal,
): Promise<Float64Array> {
  const pooled = new Float64Array(lent.machine.model.config.dim);
  const share = 1 / ids.length;
  const add = (state: Float64Array) => state.forEach((value, i) => (pooled[i] += share * value));
  await eachState(lent, ids, pooling === "mean" ? add : (state) => pooled.set(state), signal);
  return pooled;
}

/** `onState` is called for each position, in order, with its state. [dim] */
async function eachState(
  { machine, held, forget }: Lent,
  ids: readonly number[],
  onState: (state: Float64Array) => void,
  signal: AbortSignal,
): Promise<void> {
  const { model, steps } = machine;
  const { gpu, memory, activations } = model;
  const { device } = gpu;
  const { stride } = activations.x;
  const { dim } = model.config;
  const most = Math.min(model.batchTokens, ids.length);
  const gathered = "hidden states";
  const wordsOfBatch = (tokens: number) => 2 + tokens + tokens * stride;
  const setAside = await keepCache(model, Math.min(held, ids.length)).catch((error: unknown) => {
    if (!(error instanceof PronkError) || error.code !== "out-of-memory") throw error;
    forget(); // there is no room to keep it: the next prompt is computed whole
  });
  try {
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
        if (!gain) copy(encoder, model.weights.finalNorm, 4 * dim);
        steps.encodeBatch(encoder, tokens, position);
        copy(encoder, model.step, 8);
        copy(encoder, model.tokens, 4 * tokens.length);
        copy(encoder, activations.x.buffer, 4 * stride * tokens.length);
        device.queue.submit([encoder.finish()]);
        const words = await read();
        gpu.check();
        signal.throwIfAborted();
        const floats = new Float32Array(words.buffer);
        let at = gain ? 0 : dim;
        gain ??= floats.slice(0, dim);
        for (const [i, expected] of [position, tokens.length, ...tokens].entries())
          if (words[at + i] !== expected) throw otherwise("tokens of a text", expected, words[at + i]);
        at += 2 + tokens.length;
        for (let i = 0; i < tokens.length; i++, at += stride)
          onState(normed(floats.subarray(at, at + dim), gain, model.config.normEps, position + i));
      }
    } finally {
      memory.release(buffer);
    }
  } finally {
    setAside?.putBack();
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

/** A copy of what the cache holds of its first positions. Errors: `out-of-memory`. */
async function keepCache({ gpu, memory, cache, config }: Model, positions: number) {
  if (positions === 0) return undefined;
  const { dims, bits, scaleWords } = cacheRow(config.headDim, cache.kv);
  const { kvHeads } = config;
  // Of each head its rows, and behind the rows of all heads their scales.
  const spans: { from: number; sizeBytes: number }[] = [];
  let start = 0;
  for (const rowBytes of [(dims * bits) / 8, 4 * scaleWords].filter(Boolean))
    for (let head = 0; head < kvHeads; head++, start += cache.context * rowBytes)
      spans.push({ from: start, sizeBytes: positions * rowBytes });
  const sizeBytes = spans.reduce((sum, span) => sum + span.sizeBytes, 0);
  const sides = cache.layers.flatMap(({ k, v }) => [k, v]);
  const copies = await memory.checked("what the KV cache holds, put aside", () =>
    sides.map(({ label }) => memory.storage(`${label}, put aside`, sizeBytes)),
  );
  const copyAll = (back: boolean) => {
    const encoder = gpu.device.createCommandEncoder();
    for (const [i, side] of sides.entries()) {
      let at = 0;
      for (const { from, sizeBytes: bytes } of spans) {
        if (back) encoder.copyBufferToBuffer(copies[i], at, side, from, bytes);
        else encoder.copyBufferToBuffer(side, from, copies[i], at, bytes);
        at += bytes;
      }
    }
    gpu.device.queue.submit([encoder.finish()]);
  };
  copyAll(false);
  return {
    putBack() {
      copyAll(true);
      for (const copy of copies) memory.release(copy);
    },
  };
}
