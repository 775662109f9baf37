// Sampling settings as the bytes that sample.wgsl reads.

import { packRecord } from "../gpu/record.ts";
import { shaderRecords } from "../gpu/shader-interfaces.ts";
import type { SamplingSettings } from "./request.ts";

// Below it the largest logit wins whatever the draw, and a logit divided by it might be too large for f32.
const leastTemperature = 1e-6;

/** sample.wgsl's Settings; `shaped` says whether bias or a penalty is in force. */
export function settingsRecord(
  sampling: SamplingSettings,
  constrained = false,
): { record: ArrayBuffer; shaped: boolean } {
  const { logitBias = {} } = sampling;
  const shaped =
    Object.keys(logitBias).length > 0 ||
    sampling.repetitionPenalty !== 1 ||
    sampling.frequencyPenalty !== 0 ||
    sampling.presencePenalty !== 0;
  const record = packRecord(shaderRecords.Settings, {
    temperature: sampling.temperature > 0 ? Math.max(sampling.temperature, leastTemperature) : 0,
    top_p: sampling.topP,
    min_p: sampling.minP,
    repetition: sampling.repetitionPenalty,
    frequency: sampling.frequencyPenalty,
    presence: sampling.presencePenalty,
    top_k: sampling.topK,
    seed: sampling.seed,
    shaped: Number(shaped),
    constrained: Number(constrained),
  });
  return { record, shaped };
}

const seenInPrompt = 0x80000000;

/** How often each token has appeared in the answer so far, bit 31 for those in the prompt. [vocabSize] */
export function countsOf(
  promptIds: readonly number[],
  vocabSize: number,
  answered: readonly number[] = [],
): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(vocabSize);
  for (const id of promptIds) counts[id] = seenInPrompt;
  for (const id of answered) counts[id]++;
  return counts;
}
