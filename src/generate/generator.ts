// Ids in, ids out. Several answers decode together, a step at a time (decode.ts has one of them). What the KV cache holds is
// remembered: the next prompt computes only what differs, and a cache that was lost with its device is filled again as it was,
// after which the answer continues with the token that would have come.

import { PronkError } from "../errors.ts";
import { mostPages as tablePages } from "../gpu/cache-layout.ts";
import { mostStepTokens } from "../gpu/operations.ts";
import { namedShortage } from "../gpu/shortage.ts";
import { pagesFor } from "../model/cache.ts";
import type { Model } from "../model/model.ts";
import { onDemand } from "../on-demand.ts";
import { Answer, givenAgain } from "./answer.ts";
import { CacheHistory } from "./cache-history.ts";
import { Company } from "./company.ts";
import { decode, type Shared } from "./decode.ts";
import type { BeginDrafts } from "./draft-source.ts";
import type { LendingGenerator } from "./lending.ts";
import { createMachine, lossBehind, onlyMachine, type Machine, type Machines } from "./machine.ts";
import { checkPromptIds } from "./prompt-check.ts";
import { ReadAhead } from "./read-ahead.ts";
import type { GenerateRequest, Generation } from "./request.ts";
import { RunAhead } from "./run-ahead.ts";
import { Sequence } from "./sequence.ts";
import type { GenerateStats, StopReason } from "./trace.ts";
import { Turns } from "./turns.ts";

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

// A call that loses the device again and again, with no new token, is the cause: a dispatch that takes too long.
const mostLosses = 3;

/** A generator over machines of one model, each like the first. `restored`: what the cache of an engine that has ended held. */
export function generatorOver(
  machines: Machines,
  first: Machine,
  options: GeneratorOptions = {},
  restored?: CacheHistory,
): LendingGenerator {
  const { config, gpu, cache } = first.model;
  const contextLength = cache.context;
  const mostSequences = Math.min(
    options.sequences ?? mostStepTokens,
    Math.floor(tablePages / pagesFor(contextLength)), // that the page table has room for
  );
  const turns = new Turns();
  let company: { of: Machine; all: Company } | undefined;
  const shared: Shared = {
    machines,
    turns,
    filling: new Turns(),
    chain: new Set(),
    runAhead: new RunAhead(gpu.variants.runAhead ? options.runAhead : 1),
    drafts: options.drafts,
    companyOf(machine) {
      if (company?.of !== machine) company = { of: machine, all: new Company(machine.steps) };
      return company.all;
    },
  };
  /** Of the generation that runs alone, or began so. */
  const own = new Sequence(restored, restored ? undefined : first);
  let disposed = false;

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
    let sequence = turn.index === 0 ? own : new Sequence();
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
          yield* decode(machine, sequence, turn, answer, shared);
          return;
        } catch (error) {
          if (answer.isCrowded) {
            // What it had can be computed again once the others are done.
            if (answer.delivered.length > 0) answer.former ??= new CacheHistory(sequence.history.state);
            sequence.leave();
            sequence = new Sequence(); // others may have its place while it waits
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
      if (sequence !== own || turns.isShared) sequence.leave();
      turn.release();
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
          else await own.refill(machine, await machine.lane(0), signal);
        };
        try {
          if ((await gpu.recover()) && isFilled) own.forget(machine);
          return await use({ machine, forget: () => history.cut(0), fill, vacate });
        } catch (error) {
          const named = namedShortage(error);
          const loss = await lossBehind(named, gpu, signal);
          if (!loss && !signal.aborted) own.forget(machine);
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
      if (own.filled) own.forget(own.filled);
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
