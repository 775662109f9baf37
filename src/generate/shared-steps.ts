// Steps of several rows: the newest tokens of several sequences, or a draft of one. Each row is computed as it would be alone,
// and sampled alone, one after the other.

import { mostStepTokens, type Activation } from "../gpu/operations.ts";
import type { Ring } from "../gpu/readback.ts";
import { apartRecord, stepBytes, stepHeadBytes, stepRecord } from "../gpu/step-record.ts";
import type { Model } from "../model/model.ts";
import type { ModelWeights } from "../model/weights.ts";
import { onDemand } from "../on-demand.ts";
import { checkTold, readReceipt, receiptBytes } from "./receipts.ts";
import type { Own, Recorded, Sampled, StepsContext } from "./steps-context.ts";

const mixedParts = onDemand(
  "computes answers with several adapters in a step",
  () => import("../model/mixed-weights.ts"),
);

export type SharedSteps = ReturnType<typeof createSharedSteps>;

/** Where the newest id of a sequence stands; the id, unless the step before it, which chooses it, was one of `together`. */
interface OwnNewest {
  own: Own;
  id: number | undefined;
  position: number;
  /** Whether it is wanted how likely the next id is. */
  isLooked?: boolean;
}

/** Weights that a step of several rows goes by. */
interface Common {
  weights: ModelWeights;
}

/** Those with several adapters side by side, and the adapters' numbers in a step's record. */
interface Mixed extends Common {
  numbers: ReadonlyMap<Recorded, number>;
}

/** Rows of a step that are computed by the same weights, by their numbers. */
interface Alike {
  common: Common;
  rows: number[];
}

// What a step of several sequences tells: the rows' receipts, then of those that were computed at once their step and tokens.
const receiptsBytes = mostStepTokens * receiptBytes;
const rowsToldBytes = stepBytes + 4 * mostStepTokens;
const mostAlike = mostStepTokens / 2; // with several rows each
const toldBytes = receiptsBytes + mostAlike * rowsToldBytes;

interface SharedRoom {
  records: GPUBuffer; // [mostAlike] steps of rows that are computed at once
  heads: GPUBuffer; // of each row's step
  newest: GPUBuffer; // [sequences] ids
  told: GPUBuffer;
  reads: Ring;
}

/** Rows of a step of several sequences: a plan for each size. */
const togetherSizes = [2, 4, 8] as const;

export function createSharedSteps(context: StepsContext) {
  const { model, ring, ringOf, run, setStep, copyTable } = context;
  const { gpu, config } = model;
  const { device } = gpu;
  const { queue } = device;
  const { pool } = model.pages;
  type Few = Map<Common, Map<number, Awaited<ReturnType<Model["fewPlan"]>>>>; // by the plans beside them, by tokens
  const [drafted, apart]: Few[] = [new Map(), new Map()];
  const wanted = new Map<Common, Set<number>>(); // of those apart
  let mixed: Mixed | undefined; // once it is there
  let mixing: Promise<void> | undefined;
  let room: Promise<SharedRoom> | undefined;
  const unread = new Set<Promise<unknown>>(); // steps of several sequences, on their way back

  /** The beginning of the record of a step that has one token. */
  const headOf = ({ pages }: Own, position: number) =>
    stepRecord({ position, firstPage: pages.firstPage }, 1).slice(0, stepHeadBytes);

  /** Puts a row's logits where the sampler looks for them. */
  function takeLogits(encoder: GPUCommandEncoder, { buffer, stride }: Activation, row: number): void {
    encoder.copyBufferToBuffer(buffer, 4 * row * stride, model.activations.logits.buffer, 0, 4 * config.vocabSize);
  }

  /** What rows of a step are sampled by, one after the other, and what they tell. */
  function prepareRows(): Promise<SharedRoom> {
    room ??= model.memory.together(async () => ({
      reads: await ringOf("what rows tell", ring.slots, toldBytes),
      ...(await model.memory.checked("what rows are sampled by", () => ({
        records: model.memory.storage("steps of several rows", stepBytes * mostAlike, GPUBufferUsage.COPY_SRC),
        heads: model.memory.storage("steps of rows", stepHeadBytes * mostStepTokens, GPUBufferUsage.COPY_SRC),
        newest: model.memory.storage("newest ids", 4 * mostStepTokens, GPUBufferUsage.COPY_SRC),
        told: model.memory.storage("told by rows", toldBytes, GPUBufferUsage.COPY_SRC),
      }))),
    }));
    room.catch(() => (room = undefined));
    return room;
  }

  /** Makes steps of so many tokens: of a sequence, or each of another. */
  async function prepare(common: Common, sizes: readonly number[], few: Few): Promise<void> {
    await prepareRows();
    const { weights } = common;
    const made = few.get(common) ?? new Map();
    few.set(common, made);
    const make = async (size: number) => made.set(size, await model.fewPlan(size, weights, few === apart));
    await Promise.all(sizes.filter((size) => !made.has(size)).map(make));
  }

  /** Has steps of so many tokens made while sequences are computed one after the other; where that fails they go on so. */
  function prepareOnce(common: Common, size: number): void {
    const asked = wanted.get(common) ?? new Set();
    wanted.set(common, asked);
    if (asked.has(size)) return;
    asked.add(size);
    prepare(common, [size], apart).catch(() => {});
  }

  /** Puts adapters side by side, so that rows with different ones are computed at once. */
  async function mix(): Promise<void> {
    const [plain, ...others] = context.recorded();
    const all = others.map(({ weights }) => weights);
    const { mixedWeights } = await mixedParts();
    const { weights, adapters } = await mixedWeights(model, all);
    const numbered = others.filter((one) => adapters.includes(one.weights)).map((one, i) => [one, i + 1] as const);
    mixed = { weights, numbers: new Map([[plain, 0], ...numbered]) };
  }

  /** What steps of so many rows go by, where it is prepared. */
  function preparedFor({ common, rows: { length } }: Alike) {
    const size = length > 1 ? togetherSizes.find((one) => one >= length)! : 0;
    if (size) prepareOnce(common, size);
    const few = apart.get(common)?.get(size);
    return few && { ...few, size };
  }

  /** Rows that are computed at once: with the adapters side by side once that is prepared, otherwise those with the same one. */
  function arranged(rows: readonly OwnNewest[]): Alike[] {
    const bySame = alike(rows, ({ own }) => own.plans);
    if (bySame.length === 1) return bySame;
    mixing ??= mix().catch(() => {}); // where that fails they go on apart
    if (!mixed) return bySame;
    const { numbers } = mixed;
    const byMixed = alike(rows, ({ own }) => (numbers.has(own.plans) ? mixed! : own.plans));
    const isPrepared = byMixed.every((one) => one.common !== mixed || preparedFor(one));
    return isPrepared ? byMixed : bySame;
  }

  /**
   * A step of each of these sequences, at most eight, all in one where that is prepared: each computes its newest id at its
   * position and samples the next, as it would alone. Resolves when it is submitted, with what each will have come to.
   */
  async function together(rows: readonly OwnNewest[]): Promise<Promise<Sampled>[]> {
    const { records, heads, newest, told, reads } = await prepareRows();
    // Sequences that are gone leave steps behind, which nobody waits for.
    while (!reads.hasRoom) await Promise.race(unread);
    while (pool.growing) await pool.growing;
    context.unchain();
    for (const [i, { own, id, position }] of rows.entries()) {
      own.pages.check(position + 1);
      queue.writeBuffer(heads, i * stepHeadBytes, headOf(own, position));
      if (id === undefined) continue;
      queue.writeBuffer(newest, 4 * own.index, Uint32Array.of(id));
      own.given = [id];
    }
    const encoder = device.createCommandEncoder();
    const takeToken = ({ own }: OwnNewest, row: number) =>
      encoder.copyBufferToBuffer(newest, 4 * own.index, model.tokens, 4 * row, 4);
    const steps: ArrayBuffer[] = []; // of rows that are computed at once

    /** What one row of the step comes to, once it is computed: its logits are those of `row` where it was not alone. */
    const sampled = (number: number, few?: { logits: Activation; row: number; toldAt: number }) => {
      const { own, position, isLooked } = rows[number];
      const batch = { position, tokens: 1 };
      encoder.copyBufferToBuffer(heads, number * stepHeadBytes, model.step, 0, stepHeadBytes);
      takeToken(rows[number], 0);
      if (few) takeLogits(encoder, few.logits, few.row);
      else run(encoder, [own.plans.one], batch);
      const look = isLooked ? context.look(encoder, own) : undefined;
      run(encoder, [own.sample], batch);
      encoder.copyBufferToBuffer(model.tokens, 0, newest, 4 * own.index, 4);
      encoder.copyBufferToBuffer(own.sampler.receipt, 0, told, number * receiptBytes, receiptBytes);
      const tokenAt = few && few.toldAt + stepBytes + 4 * few.row;
      const check = own.sent.expect(position + 1);
      return { number, own, check, tokens: own.given, look, checkTable: copyTable(encoder, own), tokenAt };
    };

    const all = arranged(rows).flatMap((these) => {
      const { common, rows: numbers } = these;
      const prepared = preparedFor(these);
      if (!prepared) return numbers.map((number) => sampled(number));
      const { plan, logits, size } = prepared;
      const filled = Array.from({ length: size }, (_, i) => rows[numbers[i] ?? numbers[0]]); // what is doubled writes the same again
      const adapters = common === mixed ? mixed.numbers : undefined;
      const step = apartRecord(
        filled.map(({ own: { pages, plans }, position }) => {
          return { position, firstPage: pages.firstPage, adapter: adapters?.get(plans) };
        }),
      );
      const recordAt = steps.length * stepBytes;
      const toldAt = receiptsBytes + steps.length * rowsToldBytes;
      steps.push(step);
      queue.writeBuffer(records, recordAt, step);
      encoder.copyBufferToBuffer(records, recordAt, model.step, 0, stepBytes);
      filled.forEach(takeToken);
      const furthest = Math.max(...filled.map(({ position }) => position));
      run(encoder, [plan], { position: furthest + 1 - size, tokens: size });
      encoder.copyBufferToBuffer(model.step, 0, told, toldAt, stepBytes);
      encoder.copyBufferToBuffer(model.tokens, 0, told, toldAt + stepBytes, 4 * size);
      return numbers.map((number, row) => sampled(number, { logits, row, toldAt }));
    });
    const read = reads.copy(encoder, told, receiptsBytes + steps.length * rowsToldBytes);
    queue.submit([encoder.finish()]);
    const arrived = read().then((bytes) => {
      for (const [i, step] of steps.entries())
        checkTold("rows of a step", [...new Uint32Array(step)], new Uint32Array(bytes, receiptsBytes + i * rowsToldBytes)); // prettier-ignore
      return bytes;
    });
    const isRead: Promise<boolean> = arrived.catch(() => {}).then(() => unread.delete(isRead)); // each row reports what failed
    unread.add(isRead);
    const choices: Promise<Sampled>[] = [];
    for (const { number, own, check, tokens, look, checkTable, tokenAt } of all) {
      const choice = (async (): Promise<Sampled> => {
        const [bytes, given, likelihoodOf] = await Promise.all([arrived, tokens, look?.(), checkTable?.()]);
        if (tokenAt !== undefined) checkTold("tokens of a step", given, new Uint32Array(bytes, tokenAt));
        const receipt = readReceipt(bytes.slice(number * receiptBytes));
        check(receipt, given);
        const { id } = receipt;
        return likelihoodOf ? { id, likelihood: await likelihoodOf(id) } : { id };
      })();
      own.given = choice.then(({ id }) => [id]);
      own.given.catch(() => {}); // the choice reports it
      choices[number] = choice;
    }
    return choices;
  }

  /**
   * Computes `position` from `last`, the id before it, and in the same step from a draft of the following ids; samples after
   * each as it would be sampled alone. Returns the samples up to the first that differs from the draft.
   */
  async function verify(own: Own, last: number, draft: readonly number[], position: number): Promise<Sampled[]> {
    const { heads } = await prepareRows();
    const { plan, logits } = drafted.get(own.plans)!.get(draft.length + 1)!;
    const ids = [last, ...draft];
    own.pages.check(position + ids.length);
    setStep(own, ids, position);
    queue.writeBuffer(heads, 0, headOf(own, position));
    const encoder = device.createCommandEncoder();
    run(encoder, [plan], { position, tokens: ids.length });
    encoder.copyBufferToBuffer(heads, 0, model.step, 0, stepHeadBytes); // for the sampler these are steps of one
    const reads = ids.map((_, row) => {
      takeLogits(encoder, logits, row);
      run(encoder, [own.sample], { position, tokens: 1 });
      return ring.copy(encoder, own.sampler.receipt, receiptBytes);
    });
    const checkTable = copyTable(encoder, own);
    queue.submit([encoder.finish()]);
    const [told] = await Promise.all([Promise.all(reads.map((read) => read())), checkTable?.()]);
    const receipts = told.map(readReceipt);
    const sampled: number[] = [];
    for (const [row, receipt] of receipts.entries()) {
      own.sent.expect(position + row + 1)(receipt, [sampled.at(-1) ?? last]);
      sampled.push(receipt.id);
      if (receipt.id !== draft[row]) break;
    }
    const surplus = receipts.slice(sampled.length).map(({ id }) => id);
    for (const [id, count] of own.sent.uncounted(surplus))
      queue.writeBuffer(own.sampler.counts, 4 * id, Uint32Array.of(count));
    setStep(own, sampled.slice(-1), position + sampled.length);
    return sampled.map((id) => ({ id }));
  }

  return {
    prepare: prepareRows,
    prepareDrafts: (plans: Recorded, sizes: readonly number[]) => prepare(plans, sizes, drafted),
    together,
    verify,
  };
}

/** Rows by what they go by, in the order in which that comes first. */
function alike(rows: readonly OwnNewest[], commonOf: (row: OwnNewest) => Common): Alike[] {
  const all = new Map<Common, number[]>();
  for (const [number, row] of rows.entries()) {
    const common = commonOf(row);
    all.set(common, [...(all.get(common) ?? []), number]);
  }
  return [...all].map(([common, numbers]) => ({ common, rows: numbers }));
}
