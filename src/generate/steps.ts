// The GPU's side of a generation: encode, submit, read an id back. Nothing is created here per token but the encoder;
// position, count and token live in GPU buffers and the sampler moves them on. What each step was given comes back with its
// id, and a prompt's slices with the first id: a write that was lost on the way is an error, not another answer.

import type { Batch, Plan } from "../gpu/plan.ts";
import { pagesFor } from "../model/cache.ts";
import type { Model } from "../model/model.ts";
import type { ModelWeights } from "../model/weights.ts";
import { mostTopTokens, type Activation } from "../gpu/operations.ts";
import { createGathering, createRing, type Gathering, type Ring } from "../gpu/readback.ts";
import { packRecord } from "../gpu/record.ts";
import { shaderRecords } from "../gpu/shader-interfaces.ts";
import type { Slice } from "./cache-history.ts";
import { draftSizes } from "./drafts.ts";
import { otherwise, readReceipt, receiptBytes, Sent } from "./receipts.ts";
import type { Likelihood, TokenProbability } from "./likelihood.ts";
import type { GenerateRequest, SamplingSettings } from "./request.ts";
import { RunAhead } from "./run-ahead.ts";
import { countsOf, settingsRecord } from "./sampler-record.ts";
import { checkRow } from "./unusable-logits.ts";

/** Who looks at a step's logits. */
export type Watchers = Pick<GenerateRequest, "onLogits" | "logitsFrom" | "onLikelihood">;

/** What a step came to. */
export interface Sampled {
  id: number;
  /** The logits it was chosen from, if asked for. [vocabSize] */
  logits?: Float32Array;
  /** If asked for. */
  likelihood?: Likelihood;
}

export interface PrefillOptions extends Watchers {
  signal?: AbortSignal;
  /** Ids of a batch whose keys and values are now (being) written, and by which plan. */
  onBatch: (ids: readonly number[], plan: Slice["plan"]) => void;
}

export type Steps = Awaited<ReturnType<typeof createSteps>>;

const stepsUnawaited = RunAhead.most; // as many as a generation has in flight at most

export async function createSteps(model: Model, ring: Ring) {
  const { gpu, config } = model;
  const { device } = gpu;
  const { queue } = device;
  /** For the weights as they are, or as an adapter changes them. */
  const plansOf = async (weights: ModelWeights) => {
    const [one, many, head] = await Promise.all([
      model.tokenPlan(weights),
      model.batchPlan(weights),
      model.headPlan(weights),
    ]);
    return { weights, one, many, head };
  };
  const [plain, sample] = await Promise.all([plansOf(model.weights), model.samplePlan()]);
  const adapted = new Map([["", plain]]); // by the adapter's key
  let plans = plain; // the ones that run
  let sent: Sent;
  let given: readonly number[] | Promise<readonly number[]> = []; // to the next step
  const tableRing = createRing(gpu, model.memory, "page table", ring.slots, 4 * pagesFor(model.cache.context));
  let seen = model.pages.changes; // changes of the table that a step's receipt covers
  let slices: Gathering | undefined; // of a prompt but its last, as the GPU had them
  let top: { plan: Plan; ring: Ring; logits: GPUBuffer; logit: Ring } | undefined;
  let debug: { rows: Ring; row: Ring; logits: Activation; plans: Map<typeof plain, Plan> } | undefined;

  type Few = Awaited<ReturnType<Model["fewPlan"]>>; // by ids of a draft
  let drafting: { step: GPUBuffer; plans: Map<typeof plain, ReadonlyMap<number, Few>> } | undefined;

  function run(encoder: GPUCommandEncoder, plans: Plan[], batch: Batch) {
    const pass = encoder.beginComputePass();
    for (const plan of plans) plan.encode(pass, batch);
    pass.end();
  }

  function encodeBatch(encoder: GPUCommandEncoder, ids: readonly number[], position: number) {
    setStep(ids, position);
    run(encoder, [plans.many], { position, tokens: ids.length });
  }

  /** The logits of a batch's last token. */
  function toHead(encoder: GPUCommandEncoder, position: number, tokens: number) {
    model.keepLast(encoder, tokens);
    run(encoder, [plans.head], { position, tokens: 1 });
  }

  function setStep(ids: readonly number[], position: number) {
    given = ids;
    queue.writeBuffer(model.tokens, 0, new Uint32Array(ids));
    queue.writeBuffer(model.step, 0, packRecord(shaderRecords.Step, { position, count: ids.length }));
  }

  /** For the debug path: the first rows of the buffer, each [vocabSize]. The copy is submitted at once. */
  async function readRows(through: Ring, { buffer, stride }: Activation, rows: number): Promise<Float32Array[]> {
    const encoder = device.createCommandEncoder();
    const read = through.copy(encoder, buffer, rows * stride * 4);
    queue.submit([encoder.finish()]);
    const floats = new Float32Array(await read());
    return Array.from({ length: rows }, (_, row) => floats.slice(row * stride, row * stride + config.vocabSize));
  }

  /** Encodes the choice of a token after `plans`, to stand at `position`, and with it the other likely tokens. */
  function choose(plans: Plan[], batch: Batch, position: number, { onLikelihood }: Watchers): Promise<Sampled> {
    const encoder = device.createCommandEncoder();
    const topped = onLikelihood && top;
    if (topped) {
      run(encoder, [...plans, topped.plan], batch);
      // The sampler overwrites them, and its choice may be none of the most likely.
      encoder.copyBufferToBuffer(model.activations.logits.buffer, 0, topped.logits, 0, config.vocabSize * 4);
      run(encoder, [sample], batch);
    } else run(encoder, [...plans, sample], batch);
    const readTop = topped?.ring.copy(encoder, model.sampler.top, topWords * 4);
    const read = ring.copy(encoder, model.sampler.receipt, receiptBytes);
    const checkTable = copyTable(encoder);
    const check = sent.expect(position);
    const tokens = given;
    queue.submit([encoder.finish()]);
    const choice = (async () => {
      const [bytes, topBytes] = await Promise.all([read(), readTop?.(), checkTable?.()]);
      const receipt = readReceipt(bytes);
      check(receipt, await tokens);
      const { id } = receipt;
      return topBytes ? { id, likelihood: await likelihoodOf(id, topBytes) } : { id };
    })();
    given = choice.then(({ id }) => [id]);
    given.catch(() => {}); // the choice reports it
    return choice;
  }

  /** The page table, where it has changed since the last choice; to be called after submit. */
  function copyTable(encoder: GPUCommandEncoder): (() => Promise<void>) | undefined {
    const { changes, table } = model.pages;
    if (changes === seen || table.length === 0) return undefined;
    seen = changes;
    const expected = [...table];
    const read = tableRing.copy(encoder, model.cache.table, 4 * expected.length);
    return async () => checkTold("pages", expected, new Uint32Array(await read()));
  }

  /** Before another step is submitted, whose logits replace those that `id` was chosen from. */
  async function likelihoodOf(id: number, topBytes: ArrayBuffer): Promise<Likelihood> {
    const { sum, tokens } = topTokensOf(topBytes, config.vocabSize);
    const known = tokens.find((token) => token.id === id)?.logProbability;
    if (known !== undefined || id >= config.vocabSize) return { chosen: known ?? 0, top: tokens };
    const encoder = device.createCommandEncoder();
    const read = top!.logit.copy(encoder, top!.logits, 4, id * 4);
    queue.submit([encoder.finish()]);
    return { chosen: new Float32Array(await read())[0] - sum, top: tokens };
  }

  async function prepareSlices(): Promise<Gathering> {
    const most = 12 * model.cache.context; // with each slice one token: position, count and the token
    slices ??= await model.memory.checked("a prompt's slices", () =>
      createGathering(gpu, model.memory, "a prompt's slices", most),
    );
    slices.begin();
    return slices;
  }

  /** Copies what the plans of this encoder were given, to be compared when `check` is called. */
  function keepSlice({ copy }: Gathering, encoder: GPUCommandEncoder, tokens: number) {
    copy(encoder, model.step, 8);
    copy(encoder, model.tokens, 4 * tokens);
  }

  /** Errors: `driver-fault` where the slices that were kept are not these. */
  async function checkSlices({ read }: Gathering, expected: readonly number[]): Promise<void> {
    checkTold("slices of the prompt", expected, await read());
  }

  // What few requests need is made on first use, checked: where there is no room for it the others must not suffer.
  const ringOf = (name: string, slots: number, slotBytes: number) =>
    model.memory.checked(name, () => createRing(gpu, model.memory, name, slots, slotBytes));

  async function prepareTop(): Promise<void> {
    top ??= await model.memory.together(async () => ({
      ring: await ringOf("top tokens", 1, topWords * 4),
      logit: await ringOf("the chosen token's logit", 1, 4),
      logits: await model.memory.checked("the logits of a choice", () =>
        model.memory.storage("logits of a choice", config.vocabSize * 4, GPUBufferUsage.COPY_SRC),
      ),
      plan: await model.topPlan(),
    }));
  }

  async function prepareDebug(): Promise<void> {
    const rowBytes = model.activations.logits.stride * 4;
    debug = await model.memory.together(async () => {
      const made = debug ?? {
        row: await ringOf("a step's logits", ring.slots, rowBytes),
        rows: await ringOf("a batch's logits", 1, rowBytes * model.batchTokens),
        logits: await model.debugLogits(),
        plans: new Map<typeof plain, Plan>(),
      };
      if (!made.plans.has(plans)) made.plans.set(plans, await model.debugPlan(made.logits, plans.weights));
      return made;
    });
  }

  /** Makes what the watchers need, before the first step that they watch. */
  async function watch({ onLogits, onLikelihood }: Watchers): Promise<void> {
    if (onLogits) await prepareDebug();
    if (onLikelihood) await prepareTop();
  }

  /** Selects what runs from now on: with the adapter of this key, or without one. */
  function use(adapter: string | undefined): void {
    plans = adapted.get(adapter ?? "")!;
  }

  return {
    /** Makes what runs with an adapter, by its key. */
    async adapt(adapter: string, weights: ModelWeights): Promise<void> {
      adapted.set(adapter, await plansOf(weights));
    },

    use,

    /** The weights in use now. */
    get weights(): ModelWeights {
      return plans.weights;
    },

    /** Uploads what the sampler needs for this generation, with the ids already chosen in `answered`. */
    prepare(
      sampling: SamplingSettings,
      promptIds: readonly number[],
      constrained: boolean,
      answered: readonly number[] = [],
    ): void {
      const { record, shaped } = settingsRecord(sampling, constrained);
      const counts = shaped ? countsOf(promptIds, config.vocabSize, answered) : undefined;
      sent = new Sent(record, config.vocabSize, counts);
      queue.writeBuffer(model.sampler.settings, 0, record);
      if (!counts) return;
      const bias = new Float32Array(config.vocabSize);
      for (const [id, value] of Object.entries(sampling.logitBias ?? {})) bias[Number(id)] = value;
      sent.bias(bias);
      queue.writeBuffer(model.sampler.bias, 0, bias);
      queue.writeBuffer(model.sampler.counts, 0, counts);
    },

    /** Sets the tokens that are allowed in the choice that is encoded next, as bits. [vocabSize / 32, rounded up] */
    constrain(allowed: Uint32Array<ArrayBuffer>): void {
      sent.allowed(allowed);
      queue.writeBuffer(model.sampler.allowed, 0, allowed);
    },

    watch,

    /** Computes the prompt from position `from` on and samples; the promise inside the result is the first id's. */
    async prefill(
      promptIds: readonly number[],
      from: number,
      { signal, onLogits, logitsFrom = 0, onLikelihood, onBatch }: PrefillOptions,
    ) {
      model.setPromptLength(promptIds.length);
      await watch({ onLogits, onLikelihood });
      let previous: Promise<unknown> = Promise.resolve();
      const isCut = from < logitsFrom || batchSize(model, from) < promptIds.length - from;
      const kept = isCut ? await prepareSlices() : undefined;
      const expected: number[] = [];
      for (let position = from, size = 0; position < promptIds.length; position += size) {
        size = batchSize(model, position);
        const told = position < logitsFrom ? undefined : onLogits;
        if (position < logitsFrom) size = Math.min(size, logitsFrom - position);
        const ids = promptIds.slice(position, position + size);
        await model.pages.reserve(position + ids.length, position);
        setStep(ids, position);
        const encoder = device.createCommandEncoder();
        const last = position + ids.length === promptIds.length;
        run(encoder, [told ? debug!.plans.get(plans)! : plans.many], { position, tokens: ids.length });
        if (last) toHead(encoder, position, ids.length);
        if (kept && !last) {
          keepSlice(kept, encoder, ids.length);
          expected.push(position, ids.length, ...ids);
        }
        queue.submit([encoder.finish()]);
        onBatch(ids, "many");
        if (told) {
          const rows = await readRows(debug!.rows, debug!.logits, ids.length);
          for (const [i, row] of rows.entries()) {
            checkRow(row, position + i);
            told(position + i, row);
          }
        }
        // One batch runs while the next is encoded; more would delay an abort.
        await gpu.untilLost(previous);
        gpu.check();
        signal?.throwIfAborted();
        if (!last) previous = queue.onSubmittedWorkDone();
      }
      const choice = choose([], { position: 0, tokens: 1 }, promptIds.length, { onLikelihood });
      if (!kept) return { first: choice };
      return { first: Promise.all([choice, checkSlices(kept, expected)]).then(([sampled]) => sampled) };
    },

    /** For a text that is not a prompt: its tokens through all layers, from `position` on. */
    encodeBatch,

    /**
     * Computes ids that were not chosen, together, from `position` on; the next is chosen after them. The sampler is told of
     * those that it has not counted.
     */
    feed(
      ids: readonly number[],
      position: number,
      uncounted: readonly number[],
      onBatch: PrefillOptions["onBatch"],
    ): void {
      for (const [id, count] of sent.answered(uncounted))
        queue.writeBuffer(model.sampler.counts, 4 * id, Uint32Array.of(count));
      for (let at = 0, size = 0; at < ids.length; at += size) {
        size = batchSize(model, position + at);
        const tokens = ids.slice(at, at + size);
        const encoder = device.createCommandEncoder();
        encodeBatch(encoder, tokens, position + at);
        if (at + size >= ids.length) toHead(encoder, position + at, tokens.length);
        queue.submit([encoder.finish()]);
        onBatch(tokens, "many");
      }
    },

    /** Fills the cache as it was filled before, without choosing anything. */
    async replay(slices: readonly Slice[], signal: AbortSignal | undefined): Promise<void> {
      let submitted = 0;
      let previous: Promise<unknown> = Promise.resolve();
      const kept = await prepareSlices();
      const expected: number[] = [];
      for (const { position: start, ids, plan, promptLength, adapter } of slices) {
        use(adapter);
        model.setPromptLength(promptLength);
        const size = plan === "one" ? 1 : model.batchTokens; // a batch is larger only where the adapter has changed
        for (let at = 0; at < ids.length; at += size) {
          const tokens = ids.slice(at, at + size);
          const position = start + at;
          await model.pages.reserve(position + tokens.length, position);
          setStep(tokens, position);
          const encoder = device.createCommandEncoder();
          run(encoder, [plans[plan]], { position, tokens: tokens.length });
          keepSlice(kept, encoder, tokens.length);
          expected.push(position, tokens.length, ...tokens);
          queue.submit([encoder.finish()]);
          if (plan === "one" && ++submitted % stepsUnawaited > 0) continue;
          await gpu.untilLost(previous);
          gpu.check();
          signal?.throwIfAborted();
          previous = queue.onSubmittedWorkDone();
        }
      }
      await checkSlices(kept, expected);
    },

    /** The next step computes `position` from this id, which was chosen before. */
    goOnFrom(id: number, position: number): void {
      setStep([id], position);
    },

    /** Computes `position` from the id sampled last and samples the next. */
    next(position: number, watchers: Watchers): Promise<Sampled> {
      if (!watchers.onLogits) return choose([plans.one], { position, tokens: 1 }, position + 1, watchers);
      compute(position);
      return chooseWithLogits(position);
    },

    /** Makes what drafts are checked by, before the first. */
    async prepareDrafts(): Promise<void> {
      drafting ??= {
        step: await model.memory.checked("the step of drafts", () =>
          model.memory.storage("step of drafts", 8, GPUBufferUsage.COPY_SRC),
        ),
        plans: new Map(),
      };
      if (drafting.plans.has(plans)) return;
      const { weights } = plans;
      const made = draftSizes.map(async (size) => [size, await model.fewPlan(size + 1, weights)] as const);
      drafting.plans.set(plans, new Map(await Promise.all(made)));
    },

    /**
     * Computes `position` from `last`, the id before it, and in the same step from a draft of the following ids; samples
     * after each as it would be sampled alone. Returns the samples up to the first that differs from the draft.
     */
    async verify(last: number, draft: readonly number[], position: number): Promise<Sampled[]> {
      const { step, plans: prepared } = drafting!;
      const { plan, logits } = prepared.get(plans)!.get(draft.length)!;
      const ids = [last, ...draft];
      setStep(ids, position);
      queue.writeBuffer(step, 0, packRecord(shaderRecords.Step, { position, count: 1 }));
      const encoder = device.createCommandEncoder();
      run(encoder, [plan], { position, tokens: ids.length });
      encoder.copyBufferToBuffer(step, 0, model.step, 0, 8); // for the sampler these are steps of one
      const reads = ids.map((_, row) => {
        const from = 4 * row * logits.stride;
        encoder.copyBufferToBuffer(logits.buffer, from, model.activations.logits.buffer, 0, 4 * config.vocabSize);
        run(encoder, [sample], { position, tokens: 1 });
        return ring.copy(encoder, model.sampler.receipt, receiptBytes);
      });
      const checkTable = copyTable(encoder);
      queue.submit([encoder.finish()]);
      const [told] = await Promise.all([Promise.all(reads.map((read) => read())), checkTable?.()]);
      const receipts = told.map(readReceipt);
      const sampled: number[] = [];
      for (const [row, receipt] of receipts.entries()) {
        sent.expect(position + row + 1)(receipt, [sampled.at(-1) ?? last]);
        sampled.push(receipt.id);
        if (receipt.id !== draft[row]) break;
      }
      const surplus = receipts.slice(sampled.length).map(({ id }) => id);
      for (const [id, count] of sent.uncounted(surplus))
        queue.writeBuffer(model.sampler.counts, 4 * id, Uint32Array.of(count));
      setStep(sampled.slice(-1), position + sampled.length);
      return sampled.map((id) => ({ id }));
    },

    /** The two halves of `next`, for a choice whose allowed tokens are not known yet: computes `position`. */
    compute,

    /** Samples from what was computed last. */
    choose(position: number, watchers: Watchers): Promise<Sampled> {
      if (watchers.onLogits) return chooseWithLogits(position);
      return choose([], { position, tokens: 1 }, position + 1, watchers);
    },
  };

  function compute(position: number): void {
    const encoder = device.createCommandEncoder();
    run(encoder, [plans.one], { position, tokens: 1 });
    queue.submit([encoder.finish()]);
  }

  async function chooseWithLogits(position: number): Promise<Sampled> {
    // The choice is submitted at once, after the copy: both come back in one wait.
    const both = [
      readRows(debug!.row, model.activations.logits, 1),
      choose([], { position, tokens: 1 }, position + 1, {}),
    ] as const;
    const [[logits], sampled] = await Promise.all(both);
    return { ...sampled, logits };
  }
}

/** Tokens of a prompt to compute at once from `position` on: fewer where attention over a long past would take too long. */
export function batchSize({ batchTokens, config, gpu }: Model, position: number): number {
  const macsPerToken = 2 * config.heads * config.headDim * (position + batchTokens);
  const most = Math.floor(gpu.variants.macsPerDispatch / macsPerToken / 8) * 8; // matmul kernels take eight at a time
  return Math.min(batchTokens, Math.max(8, most));
}

function checkTold(what: string, expected: readonly number[], found: Uint32Array): void {
  const at = expected.findIndex((word, i) => word !== found[i]);
  if (at >= 0) throw otherwise(what, expected[at], found[at]);
}

const topWords = 1 + 2 * mostTopTokens;

/** `sum`: the logarithm of the sum of all exp(logit). */
function topTokensOf(bytes: ArrayBuffer, vocabSize: number): { sum: number; tokens: TokenProbability[] } {
  const words = new Uint32Array(bytes);
  const floats = new Float32Array(bytes);
  const tokens: TokenProbability[] = [];
  const end = Math.min(topWords, 1 + 2 * vocabSize);
  for (let at = 1; at < end; at += 2) tokens.push({ id: words[at], logProbability: floats[at + 1] - floats[0] });
  return { sum: floats[0], tokens };
}
