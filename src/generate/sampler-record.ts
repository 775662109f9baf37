// Sampling settings as the bytes that sample.wgsl reads.

import type { SamplingSettings } from "./request.ts";

// Below it the largest logit wins whatever the draw, and a logit divided by it might be none that f32 holds.
const leastTemperature = 1e-6;

/** sample.wgsl's Settings, field by field; `shaped` says whether bias, a penalty or a constraint is in force. */
export function settingsRecord(
  sampling: SamplingSettings,
  constrained = false,
): { record: ArrayBuffer; shaped: boolean } {
  const { logitBias = {} } = sampling;
  const shaped =
    constrained ||
    Object.keys(logitBias).length > 0 ||
    sampling.repetitionPenalty !== 1 ||
    sampling.frequencyPenalty !== 0 ||
    sampling.presencePenalty !== 0;
  const record = new ArrayBuffer(48);
  new Float32Array(record).set([
    sampling.temperature > 0 ? Math.max(sampling.temperature, leastTemperature) : 0,
    sampling.topP,
    sampling.minP,
    sampling.repetitionPenalty,
    sampling.frequencyPenalty,
    sampling.presencePenalty,
  ]);
  new Uint32Array(record).set([sampling.topK, sampling.seed >>> 0, Number(shaped)], 6);
  return { record, shaped };
}

const seenInPrompt = 0x80000000;

/** How often each token was answered so far (none yet), bit 31 for those in the prompt. [vocabSize] */
export function countsOf(promptIds: readonly number[], vocabSize: number): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(vocabSize);
  for (const id of promptIds) counts[id] = seenInPrompt;
  return counts;
}
