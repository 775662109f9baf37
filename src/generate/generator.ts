// Ids in, ids out: prefill what is new, then decode with several steps in flight. The sampled id feeds the next step on
// the GPU; the host reads ids late, through a ring, and throws the surplus away once a stop is seen. What the KV cache
// holds is remembered as ids, so the next prompt computes only what differs.

import { PronkError } from "../errors.ts";
import { createRing } from "../gpu/readback.ts";
import type { Model } from "../model/model.ts";
import { Lock } from "./lock.ts";
import type { GenerateRequest, GenerateStats, Generation, Generator, StopReason } from "./request.ts";
import { ReadAhead } from "./read-ahead.ts";
import { RunAhead } from "./run-ahead.ts";
import { createSteps, type Sampled } from "./steps.ts";
import { checkChoice } from "./unusable-logits.ts";

/** How many of the prompt's ids the cache already holds. The last is always computed anew: its logits are wanted. */
function sharedPrefix(cached: readonly number[], promptIds: readonly number[]): number {
  let shared = 0;
  while (shared < cached.length && shared < promptIds.length - 1 && cached[shared] === promptIds[shared]) shared++;
  return shared;
}

export interface GeneratorOptions {
  /** Steps in flight, 1 to 8; by default as many as about 100 ms of work are. */
  runAhead?: number;
}

export async function createGenerator(model: Model, options: GeneratorOptions = {}): Promise<Generator> {
  const { config, gpu } = model;
  const contextLength = model.cache.context;
  const runAhead = new RunAhead(gpu.variants.runAhead ? options.runAhead : 1);
  const ring = createRing(gpu, model.memory, "ids", RunAhead.most + 1, 4);
  const steps = await createSteps(model, ring);
  const lock = new Lock();
  let cached: number[] = []; // ids whose keys and values the cache holds, by position
  let disposed = false;

  function check({ promptIds }: GenerateRequest): void {
    if (promptIds.length === 0)
      throw new PronkError("bad-request", "The prompt has no tokens; give at least the BOS id.", { field: "prompt" });
    const wrong = promptIds.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabSize);
    if (wrong !== undefined) {
      throw new PronkError("bad-request", `Prompt id ${wrong} is outside the vocabulary of ${config.vocabSize}.`, {
        field: "prompt",
        found: wrong,
      });
    }
    if (promptIds.length > contextLength) {
      throw new PronkError(
        "context-full",
        `The prompt has ${promptIds.length} tokens; the context holds ${contextLength}. Shorten the prompt or load the model with a larger contextLength, if it was made for one.`,
        { promptTokens: promptIds.length, contextLength },
      );
    }
  }

  async function* run(
    request: GenerateRequest,
    stats: GenerateStats,
    end: (reason: StopReason) => void,
    onWanted: () => void,
  ): AsyncGenerator<number> {
    const { promptIds, stopIds, signal, sampling, onLogits, constrain, onTopTokens } = request;
    const oneByOne = Boolean(constrain || onTopTokens);
    check(request);
    signal?.throwIfAborted();
    const release = await lock.acquire(signal, onWanted);
    const most = Math.min(request.maxTokens, contextLength - promptIds.length);
    const inFlight: Promise<Sampled>[] = [];
    const delivered: number[] = [];
    let isSound = true; // what the cache holds
    let submitted = 0; // ids sampled or being sampled; number i stands at position promptIds.length + i
    try {
      signal?.throwIfAborted();
      if (await gpu.recover()) cached = [];
      if (disposed) throw new PronkError("bad-request", "The engine is unloaded.");
      const shared = onLogits ? 0 : sharedPrefix(cached, promptIds);
      stats.cachedTokens = shared;
      cached.length = shared;
      if (most <= 0 && !onLogits) return end(request.maxTokens > 0 ? "context-full" : "length");

      const started = performance.now();
      steps.prepare(sampling, promptIds, Boolean(constrain));
      if (constrain) steps.constrain(constrain(delivered));
      const onBatch = (ids: readonly number[]) => void (cached = cached.concat(ids));
      inFlight.push((await steps.prefill(promptIds, shared, { signal, onLogits, onTopTokens, onBatch })).first);
      submitted = 1;
      let lastRead = started;
      while (stats.generatedTokens < most) {
        // What will not be delivered is not sampled: no step writes at or past the context's end.
        const depth = oneByOne ? 1 : runAhead.depth;
        for (; inFlight.length < depth && submitted < most; submitted++) {
          if (constrain) steps.constrain(constrain(delivered));
          inFlight.push(steps.next(promptIds.length + submitted - 1, { onLogits, onTopTokens }));
        }
        const { id, logits, top } = await inFlight.shift()!;
        gpu.check();
        signal?.throwIfAborted();
        const position = promptIds.length + delivered.length - 1; // the logits stand there
        checkChoice(id, config.vocabSize, position);
        if (top) onTopTokens?.(top);
        const now = performance.now();
        if (delivered.length === 0) stats.prefillMs = now - started;
        else {
          stats.decodeMs += now - lastRead;
          runAhead.observe(now - lastRead);
        }
        lastRead = now;
        if (stopIds.includes(id)) return end("stop");
        if (logits) onLogits?.(position, logits);
        delivered.push(id);
        stats.generatedTokens++;
        yield id;
      }
      end(most < request.maxTokens ? "context-full" : "length");
    } catch (error) {
      isSound = !(error instanceof PronkError); // an abort leaves the cache as it is
      throw error;
    } finally {
      // An id's keys and values are in the cache once a later step was submitted. Ring slots come home before the next call.
      if (isSound) cached = cached.concat(delivered.slice(0, Math.max(0, submitted - 1)));
      else cached = [];
      await Promise.allSettled(inFlight);
      release();
    }
  }

  return {
    contextLength,
    vocabSize: config.vocabSize,
    generate(request) {
      const stats: GenerateStats = {
        promptTokens: request.promptIds.length,
        cachedTokens: 0,
        generatedTokens: 0,
        prefillMs: 0,
        decodeMs: 0,
      };
      let stopReason: StopReason | undefined;
      const generation: Generation = {
        get stopReason() {
          return stopReason;
        },
        stats,
        [Symbol.asyncIterator]: () =>
          new ReadAhead(lock, (onWanted) => run(request, stats, (reason) => (stopReason = reason), onWanted)),
      };
      return generation;
    },
    reset() {
      cached = [];
    },
    async dispose() {
      disposed = true;
      const release = await lock.acquire();
      model.dispose();
      release();
    },
  };
}
