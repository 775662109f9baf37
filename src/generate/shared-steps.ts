// Steps of several rows: the newest tokens of several sequences, or a draft of one. Each row is computed as it would be alone,
// and sampled alone, one after the other.

import { mostStepTokens, type Activation } from "../gpu/operations.ts";
import type { Ring } from "../gpu/readback.ts";
import { apartRecord, stepBytes, stepHeadBytes, stepRecord } from "../gpu/step-record.ts";
import type { Model } from "../model/model.ts";
import { checkTold, readReceipt, receiptBytes } from "./receipts.ts";
import type { Own, Sampled, StepsContext } from "./steps-context.ts";

export type SharedSteps = ReturnType<typeof createSharedSteps>;

/** Where the newest id of a sequence stands; the id, unless the step before it, which chooses it, was one of `together`. */
interface OwnNewest {
  own: Own;
  id: number | undefined;
  position: number;
  /** Whether it is wanted how likely the next id is. */
  isLooked?: boolean;
}

/** What a step of several sequences had of rows and tokens, before their receipts. */
const rowsToldBytes = stepBytes + 4 * mostStepTokens;
const toldBytes = rowsToldBytes + mostStepTokens * receiptBytes;

interface SharedRoom {
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
  type Few = Map<unknown, Map<number, Awaited<ReturnType<Model["fewPlan"]>>>>; // by the plans beside them, by tokens
  const [drafted, apart]: Few[] = [new Map(), new Map()];
  const wanted = new Map<unknown, Set<number>>(); // of those apart
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
        heads: model.memory.storage("steps of rows", stepHeadBytes * mostStepTokens, GPUBufferUsage.COPY_SRC),
        newest: model.memory.storage("newest ids", 4 * mostStepTokens, GPUBufferUsage.COPY_SRC),
        told: model.memory.storage("told by rows", toldBytes, GPUBufferUsage.COPY_SRC),
      }))),
    }));
    room.catch(() => (room = undefined));
    return room;
  }

  /** Makes steps of so many tokens: of a sequence, or each of another. */
  async function prepare(sizes: readonly number[], few = drafted): Promise<void> {
    await prepareRows();
    const plans = context.plans();
    const { weights } = plans;
    const made = few.get(plans) ?? new Map();
    few.set(plans, made);
    const make = async (size: number) => made.set(size, await model.fewPlan(size, weights, few === apart));
    await Promise.all(sizes.filter((size) => !made.has(size)).map(make));
  }

  /** Has steps of so many tokens made while sequences are computed one after the other; where that fails they go on so. */
  function prepareOnce(size: number): void {
    const plans = context.plans();
    const asked = wanted.get(plans) ?? new Set();
    wanted.set(plans, asked);
    if (asked.has(size)) return;
    asked.add(size);
    prepare([size], apart).catch(() => {});
  }

  /**
   * A step of each of these sequences, at most eight, all in one where that is prepared: each computes its newest id at its
   * position and samples the next, as it would alone. Resolves when it is submitted, with what each will have come to.
   */
  async function together(rows: readonly OwnNewest[]): Promise<Promise<Sampled>[]> {
    const { heads, newest, told, reads } = await prepareRows();
    // Sequences that are gone leave steps behind, which nobody waits for.
    while (!reads.hasRoom) await Promise.race(unread);
    while (pool.growing) await pool.growing;
    const plans = context.plans();
    const size = rows.length > 1 ? togetherSizes.find((one) => one >= rows.length)! : 0;
    if (size) prepareOnce(size);
    const prepared = apart.get(plans)?.get(size);
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
    let step: ArrayBuffer | undefined;
    if (prepared) {
      const all = Array.from({ length: size }, (_, i) => rows[i] ?? rows[0]); // what is doubled writes the same again
      step = apartRecord(all.map(({ own, position }) => ({ position, firstPage: own.pages.firstPage })));
      queue.writeBuffer(model.step, 0, step);
      all.forEach(takeToken);
      const furthest = Math.max(...rows.map(({ position }) => position));
      run(encoder, [prepared.plan], { position: furthest + 1 - size, tokens: size });
      encoder.copyBufferToBuffer(model.step, 0, told, 0, stepBytes);
      encoder.copyBufferToBuffer(model.tokens, 0, told, stepBytes, 4 * size);
    }
    const checks = rows.map((one, row) => {
      const { own, position, isLooked } = one;
      const batch = { position, tokens: 1 };
      encoder.copyBufferToBuffer(heads, row * stepHeadBytes, model.step, 0, stepHeadBytes);
      takeToken(one, 0);
      if (prepared) takeLogits(encoder, prepared.logits, row);
      else run(encoder, [plans.one], batch);
      const look = isLooked ? context.look(encoder, own) : undefined;
      run(encoder, [own.sample], batch);
      encoder.copyBufferToBuffer(model.tokens, 0, newest, 4 * own.index, 4);
      encoder.copyBufferToBuffer(own.sampler.receipt, 0, told, rowsToldBytes + row * receiptBytes, receiptBytes);
      return { check: own.sent.expect(position + 1), tokens: own.given, look, checkTable: copyTable(encoder, own) };
    });
    const read = reads.copy(encoder, told, rowsToldBytes + rows.length * receiptBytes);
    queue.submit([encoder.finish()]);
    const arrived = read().then((bytes) => {
      if (step) checkTold("rows of a step", [...new Uint32Array(step)], new Uint32Array(bytes));
      return bytes;
    });
    const isRead: Promise<boolean> = arrived.catch(() => {}).then(() => unread.delete(isRead)); // each row reports what failed
    unread.add(isRead);
    return checks.map(({ check, tokens, look, checkTable }, row) => {
      const choice = (async (): Promise<Sampled> => {
        const [bytes, given, likelihoodOf] = await Promise.all([arrived, tokens, look?.(), checkTable?.()]);
        if (step) checkTold("tokens of a step", given, new Uint32Array(bytes, stepBytes + 4 * row));
        const receipt = readReceipt(bytes.slice(rowsToldBytes + row * receiptBytes));
        check(receipt, given);
        const { id } = receipt;
        return likelihoodOf ? { id, likelihood: await likelihoodOf(id) } : { id };
      })();
      const { own } = rows[row];
      own.given = choice.then(({ id }) => [id]);
      own.given.catch(() => {}); // the choice reports it
      return choice;
    });
  }

  /**
   * Computes `position` from `last`, the id before it, and in the same step from a draft of the following ids; samples after
   * each as it would be sampled alone. Returns the samples up to the first that differs from the draft.
   */
  async function verify(own: Own, last: number, draft: readonly number[], position: number): Promise<Sampled[]> {
    const { heads } = await prepareRows();
    const { plan, logits } = drafted.get(context.plans())!.get(draft.length + 1)!;
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

  return { prepare: (sizes: readonly number[]) => prepare(sizes), together, verify };
}
