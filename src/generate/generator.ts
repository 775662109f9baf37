// Ids in, ids out: prefill what is new, then decode with several steps in flight. The sampled id feeds the next step on the
// GPU; the host reads ids late, through a ring, and throws the surplus away once a stop is seen. Several answers decode
// together, a step at a time. What the KV cache holds is remembered: the next prompt computes only what differs, and a cache
// that was lost with its device is filled again as it was, after which the answer continues with the token that would have
// come.

import { isShortage, PronkError } from "../errors.ts";
import { mostPages as tablePages } from "../gpu/cache-layout.ts";
import { pagesFor } from "../model/cache.ts";
import type { Model } from "../model/model.ts";
import { mostStepTokens, mostTopTokens } from "../gpu/operations.ts";
import { namedShortage } from "../gpu/shortage.ts";
import { onDemand } from "../on-demand.ts";
import { Answer, givenAgain } from "./answer.ts";
import { CacheHistory, type Slice } from "./cache-history.ts";
import { Company, type Companion } from "./company.ts";
import type { RunningSequence } from "./kept-sequences.ts";
import type { LendingGenerator } from "./lending.ts";
import { createMachine, lossBehind, onlyMachine, type Lane, type Machine, type Machines } from "./machine.ts";
import { draftSizes, type BeginDrafts } from "./draft-source.ts";
import { checkPromptIds } from "./prompt-check.ts";
import type { GenerateRequest, Generation } from "./request.ts";
import { likelihoodIn } from "./likelihood.ts";
import type { GenerateStats, StopReason } from "./trace.ts";
import { ReadAhead } from "./read-ahead.ts";
import { RunAhead } from "./run-ahead.ts";
import type { Sampled } from "./steps-context.ts";
import { Turns, type Turn } from "./turns.ts";
import { checkChoice } from "./unusable-logits.ts";

const hiddenStates = onDemand("makes embeddings", () => import("./hidden-states.ts"));

export interface GeneratorOptions {
  /** Steps in flight, 1 to 8; by default as many as about 100 ms of work are. */
  runAhead?: number;
  /** Proposes ids of an answer, which are checked several per step. */
  drafts?: BeginDrafts;
  /** Answers computed at the same time, 1 to 8; default 8. */
  sequences?: number;
  /** Makes a failed call's error say more, where more is known than here. */
  named?: (error: unknown) => Promise<unknown>;
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

/** What one generation has in the cache, wherever it is computed. */
interface Sequence {
  readonly history: CacheHistory;
  /** The machine with what the history says in its cache. */
  filled: Machine | undefined;
  /** Where it is computed now. */
  running?: RunningSequence & { machine: Machine };
}

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
  const mostSequences = Math.min(
    options.sequences ?? mostStepTokens,
    Math.floor(tablePages / pagesFor(contextLength)), // that the page table has room for
  );
  const turns = new Turns();
  const filling = new Turns(); // prompts, one at a time
  let company: { of: Machine; all: Company } | undefined;
  const chain = new Set<Promise<unknown>>(); // steps in flight of a sequence that decodes alone
  /** Of the generation that runs alone, or began so. */
  const own: Sequence = { history: restored ?? new CacheHistory(), filled: restored ? undefined : first };
  let disposed = false;

  /** Forgets what the machine's cache holds, which can't be relied on. */
  function forget({ kept }: Machine, { history }: Sequence): void {
    history.cut(0);
    kept.clear();
  }

  /** Fills the machine's cache with what the history says, unless it holds that already. */
  async function refill(sequence: Sequence, machine: Machine, { pages, steps }: Lane, signal: AbortSignal | undefined) {
    if (sequence.filled === machine) return;
    const { slices } = sequence.history;
    await pages.reserve(Math.max(0, ...slices.map(endOf))); // one may go beyond what is held
    await steps.replay(slices, signal);
    sequence.filled = machine;
  }

  /** Leaves what the sequence holds to whoever asks for it next. */
  function leave(sequence: Sequence): void {
    const { running, filled, history } = sequence;
    if (running?.machine !== filled) history.cut(0);
    running?.machine.kept.leave(running);
    sequence.running = undefined;
  }

  let widening: Promise<void> | undefined;

  /** Lets generations run side by side once the part for it is there; without it they wait their turn. */
  function widen(): void {
    if (mostSequences < 2 || !turns.isTaken) return;
    widening ??= (own.filled ?? first).steps.prepareTogether().then(
      () => turns.widen(mostSequences),
      () => (widening = undefined),
    );
  }

  /** Whether others may run beside it. */
  const mayShare = ({ onLogits, known }: GenerateRequest): boolean =>
    !onLogits && !known && config.ropeScaling.kind !== "dynamic";

  async function present(signal: AbortSignal | undefined): Promise<Machine> {
    signal?.throwIfAborted();
    if (disposed) throw new PronkError("bad-request", "The engine is unloaded.");
    return machines.current(signal);
  }

  async function* run(
    request: GenerateRequest,
    stats: GenerateStats,
    end: (reason: StopReason) => void,
    onOthers: () => void,
  ): AsyncGenerator<number> {
    checkPromptIds({ vocabSize: config.vocabSize, contextLength }, request.promptIds, "prompt");
    const { signal, known } = request;
    signal?.throwIfAborted();
    if (known?.stopReason) {
      yield* givenAgain(known, request);
      return end(known.stopReason);
    }
    const shares = mayShare(request);
    if (shares) widen();
    let turn = await turns.acquire({ shares, signal, onOthers });
    const answer = new Answer(request, stats, end);
    let sequence: Sequence = turn.index === 0 ? own : { history: new CacheHistory(), filled: undefined };
    try {
      // Another call may have come first: then the cache holds what that one left.
      answer.isBegun =
        known?.isBegun === true && own.history.begins([...request.promptIds, ...known.ids], request.adapter);
      let isGoneOn = known?.isBegun === true;
      if (known) yield* givenAgain(known, request);
      for (let losses = 0; ;) {
        const waitedFrom = performance.now();
        const machine = await present(signal);
        const isNew = sequence !== own && !sequence.filled;
        if ((machine !== sequence.filled && !isNew) || isGoneOn) {
          stats.recoveries++;
          stats.recoveryMs += performance.now() - waitedFrom;
        }
        isGoneOn = false;
        const before = answer.delivered.length;
        try {
          yield* go(machine, sequence, turn, answer);
          return;
        } catch (error) {
          if (answer.isCrowded) {
            // What it had can be computed again once the others are done.
            if (answer.delivered.length > 0) answer.former ??= new CacheHistory(sequence.history.state);
            leave(sequence);
            sequence = { history: new CacheHistory(), filled: undefined }; // others may have its place while it waits
            turn.release();
            turn = await turns.acquire({ signal, onOthers });
            sequence = own;
            Object.assign(answer, { isCrowded: false, isBegun: false });
            continue;
          }
          if (!answer.isLost) throw (await options.named?.(error)) ?? error;
          losses = answer.delivered.length > before ? 1 : losses + 1;
          if (losses > mostLosses) throw error;
        }
      }
    } finally {
      if (sequence !== own || turns.isShared) leave(sequence);
      turn.release();
    }
  }

  /** Continues from what was delivered. Rejects with the loss of the machine where there is one. */
  async function* go(machine: Machine, sequence: Sequence, turn: Turn, answer: Answer): AsyncGenerator<number> {
    const { model, kept } = machine;
    const { gpu } = model;
    const { history } = sequence;
    const { delivered, stats, onLogits } = answer;
    const { promptIds, adapter, stopIds, signal, sampling, constrain, logitsFrom, onLikelihood } = answer.request;
    const manner = (plan: Slice["plan"]) => ({ plan, promptLength: promptIds.length, adapter });
    const isLooked = onLikelihood !== undefined;
    const forced = onLogits || onLikelihood ? undefined : answer.request.forced; // these report on each choice
    let most = Math.min(answer.request.maxTokens, contextLength - promptIds.length);
    const inFlight: Promise<Sampled>[] = [];
    const submit = (step: Promise<Sampled>) => {
      step.catch(() => {}); // reported when its turn comes; nobody may be reading when the device is lost
      inFlight.push(step);
    };
    /** Of work that others may not come between. */
    const chained = <T>(work: Promise<T>): Promise<T> => {
      const isOver: Promise<unknown> = work.catch(() => {}).then(() => chain.delete(isOver));
      chain.add(isOver);
      return work;
    };
    const known = delivered.length; // when this began
    let submitted = known; // ids sampled or being sampled; number i stands at position promptIds.length + i
    let noted = Math.max(0, known - 1); // of them, those that the history has
    const note = (end: number) => {
      history.add(delivered.slice(noted, end), manner("one"));
      noted = Math.max(noted, end);
    };
    /** Pages for the ids before number `end`: where memory for more runs out the answer ends early, as at the context's end. */
    const reserve = async ({ pages }: Lane, end: number) => {
      if (promptIds.length + end <= pages.room) return;
      await pages.reserve(promptIds.length + end, promptIds.length + submitted).catch((error: unknown) => {
        if (!isShortage(error) || turn.wasShared) throw error;
        most = Math.max(submitted, pages.room - promptIds.length);
      });
    };
    let { pages, steps }: Partial<Lane> = {}; // once they are there
    let isSound = true; // what the cache holds
    let isFilled = false;
    let fill: Turn | undefined;
    let companion: Companion | undefined;
    try {
      fill = await filling.acquire({ signal });
      while (chain.size > 0) await Promise.all(chain); // a sequence that was alone until now
      ({ pages, steps } = await machine.lane(turn.index));
      if (sequence.running?.pages !== pages) sequence.running = { history, pages, machine };
      if ((await gpu.recover()) && sequence.filled === machine) forget(machine, sequence);
      if (!answer.isBegun) {
        const wanted = onLogits ? promptIds.slice(0, (logitsFrom ?? 0) + 1) : promptIds; // the last is computed anew
        if (sequence.filled === machine || history.length === 0) {
          await kept.turnTo(sequence.running, wanted, adapter);
          sequence.filled = machine;
        } else history.cut(history.sharedPrefix(wanted, adapter));
        if (known === 0) stats.cachedTokens = history.length;
        answer.isBegun = true;
        answer.trace([]);
      }
      if (most <= 0 && !onLogits) return answer.end(answer.request.maxTokens > 0 ? "context-full" : "length");

      let started = performance.now();
      const last = promptIds.length + known - 1;
      // Where the last id was fed together with others, all of them are fed again.
      const isOfAnswer = ({ position }: Slice) => position >= promptIds.length;
      const record = answer.former ?? history;
      const batches = known > 0 ? record.batchesFrom(last).filter(isOfAnswer) : [];
      const leftIds = batches.flatMap(({ ids, position }) => ids.slice(Math.max(0, last + 1 - position)));
      const stillForced = leftIds.length > 0 ? forced?.(delivered) : undefined;
      if (leftIds.some((id, i) => id !== stillForced?.[i])) batches.length = 0; // another call's
      if (batches.length > 0) {
        answer.former ??= new CacheHistory(history.state); // until they are fed
        history.cut(batches[0].position);
      } else if (known > 0) {
        history.cut(last);
        // An engine that died could not record this.
        const answered = history.length - promptIds.length;
        if (answered >= 0 && !answer.former) history.add(delivered.slice(answered, known - 1), manner("one"));
      } else if (history.length === promptIds.length) history.reopenLast();
      const batchesEnd = Math.max(0, ...batches.map(endOf));
      const end = Math.max(history.length, promptIds.length + known, batchesEnd);
      await pages.reserve(end, sequence.filled === machine ? history.length : 0);
      await refill(sequence, machine, { pages, steps }, signal);
      steps.use(adapter);
      const onBatch = (ids: readonly number[], plan: Slice["plan"]) => history.add(ids, manner(plan));
      const feed = (ids: readonly number[], position: number, uncounted = ids) => {
        steps!.feed(ids, position, uncounted, onBatch);
        noted = position + ids.length - promptIds.length;
        submitted = noted + 1;
      };
      /**
       * Chooses from what was computed last, behind the answer and these ids, which are fed. Nothing may come between the two, so
       * it waits for nothing. False where nothing may follow.
       */
      const chooseNext = (fed: readonly number[] = []) => {
        if (delivered.length + fed.length >= most) return true; // it is over anyway
        const allowed = constrain!([...delivered, ...fed]);
        if (!allowed) return false;
        steps!.constrain(allowed);
        submit(chained(steps!.choose(promptIds.length + submitted - 2, { onLogits, onLikelihood })));
        return true;
      };
      const settled = async () => {
        while (model.pages.pool.growing) await model.pages.pool.growing;
      };
      if (known > 0 && (answer.former || history.length < promptIds.length)) {
        steps.prepare(sampling, promptIds, Boolean(constrain));
        if (history.length < promptIds.length) {
          const { first } = await steps.prefill(promptIds, history.length, { signal, onBatch });
          await first;
        }
        const before = new CacheHistory(record.state);
        before.cut(batches[0]?.position ?? last);
        const answered = answer.former
          ? before.slices.filter(({ position }) => position >= history.length)
          : [{ position: promptIds.length, ids: delivered.slice(0, known - 1), ...manner("one") }];
        await steps.replay(answered, signal);
        for (const slice of answered) history.add(slice.ids, slice);
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
        await steps.watch({ onLogits, onLikelihood });
        for (const { ids, position } of batches) {
          const left = ids.slice(Math.max(0, last + 1 - position));
          await pages.reserve(position + ids.length, position);
          await settled();
          feed(ids, position, left);
          const goesOn = position + ids.length < batchesEnd || chooseNext(left);
          yield* answer.give(left);
          if (!goesOn) return answer.end("stop");
        }
        answer.former = undefined;
        if (batches.length === 0) steps.goOnFrom(delivered[known - 1], last);
        stats.recoveryMs += performance.now() - started;
        started = performance.now();
      }
      const drafts = constrain || onLogits || onLikelihood ? undefined : options.drafts?.(answer.request);
      if (drafts) await steps.prepareDrafts();
      const { release } = fill;
      if (inFlight.length > 0)
        void inFlight[0].catch(() => {}).then(release); // it also tells how the prompt arrived
      else release();
      if (turn.shares) {
        if (company?.of !== machine) company = { of: machine, all: new Company(machine.steps) };
        companion = company.all.join();
      }
      let isInCompany = false; // what is in flight
      let checked = 0; // of them, those that were drafted, or came with a draft
      let lastRead = started;
      while (stats.generatedTokens < most) {
        // What will not be delivered is not sampled: no step writes at or past the context's end.
        const depth = constrain ? 0 : onLikelihood ? 1 : runAhead.depth;
        await reserve({ pages, steps }, Math.min(most, submitted + Math.max(drafts ? 1 + draftSizes[0] : 2, depth)));
        if (constrain && inFlight.length === 0) {
          const left = most - delivered.length;
          let ids = forced?.(delivered).slice(0, left) ?? [];
          await reserve({ pages, steps }, Math.min(most, delivered.length + ids.length + 2)); // with the step behind the next
          ids = ids.slice(0, Math.min(left, pages.room - promptIds.length - delivered.length));
          if (ids.length < leastFed) ids = [];
          await settled();
          isInCompany = companion !== undefined && turns.isShared && ids.length === 0;
          const position = promptIds.length + delivered.length - 1;
          if (isInCompany) {
            submitted = delivered.length;
            const allowed = constrain(delivered);
            if (!allowed) return answer.end("stop");
            steps.constrain(allowed);
            submit(companion!.next({ steps, id: delivered.at(-1)!, position, isLooked }));
            submitted++;
          } else {
            // A step is computed before its constraint is known: only the choice waits.
            const isOthers = !steps.isChained; // who came between
            if (isOthers) steps.goOnFrom(delivered.at(-1)!, position);
            if (isOthers || submitted === delivered.length) steps.compute(position);
            submitted = delivered.length + 1;
            if (ids.length > 0) {
              note(delivered.length);
              feed(ids, position + 1);
            }
            const goesOn = chooseNext(ids);
            yield* answer.give(ids);
            if (!goesOn) return answer.end("stop");
            if (inFlight.length === 0) continue;
          }
        }
        if (constrain && !turns.isShared && steps.isChained && submitted < most && submitted === delivered.length + 1)
          steps.compute(promptIds.length + submitted++ - 1);
        /** Steps may run ahead until another draft may come. */
        const restsAt = (ids: number) => !drafts || turns.isShared || promptIds.length + ids < drafts.restsUntil;
        if (drafts && inFlight.length === 0 && delivered.length > 0 && !restsAt(submitted)) {
          const draft = await drafts.next(delivered, most - submitted - 1, depth);
          signal?.throwIfAborted();
          if (draft.length > 0 && !turns.isShared) {
            const began = performance.now();
            const sampled = await chained(steps.verify(delivered.at(-1)!, draft, promptIds.length + submitted - 1));
            drafts.learn(sampled.length - 1, performance.now() - began);
            for (const one of sampled) submit(Promise.resolve(one));
            checked = sampled.length;
            submitted += sampled.length;
          }
        }
        if (inFlight.length === 0) isInCompany = companion !== undefined && turns.isShared;
        for (; inFlight.length < depth && submitted < most && isInCompany === turns.isShared; submitted++) {
          if (inFlight.length > 0 && !restsAt(submitted)) break;
          const position = promptIds.length + submitted - 1;
          const id = inFlight.length === 0 ? delivered.at(-1)! : undefined;
          if (!isInCompany && !steps.isChained) {
            if (id === undefined) break; // another came between
            steps.goOnFrom(id, position);
          }
          submit(
            isInCompany
              ? companion!.next({ steps, id, position, isLooked })
              : chained(steps.next(position, { onLogits, onLikelihood })),
          );
        }
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
          if (checked > 0) checked--;
          else if (delivered.length > known) {
            runAhead.observe(now - lastRead); // the first waits for more than its step
            drafts?.observe(now - lastRead);
          }
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
      answer.isCrowded = isShortage(named) && turn.wasShared;
      isSound = !(named instanceof PronkError) || answer.isLost || answer.isCrowded;
      throw loss ?? named;
    } finally {
      submitted -= companion?.leave() ?? 0;
      // An id's keys and values are in the cache once a later step was submitted. Ring slots come home before the next call.
      if (!isSound) forget(machine, sequence);
      else if (isFilled) {
        note(Math.max(0, submitted - 1));
        answer.trace([]); // how it ended: only now does the history say what its tokens left behind
      }
      await Promise.allSettled(inFlight);
      fill?.release();
    }
  }

  const lend: LendingGenerator["lend"] = async (use, signal) => {
    const { release } = await turns.acquire({ signal });
    const { history } = own;
    try {
      for (let losses = 1; ; losses++) {
        const machine = await present(signal);
        const { gpu, pages } = machine.model;
        const isFilled = machine === own.filled;
        const running = { history, pages };
        const vacate = () => {
          if (machine !== own.filled) history.cut(0);
          machine.kept.leave(running);
          own.filled = machine;
        };
        const fill = async () => {
          if (history.length === 0) machine.kept.resume(running);
          else await refill(own, machine, await machine.lane(0), signal);
        };
        try {
          if ((await gpu.recover()) && isFilled) forget(machine, own);
          return await use({ machine, forget: () => history.cut(0), fill, vacate });
        } catch (error) {
          const named = namedShortage(error);
          const loss = await lossBehind(named, gpu, signal);
          if (!loss && !signal.aborted) forget(machine, own);
          if (!loss || losses > mostLosses) throw loss ?? (await options.named?.(named)) ?? named;
        }
      }
    } finally {
      release();
    }
  };

  return {
    contextLength,
    vocabSize: config.vocabSize,
    history: own.history,
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
          new ReadAhead(turns, (onOthers) => run(request, stats, (reason) => (stopReason = reason), onOthers)),
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
      if (own.filled) forget(own.filled, own);
      else own.history.cut(0);
    },
    async dispose() {
      disposed = true;
      const { release } = await turns.acquire();
      machines.dispose();
      release();
    },
  };
}
