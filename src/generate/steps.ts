// The GPU's side of a generation: encode, submit, read an id back. Nothing is created here per token but the encoder;
// position, count and token live in GPU buffers and the sampler moves them on. What each step was given comes back with its
// id, and a prompt's slices with the first id: a write that was lost on the way is an error, not another answer.

import type { Batch, Plan } from "../gpu/plan.ts";
import { pagesFor } from "../model/cache.ts";
import type { CachePages } from "../model/cache-pages.ts";
import type { Model, SamplerBuffers } from "../model/model.ts";
import type { ModelWeights } from "../model/weights.ts";
import type { Activation } from "../gpu/operations.ts";
import { createGathering, createRing, type Gathering, type Ring } from "../gpu/readback.ts";
import { stepRecord } from "../gpu/step-record.ts";
import { onDemand } from "../on-demand.ts";
import type { Slice } from "./cache-history.ts";
import { draftSizes } from "./draft-source.ts";
import { checkTold, readReceipt, receiptBytes, Sent } from "./receipts.ts";
import type { GenerateRequest, SamplingSettings } from "./request.ts";
import type { SharedSteps } from "./shared-steps.ts";
import { RunAhead } from "./run-ahead.ts";
import { createLikelihoods, type Likelihoods } from "./step-likelihoods.ts";
import type { Own, Recorded, Sampled, StepsContext } from "./steps-context.ts";
import { countsOf, settingsRecord } from "./sampler-record.ts";
import { checkRow } from "./unusable-logits.ts";

/** Who looks at a step's logits. */
export type Watchers = Pick<GenerateRequest, "onLogits" | "logitsFrom" | "onLikelihood">;

export interface PrefillOptions extends Watchers {
  signal?: AbortSignal;
  /** Ids of a batch whose keys and values are now (being) written, and by which plan. */
  onBatch: (ids: readonly number[], plan: Slice["plan"]) => void;
}

export type Steps = Awaited<ReturnType<typeof createSteps>>;

/** Steps of one sequence, among those that run at the same time. */
export type SequenceSteps = Awaited<ReturnType<Steps["ofSequence"]>>;

/** Where the newest id of a sequence stands, for a step together with others'. */
export interface Newest {
  steps: SequenceSteps;
  /** Whether it is wanted how likely the next id is: `watch` has been told. */
  isLooked?: boolean;
  /** The id, unless the step before it, which chooses it, was one together with others. */
  id: number | undefined;
  position: number;
}

const sharedSteps = onDemand("computes several tokens in a step", () => import("./shared-steps.ts"));

const stepsUnawaited = RunAhead.most; // as many as a generation has in flight at most

export async function createSteps(model: Model, ring: Ring) {
  const { gpu, config } = model;
  const { device } = gpu;
  const { queue } = device;
  /** For the weights as they are, or as an adapter changes them. */
  const plansOf = async (weights: ModelWeights): Promise<Recorded> => {
    const [one, many, head] = await Promise.all([
      model.tokenPlan(weights),
      model.batchPlan(weights),
      model.headPlan(weights),
    ]);
    return { weights, one, many, head };
  };
  const plain = await plansOf(model.weights);
  const adapted = new Map([["", plain]]); // by the adapter's key
  const { pool } = model.pages;
  const owners = new WeakMap<object, Own>();
  let chained: Own | undefined; // whose newest id and position are where the next step looks for them
  const tableRing = createRing(gpu, model.memory, "page table", ring.slots, 4 * pagesFor(model.cache.context));
  let slices: Gathering | undefined; // of a prompt but its last, as the GPU had them
  let likelihoods: Likelihoods | undefined;
  let debug: { rows: Ring; row: Ring; logits: Activation; plans: Map<Recorded, Plan> } | undefined;

  let shared: SharedSteps | undefined;

  function run(encoder: GPUCommandEncoder, plans: Plan[], batch: Batch) {
    const pass = encoder.beginComputePass();
    for (const plan of plans) plan.encode(pass, batch);
    pass.end();
  }

  const context: StepsContext = {
    model,
    recorded: () => [...adapted.values()],
    ring,
    run,
    setStep,
    copyTable,
    unchain: () => void (chained = undefined),
    look: (encoder, { index }) => likelihoods!.look(encoder, index),
    ringOf,
  };

  function encodeBatch(encoder: GPUCommandEncoder, own: Own, ids: readonly number[], position: number) {
    own.pages.check(position + ids.length);
    setStep(own, ids, position);
    run(encoder, [own.plans.many], { position, tokens: ids.length });
  }

  /** The logits of a batch's last token. */
  function toHead(encoder: GPUCommandEncoder, { plans }: Own, position: number, tokens: number) {
    model.keepLast(encoder, tokens);
    run(encoder, [plans.head], { position, tokens: 1 });
  }

  function setStep(own: Own, ids: readonly number[], position: number) {
    own.given = ids;
    chained = own;
    queue.writeBuffer(model.tokens, 0, new Uint32Array(ids));
    queue.writeBuffer(model.step, 0, stepRecord({ position, firstPage: own.pages.firstPage }, ids.length));
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
  function choose(
    own: Own,
    plans: Plan[],
    batch: Batch,
    position: number,
    { onLikelihood }: Watchers,
  ): Promise<Sampled> {
    const { sample } = own;
    const encoder = device.createCommandEncoder();
    let look: ReturnType<Likelihoods["look"]> | undefined;
    if (onLikelihood) {
      run(encoder, plans, batch);
      look = context.look(encoder, own);
      run(encoder, [sample], batch);
    } else run(encoder, [...plans, sample], batch);
    const read = ring.copy(encoder, own.sampler.receipt, receiptBytes);
    const checkTable = copyTable(encoder, own);
    const check = own.sent.expect(position);
    const tokens = own.given;
    queue.submit([encoder.finish()]);
    const choice = (async () => {
      const [bytes, likelihoodOf] = await Promise.all([read(), look?.(), checkTable?.()]);
      const receipt = readReceipt(bytes);
      check(receipt, await tokens);
      const { id } = receipt;
      return likelihoodOf ? { id, likelihood: await likelihoodOf(id) } : { id };
    })();
    own.given = choice.then(({ id }) => [id]);
    own.given.catch(() => {}); // the choice reports it
    return choice;
  }

  /** The page table, where it has changed since it was last looked at; to be called after submit. */
  function copyTable(encoder: GPUCommandEncoder, own: Own): (() => Promise<void>) | undefined {
    const { changes, table, firstPage } = own.pages;
    if (changes === own.seen || table.length === 0 || !tableRing.hasRoom) return undefined;
    own.seen = changes;
    const expected = [...table];
    const read = tableRing.copy(encoder, model.cache.table, 4 * expected.length, 4 * firstPage);
    return async () => checkTold("pages", expected, new Uint32Array(await read()));
  }

  async function prepareSlices(): Promise<Gathering> {
    const most = 16 * model.cache.context; // with each slice one token: position, count, first page and the token
    slices ??= await model.memory.checked("a prompt's slices", () =>
      createGathering(gpu, model.memory, "a prompt's slices", most),
    );
    slices.begin();
    return slices;
  }

  /** Copies what the plans of this encoder were given, to be compared when `check` is called. */
  function keepSlice({ copy }: Gathering, encoder: GPUCommandEncoder, tokens: number) {
    copy(encoder, model.step, 4 * 3);
    copy(encoder, model.tokens, 4 * tokens);
  }

  /** Errors: `driver-fault` where the slices that were kept are not these. */
  async function checkSlices({ read }: Gathering, expected: readonly number[]): Promise<void> {
    checkTold("slices of the prompt", expected, await read());
  }

  // What few requests need is made on first use, checked: where there is no room for it the others must not suffer.
  function ringOf(name: string, slots: number, slotBytes: number): Promise<Ring> {
    return model.memory.checked(name, () => createRing(gpu, model.memory, name, slots, slotBytes));
  }

  async function prepareDebug({ plans }: Own): Promise<void> {
    const rowBytes = model.activations.logits.stride * 4;
    debug = await model.memory.together(async () => {
      const made = debug ?? {
        row: await ringOf("a step's logits", ring.slots, rowBytes),
        rows: await ringOf("a batch's logits", 1, rowBytes * model.batchTokens),
        logits: await model.debugLogits(),
        plans: new Map<Recorded, Plan>(),
      };
      if (!made.plans.has(plans)) made.plans.set(plans, await model.debugPlan(made.logits, plans.weights));
      return made;
    });
  }

  /** Makes what the watchers need, before the first step that they watch. */
  async function watch(own: Own, { onLogits, onLikelihood }: Watchers): Promise<void> {
    if (onLogits) await prepareDebug(own);
    if (onLikelihood) likelihoods ??= await createLikelihoods(context);
  }

  /** What computes several rows in a step; once it is there it stays. Errors: `network`. */
  const sharedOf = async () => {
    const { createSharedSteps } = await sharedSteps();
    return (shared ??= createSharedSteps(context));
  };

  return {
    /** Makes what runs with an adapter, by its key. */
    async adapt(adapter: string, weights: ModelWeights): Promise<void> {
      adapted.set(adapter, await plansOf(weights));
    },

    ofSequence,

    /** Fetches and makes what `together` needs. */
    async prepareTogether(): Promise<void> {
      await (await sharedOf()).prepare();
    },

    /**
     * A step of each of these sequences, at most eight: each computes its newest id at its position and samples the next, as
     * it would alone. Resolves when it is submitted, with what each will have come to.
     */
    async together(rows: readonly Newest[]): Promise<Promise<Sampled>[]> {
      return (await sharedOf()).together(rows.map(({ steps, ...row }) => ({ own: owners.get(steps)!, ...row })));
    },
  };

  /** Steps of the sequence of this number, with these pages and by this sampler. */
  async function ofSequence(index: number, pages: CachePages, sampler: SamplerBuffers) {
    const sample = await model.samplePlan(sampler);
    const own: Own = {
      index,
      plans: plain,
      pages,
      sampler,
      sample,
      sent: new Sent(new ArrayBuffer(0), 0),
      given: [],
      seen: pages.changes,
    };
    const steps = {
      /** Selects what the sequence runs from now on: with the adapter of this key, or without one. */
      use(adapter: string | undefined): void {
        own.plans = adapted.get(adapter ?? "")!;
      },

      /** The weights in use now. */
      get weights(): ModelWeights {
        return own.plans.weights;
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
        own.sent = new Sent(record, config.vocabSize, counts);
        queue.writeBuffer(own.sampler.settings, 0, record);
        if (!counts) return;
        const bias = new Float32Array(config.vocabSize);
        for (const [id, value] of Object.entries(sampling.logitBias ?? {})) bias[Number(id)] = value;
        own.sent.bias(bias);
        queue.writeBuffer(own.sampler.bias, 0, bias);
        queue.writeBuffer(own.sampler.counts, 0, counts);
      },

      /** Sets the tokens that are allowed in the choice that is encoded next, as bits. [vocabSize / 32, rounded up] */
      constrain(allowed: Uint32Array<ArrayBuffer>): void {
        own.sent.allowed(allowed);
        queue.writeBuffer(own.sampler.allowed, 0, allowed);
      },

      watch: (watchers: Watchers) => watch(own, watchers),

      /** Computes the prompt from position `from` on and samples; the promise inside the result is the first id's. */
      async prefill(
        promptIds: readonly number[],
        from: number,
        { signal, onLogits, logitsFrom = 0, onLikelihood, onBatch }: PrefillOptions,
      ) {
        model.setPromptLength(promptIds.length);
        await watch(own, { onLogits, onLikelihood });
        // One batch runs while the next is encoded; more would delay an abort.
        let [earlier, previous]: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
        let choice: Promise<Sampled> | undefined;
        const isCut = from < logitsFrom || batchSize(model, from) < promptIds.length - from;
        const kept = isCut ? await prepareSlices() : undefined;
        const expected: number[] = [];
        for (let position = from, size = 0; position < promptIds.length; position += size) {
          size = batchSize(model, position);
          const told = position < logitsFrom ? undefined : onLogits;
          if (position < logitsFrom) size = Math.min(size, logitsFrom - position);
          const ids = promptIds.slice(position, position + size);
          await gpu.untilLost(earlier);
          await own.pages.reserve(position + ids.length, position);
          while (pool.growing) await pool.growing;
          gpu.check();
          signal?.throwIfAborted();
          setStep(own, ids, position);
          const encoder = device.createCommandEncoder();
          const last = position + ids.length === promptIds.length;
          run(encoder, [told ? debug!.plans.get(own.plans)! : own.plans.many], { position, tokens: ids.length });
          if (last) toHead(encoder, own, position, ids.length);
          if (kept && !last) {
            keepSlice(kept, encoder, ids.length);
            expected.push(position, ids.length, own.pages.firstPage, ...ids);
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
          if (last) choice = choose(own, [], { position: 0, tokens: 1 }, promptIds.length, { onLikelihood });
          else [earlier, previous] = [previous, queue.onSubmittedWorkDone()];
        }
        if (!kept) return { first: choice! };
        return { first: Promise.all([choice!, checkSlices(kept, expected)]).then(([sampled]) => sampled) };
      },

      /** For a text that is not a prompt: its tokens through all layers, from `position` on. */
      encodeBatch(encoder: GPUCommandEncoder, ids: readonly number[], position: number): void {
        encodeBatch(encoder, own, ids, position);
      },

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
        for (const [id, count] of own.sent.answered(uncounted))
          queue.writeBuffer(own.sampler.counts, 4 * id, Uint32Array.of(count));
        for (let at = 0, size = 0; at < ids.length; at += size) {
          size = batchSize(model, position + at);
          const tokens = ids.slice(at, at + size);
          const encoder = device.createCommandEncoder();
          encodeBatch(encoder, own, tokens, position + at);
          if (at + size >= ids.length) toHead(encoder, own, position + at, tokens.length);
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
          steps.use(adapter);
          model.setPromptLength(promptLength);
          const size = plan === "one" ? 1 : model.batchTokens; // a batch is larger only where the adapter has changed
          for (let at = 0; at < ids.length; at += size) {
            const tokens = ids.slice(at, at + size);
            const position = start + at;
            await own.pages.reserve(position + tokens.length, position);
            while (pool.growing) await pool.growing;
            setStep(own, tokens, position);
            const encoder = device.createCommandEncoder();
            run(encoder, [own.plans[plan]], { position, tokens: tokens.length });
            keepSlice(kept, encoder, tokens.length);
            expected.push(position, tokens.length, own.pages.firstPage, ...tokens);
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
        setStep(own, [id], position);
      },

      /** Whether nothing came between this sequence's newest choice and its next step. */
      get isChained(): boolean {
        return chained === own;
      },

      /** Computes `position` from the id sampled last and samples the next. */
      next(position: number, watchers: Watchers): Promise<Sampled> {
        if (!watchers.onLogits) {
          pages.check(position + 1);
          return choose(own, [own.plans.one], { position, tokens: 1 }, position + 1, watchers);
        }
        compute(position);
        return chooseWithLogits(position);
      },

      /** Makes what drafts are checked by, before the first. */
      async prepareDrafts(): Promise<void> {
        const sizes = draftSizes.map((size) => size + 1);
        await (await sharedOf()).prepareDrafts(own.plans, sizes);
      },

      /**
       * Computes `position` from `last`, the id before it, and in the same step from a draft of the following ids; samples
       * after each as it would be sampled alone. Returns the samples up to the first that differs from the draft.
       */
      async verify(last: number, draft: readonly number[], position: number): Promise<Sampled[]> {
        return (await sharedOf()).verify(own, last, draft, position);
      },

      /** The two halves of `next`, for a choice whose allowed tokens are not known yet: computes `position`. */
      compute,

      /** Samples from what was computed last. */
      choose(position: number, watchers: Watchers): Promise<Sampled> {
        if (watchers.onLogits) return chooseWithLogits(position);
        return choose(own, [], { position, tokens: 1 }, position + 1, watchers);
      },
    };
    owners.set(steps, own);
    return steps;

    function compute(position: number): void {
      pages.check(position + 1);
      const encoder = device.createCommandEncoder();
      run(encoder, [own.plans.one], { position, tokens: 1 });
      queue.submit([encoder.finish()]);
    }

    async function chooseWithLogits(position: number): Promise<Sampled> {
      // The choice is submitted at once, after the copy: both come back in one wait.
      const both = [
        readRows(debug!.row, model.activations.logits, 1),
        choose(own, [], { position, tokens: 1 }, position + 1, {}),
      ] as const;
      const [[logits], sampled] = await Promise.all(both);
      return { ...sampled, logits };
    }
  }
}

/** Tokens of a prompt to compute at once from `position` on: fewer where attention over a long past would take too long. */
export function batchSize({ batchTokens, config, gpu }: Model, position: number): number {
  const macsPerToken = 2 * config.heads * config.headDim * (position + batchTokens);
  const most = Math.floor(gpu.variants.macsPerDispatch / macsPerToken / 8) * 8; // matmul kernels take eight at a time
  return Math.min(batchTokens, Math.max(8, most));
}
