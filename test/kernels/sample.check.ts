// The sampler against the float64 reference: the same id for the same (seed, position) over many settings and logits.
// Draws so near a boundary between two ids that f32 may fall on either side are left out, and counted.

import type { SamplingSettings } from "../../src/generate/request.ts";
import { greedy } from "../../src/generate/request.ts";
import { readReceipt, Sent } from "../../src/generate/receipts.ts";
import { countsOf, settingsRecord } from "../../src/generate/sampler-record.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { randomNumbers } from "../reference/random-checkpoint.ts";
import { candidateWeights, penalizedLogits, sample } from "../reference/sampling.ts";
import { uniformAt } from "../reference/uniform.ts";
import { openCase } from "../support/gpu-case.ts";
import { bitsOf } from "../support/token-bits.ts";

export interface Draw {
  logits: Float32Array<ArrayBuffer>;
  settings: SamplingSettings;
  position: number;
  promptIds: number[];
  answerIds: number[];
  /** All, if it is left out. */
  isAllowed?: (id: number) => boolean;
}

/** Error: how many went wrong. Throws when fewer than `judgedAtLeast` of the draws could be judged. */
export async function draws(context: CheckContext, cases: Draw[], { judgedAtLeast = 0.75 } = {}) {
  let wrong = 0;
  let skipped = 0;
  const notes: string[] = [];
  for (const { logits, settings, position, promptIds, answerIds, isAllowed } of cases) {
    const wide = Float64Array.from(logits);
    const history = { promptIds, answerIds, isAllowed };
    if (nearBorder(penalizedLogits(wide, settings, history), settings, position)) {
      skipped++;
      continue;
    }
    const reducers = position % 2 ? 64 : 256;
    using gpuCase = await openCase(context, { reducers });
    const vocab = logits.length;
    const { record, shaped } = settingsRecord(settings, isAllowed !== undefined);
    const counts = countsOf(promptIds, vocab);
    for (const id of answerIds) counts[id]++;
    const bias = new Float32Array(vocab);
    for (const [id, value] of Object.entries(settings.logitBias ?? {})) bias[Number(id)] = value;
    const fed = [5, position, 7];
    const tokens = gpuCase.buffer(Uint32Array.from([...fed, 9]));
    const values = { buffer: gpuCase.buffer(logits), cols: vocab, stride: vocab };
    gpuCase.setStep(position - 3, 3); // a batch of three was just computed: the new token stands at `position`
    const buffers = {
      counts: gpuCase.buffer(counts),
      bias: gpuCase.buffer(bias),
      allowed: gpuCase.buffer(bitsOf(vocab, isAllowed ?? (() => false))), // not looked at unless asked for
      settings: gpuCase.buffer(new Uint32Array(record)),
      receipt: gpuCase.buffer(new Uint32Array(5)),
    };
    await gpuCase.run(1, [{ op: "sample", logits: values, sampler: buffers, tokens }]);
    const [id] = new Uint32Array(await gpuCase.read(tokens));
    const [nextPosition, count] = new Uint32Array(await gpuCase.read(gpuCase.step, 8));
    const sent = new Sent(record, vocab, shaped ? counts : undefined);
    if (shaped) sent.bias(bias);
    if (isAllowed) sent.allowed(bitsOf(vocab, isAllowed));
    sent.expect(position)(readReceipt(await gpuCase.read(buffers.receipt)), fed); // throws
    const wanted = sample(wide, settings, position, history);
    if (id !== wanted || nextPosition !== position || count !== 1) {
      wrong++;
      notes.push(
        `${JSON.stringify(settings)} at ${position} by ${reducers}: ${id} (step ${nextPosition}, ${count}), wanted ${wanted}`,
      );
    }
  }
  if (skipped > cases.length * (1 - judgedAtLeast))
    throw new Error(`${skipped} of ${cases.length} draws are too near a border: the check proves little`);
  return { error: wrong, limit: 0, note: notes.slice(0, 3).join("; ") };
}

/** Whether an error of 1e-5 in the weights could change the draw or a cut. */
function nearBorder(penalized: Float64Array, settings: SamplingSettings, position: number): boolean {
  if (settings.temperature === 0) {
    const [first, second] = penalized.toSorted().reverse();
    return first - second < 1e-6 && first !== second;
  }
  const weights = candidateWeights(penalized, settings);
  const total = weights.reduce((a, b) => a + b, 0);
  const target = uniformAt(settings.seed, position);
  let sum = 0;
  for (const weight of weights) {
    sum += weight / total;
    if (weight > 0 && Math.abs(sum - target) < 1e-5) return true;
  }
  const kept = (topP: number, minP: number) =>
    candidateWeights(penalized, { ...settings, topP, minP }).filter((weight) => weight > 0).length;
  const { topP, minP } = settings;
  const off = 1e-5;
  return kept(topP - (topP < 1 ? off : 0), minP * (1 + off)) !== kept(topP + (topP < 1 ? off : 0), minP * (1 - off));
}

function randomDraws(count: number, vocab: number, change: Partial<SamplingSettings>): Draw[] {
  const random = randomNumbers(vocab);
  return Array.from({ length: count }, (_, i) => ({
    logits: Float32Array.from({ length: vocab }, () => random() * 8),
    settings: { ...greedy, temperature: 0.8, seed: (i * 7919) >>> 0, ...change },
    position: 3 + i * 17,
    promptIds: [1, 5 % vocab, 9 % vocab],
    answerIds: [2 % vocab, 5 % vocab, 2 % vocab],
  }));
}

const settings: Record<string, Partial<SamplingSettings>> = {
  "the largest": { temperature: 0 },
  temperature: { temperature: 1.3 },
  "top-k": { topK: 5 },
  "top-p": { topP: 0.9 },
  "min-p": { minP: 0.05 },
  "top-k, top-p and min-p": { topK: 40, topP: 0.8, minP: 0.02, temperature: 0.6 },
  penalties: { repetitionPenalty: 1.3, frequencyPenalty: 0.5, presencePenalty: 0.7 },
  "penalties and the largest": { temperature: 0, repetitionPenalty: 1.8, frequencyPenalty: 0.5, presencePenalty: 0.7 },
  "logit bias": { logitBias: { 3: 9, 0: -50 } },
};

// One token in this many; of 33 tokens, with the largest number, only one.
const allowedOf = [2, 3, 11, 1, 33];

async function ties(context: CheckContext) {
  const tied = new Float32Array(300).fill(-1);
  tied[77] = tied[78] = tied[200] = 4;
  const draw = { logits: tied, settings: greedy, position: 9, promptIds: [], answerIds: [] };
  return draws(context, [draw]);
}

/** Bits of an f32 each. */
const notFinite = [0x7fc00000, 0xffc00000, 0x7f800001, 0xffffffff, 0x7f800000, 0xff800000];

interface Judged {
  logits: Float32Array<ArrayBuffer>;
  settings: SamplingSettings;
  /** What is added besides the settings' own bias. */
  mask?: Float32Array;
  isAllowed?: (id: number) => boolean;
  wanted: number;
}

/** Logits that nothing can be chosen from, under every kind of setting, and some that only look so. */
function judgedLogits(vocab: number): Judged[] {
  const random = randomNumbers(vocab + 1);
  const kinds = Object.values(settings).map((change) => ({ ...greedy, temperature: 0.8, seed: 5, ...change }));
  const cases: Judged[] = [];
  const add = (logits: Float32Array<ArrayBuffer>, wanted: number, more: Partial<Judged> = {}) =>
    cases.push({ logits, wanted, settings: kinds[cases.length % kinds.length], ...more });
  const drawn = () => Float32Array.from({ length: vocab }, () => random() * 8);
  for (const bits of notFinite)
    for (const at of [0, vocab >> 1, vocab - 1]) {
      const logits = drawn();
      new Uint32Array(logits.buffer)[at] = bits;
      add(logits, 0xffffffff);
    }
  // Also where the token is masked, and where all of them are alike.
  const spoiled = drawn();
  spoiled[0] = NaN;
  const isLast = (id: number) => id === vocab - 1;
  add(spoiled, 0xffffffff, { isAllowed: isLast });
  add(new Float32Array(vocab).fill(NaN), 0xffffffff);
  add(new Float32Array(vocab).fill(-Infinity), 0xffffffff);

  if (vocab === 1) {
    for (const settings of kinds) add(new Float32Array([3]), 0, { settings: { ...settings, logitBias: {} } });
    return cases;
  }
  for (const settings of kinds)
    for (const value of [0, -0, 3.25, -1e30]) add(new Float32Array(vocab).fill(value), 0xfffffffe, { settings });
  const zeros = new Float32Array(vocab);
  zeros[vocab - 1] = -0;
  add(zeros, 0xfffffffe);
  // One larger by the least possible; one left over; a bias of -100 on all but one.
  const last = vocab - 1;
  for (const larger of [2 ** -149, 5 + 2 ** -21]) {
    const logits = new Float32Array(vocab).fill(larger > 1 ? 5 : 0);
    logits[last] = larger;
    add(logits, larger > 1 ? last : -1, { settings: greedy });
  }
  for (const temperature of [0, 1e-30, 0.7]) {
    const logits = drawn();
    add(logits, last, { settings: { ...greedy, temperature }, isAllowed: isLast });
    const bias = Object.fromEntries(Array.from({ length: last }, (_, id) => [id, -100]));
    add(logits, last, { settings: { ...greedy, temperature, logitBias: bias } });
    add(logits, 0xfffffffd, { settings: { ...greedy, temperature, repetitionPenalty: 1e38 }, mask: outOfRange(vocab) });
  }
  return cases;
}

/** Adds to logits what a repetition penalty of 1e38 takes below all f32. */
const outOfRange = (vocab: number) => new Float32Array(vocab).fill(-100);

/** Logits without a choice come out as ids that no token has. Error: how many do not. */
const judges = (reducers: Variants["reducers"]) => async (context: CheckContext) => {
  const wrong: string[] = [];
  for (const vocab of [1, 13, 331, 1030]) {
    using gpuCase = await openCase(context, { reducers });
    const cases = judgedLogits(vocab);
    const tokens = gpuCase.buffer(new Uint32Array(4));
    const chosen = gpuCase.buffer(new Uint32Array(cases.length));
    for (const [i, { logits, settings, mask, isAllowed }] of cases.entries()) {
      const bias = mask?.slice() ?? new Float32Array(vocab);
      for (const [id, value] of Object.entries(settings.logitBias ?? {})) bias[Number(id) % vocab] += value;
      const { record } = settingsRecord(settings, isAllowed !== undefined);
      if (mask) new Uint32Array(record)[8] = 1; // shaped
      const values = { buffer: gpuCase.buffer(new Uint32Array(logits.buffer)), cols: vocab, stride: vocab };
      const buffers = {
        counts: gpuCase.buffer(new Uint32Array(vocab).fill(1)), // penalties are on all
        bias: gpuCase.buffer(bias),
        allowed: gpuCase.buffer(bitsOf(vocab, isAllowed ?? (() => false))),
        settings: gpuCase.buffer(new Uint32Array(record)),
        receipt: gpuCase.buffer(new Uint32Array(5)),
      };
      gpuCase.setStep(7, 1);
      await gpuCase.run(1, [{ op: "sample", logits: values, sampler: buffers, tokens }]);
      const encoder = gpuCase.gpu.device.createCommandEncoder();
      encoder.copyBufferToBuffer(tokens, 0, chosen, 4 * i, 4);
      gpuCase.gpu.device.queue.submit([encoder.finish()]);
    }
    const ids = new Uint32Array(await gpuCase.read(chosen));
    for (const [i, { wanted, settings }] of cases.entries())
      if (wanted === -1 ? ids[i] >= vocab : ids[i] !== wanted)
        wrong.push(`${vocab} by ${reducers}, ${i}: ${ids[i]}, wanted ${wanted} (${JSON.stringify(settings)})`);
  }
  return { error: wrong.length, limit: 0, note: wrong.slice(0, 3).join("; ") };
};

export const checks: Checks = {
  ...Object.fromEntries(
    Object.entries(settings).map(([name, change]) => [
      `samples by ${name}`,
      (context: CheckContext) =>
        draws(context, [
          ...randomDraws(6, 331, change),
          ...randomDraws(2, 5000, change),
          ...randomDraws(2, 13, change),
        ]),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(settings).map(([name, change]) => [
      `samples from what is allowed by ${name}`,
      (context: CheckContext) =>
        draws(
          context,
          [...randomDraws(4, 331, change), ...randomDraws(2, 5000, change), ...randomDraws(3, 33, change)].map(
            (draw, at) => ({
              ...draw,
              isAllowed: (id: number) => (id * 7919 + at) % allowedOf[at % allowedOf.length] === 0,
            }),
          ),
        ),
    ]),
  ),
  "takes the lowest of tied logits": ties,
  "reports logits that nothing can be chosen from, by 64 invocations": judges(64),
  "reports logits that nothing can be chosen from, by 256 invocations": judges(256),
};
