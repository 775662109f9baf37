// Ids in, ids out: prefill what is new, then decode with several steps in flight. The sampled id feeds the next step on the
// GPU; the host reads ids late, through a ring, and throws the surplus away once a stop is seen. What the KV cache holds is
// remembered: the next prompt computes only what differs, and a cache that was lost with its device is filled again as it
// was, after which the answer continues with the token that would have come.

import { isShortage, PronkError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import { mostTopTokens } from "../gpu/operations.ts";
import { namedShortage } from "../gpu/shortage.ts";
import { onDemand } from "../on-demand.ts";
import { Answer, givenAgain } from "./answer.ts";
import { CacheHistory, type Slice } from "./cache-history.ts";
import type { LendingGenerator } from "./lending.ts";
import { Lock } from "./lock.ts";
import { createMachine, lossBehind, onlyMachine, type Machine, type Machines } from "./machine.ts";
import { Drafts, draftSizes } from "./drafts.ts";
import { checkPromptIds } from "./prompt-check.ts";
import type { GenerateRequest, Generation } from "./request.ts";
import { likelihoodIn } from "./likelihood.ts";
import type { GenerateStats, StopReason } from "./trace.ts";
import { ReadAhead } from "./read-ahead.ts";
import { RunAhead } from "./run-ahead.ts";
import type { Sampled } from "./steps.ts";
import { checkChoice } from "./unusable-logits.ts";

const hiddenStates = onDemand("makes embeddings", () => import("./hidden-states.ts"));

export interface GeneratorOptions {
  /** Steps in flight, 1 to 8; by default as many as about 100 ms of work are. */
  runAhead?: number;
  /** Whether ids that followed the same ones before, in the prompt or the answer, are checked several per step. */
  drafts?: "auto" | false;
  /** Makes a failed call's error say more, where more is known than here. */
  named?: (error: unknown) => unknown;
}

/** A generator over this model, which it owns, and over no other. */
export async function createGenerator(model: Model, options: GeneratorOptions = {}): Promise<LendingGenerator> {
  const machine = await createMachine(model);
  return generatorOver(onlyMachine(machine), machine, options);
}

// A batch is padded to eight tokens, so a few are faster as steps. Guessed: on a software adapter seven cost the same either
// way (`npm run schemas`, 2026-11-29); no GPU was at hand.
const leastFed = 4;

// A call that loses the device again and again, with no new token, is the cause: a dispatch that takes too long.
const mostLosses = 3;

const endOf = ({ position, ids }: Pick<Slice, "position" | "ids">) => position + ids.length;

/** A generator over machines of one model, each like the first. `restored`: what the cache of an engine that has ended held. */
export function generatorOver(
  machines: Machines,
  first: Machine,
  options: GeneratorOptions = {},
  restored?: CacheHistory,
): LendingGenerator {
  const { config, gpu, cache } = first.model;
  const contextLength = cache.context;
  const runAhead = new RunAhead(gpu.variants.runAhead ? options.runAhead : 1);
  const lock = new Lock();
  const history = restored ?? new CacheHistory();
  let filled = restored ? undefined : first; // the machine with what the history says in its cache
  let disposed = false;

  /** Forgets what the machine's cache holds, which can't be relied on. */
  function forget({ kept }: Machine): void {
    history.cut(0);
    kept.clear();
  }

  /** Fills the machine's cache with what the history says, unless it holds that already. */
  async function refill(machine: Machine, signal: AbortSignal | undefined): Promise<void> {
    if (filled === machine) return;
    await machine.model.pages.reserve(Math.max(0, ...history.slices.map(endOf))); // one may go beyond what is held
    await machine.steps.replay(history.slices, signal);
    filled = machine;
  }

  async function present(signal: AbortSignal | undefined): Promise<Machine> {
    signal?.throwIfAborted();
    if (disposed) throw new PronkError("bad-request", "The engine is unloaded.");
    return machines.current(signal);
  }

  async function* run(
    request: GenerateRequest,
    stats: GenerateStats,
    end: (reason: StopReason) => void,
    onWanted: () => void,
  ): AsyncGenerator<number> {
    checkPromptIds({ vocabSize: config.vocabSize, contextLength }, request.promptIds, "prompt");
    const { signal, known } = request;
    signal?.throwIfAborted();
    if (known?.stopReason) {
      yield* givenAgain(known, request);
      return end(known.stopReason);
    }
    const release = await lock.acquire(signal, onWanted);
    const answer = new Answer(request, stats, end);
    try {
      // Another call may have come first: then the cache holds what that one left.
      answer.isBegun = known?.isBegun === true && history.begins([...request.promptIds, ...known.ids], request.adapter);
      let isGoneOn = known?.isBegun === true;
      if (known) yield* givenAgain(known, request);
      for (let losses = 0; ;) {
        const waitedFrom = performance.now();
        const machine = await present(signal);
        if (machine !== filled || isGoneOn) {
          stats.recoveries++;
          stats.recoveryMs += performance.now() - waitedFrom;
        }
        isGoneOn = false;
        const before = answer.delivered.length;
        try {
          yield* go(machine, answer);
          return;
        } catch (error) {
          if (!answer.isLost) throw options.named?.(error) ?? error;
          losses = answer.delivered.length > before ? 1 : losses + 1;
          if (losses > mostLosses) throw error;
        }
      }
    } finally {
      release();
    }
  }

  /** Continues from what was delivered. Rejects with the loss of the machine where there is one. */
  async function* go(machine: Machine, answer: Answer): AsyncGenerator<number> {
    const { steps, model } = machine;
    const { gpu, pages } = model;
    const { delivered, stats, onLogits } = answer;
    const { promptIds, adapter, stopIds, signal, sampling, constrain, logitsFrom, onLikelihood } = answer.request;
    const manner = (plan: Slice["plan"]) => ({ plan, promptLength: promptIds.length, adapter });
    const forced = onLogits || onLikelihood ? undefined : answer.request.forced; // these report on each choice
    let most = Math.min(answer.request.maxTokens, contextLength - promptIds.length);
    const inFlight: Promise<Sampled>[] = [];
    const submit = (step: Promise<Sampled>) => {
      step.catch(() => {}); // reported when its turn comes; nobody may be reading when the device is lost
      inFlight.push(step);
    };
    const known = delivered.length; // when this began
    let submitted = known; // ids sampled or being sampled; number i stands at position promptIds.length + i
    let noted = Math.max(0, known - 1); // of them, those that the history has
    const note = (end: number) => {
      history.add(delivered.slice(noted, end), manner("one"));
      noted = Math.max(noted, end);
    };
    /** Pages for the ids before number `end`: where memory for more runs out the answer ends early, as at the context's end. */
    const reserve = async (end: number) => {
      if (promptIds.length + end <= pages.room) return;
      await pages.reserve(promptIds.length + end, promptIds.length + submitted).catch((error: unknown) => {
        if (!isShortage(error)) throw error;
        most = Math.max(submitted, pages.room - promptIds.length);
      });
    };
    let isSound = true; // what the cache holds
    let isFilled = false;
    try {
      if ((await gpu.recover()) && filled === machine) forget(machine);
      if (!answer.isBegun) {
        const wanted = onLogits ? promptIds.slice(0, (logitsFrom ?? 0) + 1) : promptIds; // the last is computed anew
        if (filled === machine) await machine.kept.turnTo(history, wanted, adapter);
        else history.cut(history.sharedPrefix(wanted, adapter));
        stats.cachedTokens = history.length;
        answer.isBegun = true;
        answer.trace([]);
      }
      if (most <= 0 && !onLogits) return answer.end(answer.request.maxTokens > 0 ? "context-full" : "length");

      let started = performance.now();
      const last = promptIds.length + known - 1;
      // Where the last id was fed together with others, all of them are fed again.
      const batches = known > 0 ? history.batchesFrom(last).filter(({ position }) => position >= promptIds.length) : [];
      const leftIds = batches.flatMap(({ ids, position }) => ids.slice(Math.max(0, last + 1 - position)));
      const stillForced = leftIds.length > 0 ? forced?.(delivered) : undefined;
      if (leftIds.some((id, i) => id !== stillForced?.[i])) batches.length = 0; // another call's
      if (batches.length > 0) history.cut(batches[0].position);
      else if (known > 0) {
        history.cut(last);
        // An engine that died could not record this.
        const answered = history.length - promptIds.length;
        if (answered >= 0) history.add(delivered.slice(answered, known - 1), manner("one"));
      } else if (history.length === promptIds.length) history.reopenLast();
      const end = Math.max(history.length, promptIds.length + known, ...batches.map(endOf));
      await pages.reserve(end, filled === machine ? history.length : 0);
      await refill(machine, signal);
      steps.use(adapter);
      const onBatch = (ids: readonly number[], plan: Slice["plan"]) => history.add(ids, manner(plan));
      const feed = (ids: readonly number[], position: number, uncounted = ids) => {
        steps.feed(ids, position, uncounted, onBatch);
        noted = position + ids.length - promptIds.length;
        submitted = noted + 1;
      };
      if (known > 0 && history.length < promptIds.length) {
        steps.prepare(sampling, promptIds, Boolean(constrain));
        await (
          await steps.prefill(promptIds, history.length, { signal, onBatch })
        ).first;
        const answered = { position: promptIds.length, ids: delivered.slice(0, known - 1) };
        await steps.replay([{ ...answered, ...manner("one") }], signal);
        history.add(answered.ids, manner("one"));
      }
      isFilled = true;
      steps.prepare(sampling, promptIds, Boolean(constrain), delivered);
      if (known === 0 && constrain) {
        const allowed = constrain(delivered);
        if (!allowed) return answer.end("stop");
        steps.constrain(allowed);
      }
      if (known === 0) {
        submit(
          (await steps.prefill(promptIds, history.length, { signal, onLogits, logitsFrom, onLikelihood, onBatch }))
            .first,
        );
        submitted = 1;
      } else {
        for (const { ids, position } of batches) {
          const left = ids.slice(Math.max(0, last + 1 - position));
          await pages.reserve(position + ids.length, position);
          feed(ids, position, left);
          yield* answer.give(left);
        }
        if (batches.length === 0) steps.goOnFrom(delivered[known - 1], last);
        await steps.watch({ onLogits, onLikelihood });
        stats.recoveryMs += performance.now() - started;
        started = performance.now();
      }
      const drafts = options.drafts && !constrain && !onLogits && !onLikelihood ? new Drafts() : undefined;
      if (drafts) await steps.prepareDrafts();
      let lastRead = started;
      while (stats.generatedTokens < most) {
        // What will not be delivered is not sampled: no step writes at or past the context's end.
        const depth = constrain ? 0 : onLikelihood || drafts ? 1 : runAhead.depth;
        await reserve(Math.min(most, submitted + (drafts ? 1 + draftSizes[0] : Math.max(2, depth))));
        if (constrain) {
          // A step is computed before its constraint is known: only the choice waits.
          if (inFlight.length === 0) {
            if (submitted === delivered.length) steps.compute(promptIds.length + submitted++ - 1);
            let ids = forced?.(delivered).slice(0, most - delivered.length) ?? [];
            await reserve(delivered.length + ids.length);
            ids = ids.slice(0, Math.min(most, pages.room - promptIds.length) - delivered.length);
            if (ids.length >= leastFed) {
              note(delivered.length);
              feed(ids, promptIds.length + delivered.length);
              yield* answer.give(ids);
              continue;
            }
            const allowed = constrain(delivered);
            if (!allowed) return answer.end("stop");
            steps.constrain(allowed);
            submit(steps.choose(promptIds.length + submitted - 2, { onLogits, onLikelihood }));
          }
          if (submitted < most && submitted === delivered.length + 1) steps.compute(promptIds.length + submitted++ - 1);
        }
        if (drafts && inFlight.length === 0 && delivered.length > 0) {
          const draft = drafts.next([...promptIds, ...delivered], most - submitted - 1);
          if (draft.length > 0) {
            const sampled = await steps.verify(delivered.at(-1)!, draft, promptIds.length + submitted - 1);
            drafts.learn(sampled.length - 1);
            for (const one of sampled) submit(Promise.resolve(one));
            submitted += sampled.length;
          }
        }
        for (; inFlight.length < depth && submitted < most; submitted++)
          submit(steps.next(promptIds.length + submitted - 1, { onLogits, onLikelihood }));
        const { id, logits, likelihood: sampled } = await inFlight.shift()!;
        gpu.check();
        signal?.throwIfAborted();
        const position = promptIds.length + delivered.length - 1; // the logits stand there
        checkChoice(id, config.vocabSize, position);
        machines.proved(machine);
        const likelihood = sampled ?? (onLikelihood && logits && likelihoodIn(logits, id, mostTopTokens));
        if (likelihood) onLikelihood?.(likelihood);
        const now = performance.now();
        if (delivered.length === 0) stats.prefillMs = now - started;
        else {
          stats.decodeMs += now - lastRead;
          if (delivered.length > known) runAhead.observe(now - lastRead); // the first waits for more than its step
        }
        lastRead = now;
        if (stopIds.includes(id)) return answer.end("stop");
        if (logits) onLogits?.(position, logits);
        yield* answer.give([id], likelihood);
      }
      answer.end(most < answer.request.maxTokens ? "context-full" : "length");
    } catch (error) {
      // An abort leaves the cache intact, and what a lost device held is known.
      const named = namedShortage(error);
      const loss = await lossBehind(named, gpu, signal);
      answer.isLost = loss !== undefined;
      isSound = !(named instanceof PronkError) || answer.isLost;
      throw loss ?? named;
    } finally {
      // An id's keys and values are in the cache once a later step was submitted. Ring slots come home before the next call.
      if (!isSound) forget(machine);
      else if (isFilled) {
        note(Math.max(0, submitted - 1));
        answer.trace([]); // how it ended: only now does the history say what its tokens left behind
      }
      await Promise.allSettled(inFlight);
    }
  }

  const lend: LendingGenerator["lend"] = async (use, signal) => {
    const release = await lock.acquire(signal);
    try {
      for (let losses = 1; ; losses++) {
        const machine = await present(signal);
        const { gpu } = machine.model;
        const isFilled = machine === filled;
        const vacate = () => {
          if (machine !== filled) history.cut(0);
          machine.kept.leave(history);
          history.cut(0);
          filled = machine;
        };
        try {
          if ((await gpu.recover()) && isFilled) forget(machine);
          return await use({ machine, forget: () => history.cut(0), fill: () => refill(machine, signal), vacate });
        } catch (error) {
          const named = namedShortage(error);
          const loss = await lossBehind(named, gpu, signal);
          if (!loss && !signal.aborted) forget(machine);
          if (!loss || losses > mostLosses) throw loss ?? options.named?.(named) ?? named;
        }
      }
    } finally {
      release();
    }
  };

  return {
    contextLength,
    vocabSize: config.vocabSize,
    history,
    generate(request) {
      const stats: GenerateStats = {
        promptTokens: request.promptIds.length,
        cachedTokens: 0,
        generatedTokens: 0,
        prefillMs: 0,
        decodeMs: 0,
        recoveries: 0,
        recoveryMs: 0,
        ...request.known?.stats,
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
    async hiddenState(request, signal) {
      checkPromptIds({ vocabSize: config.vocabSize, contextLength }, request.ids, "input");
      const { pooledState } = await hiddenStates();
      return lend((lent) => pooledState(lent, request, signal), signal);
    },
    lend,
    reset() {
      if (filled) forget(filled);
      else history.cut(0);
    },
    async dispose() {
      disposed = true;
      const release = await lock.acquire();
      machines.dispose();
      release();
    },
  };
}
