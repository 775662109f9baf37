// An answer on one machine, from where it stands to its end or the machine's: what is new of the prompt is prefilled, then
// several steps are in flight at once. The sampled id feeds the next step on the GPU; the host reads ids late, through a ring,
// and throws the surplus away once a stop is seen.

import { isShortage, PronkError } from "../errors.ts";
import { mostTopTokens } from "../gpu/operations.ts";
import { namedShortage } from "../gpu/shortage.ts";
import type { Answer } from "./answer.ts";
import { CacheHistory, type Slice } from "./cache-history.ts";
import type { Companion, Company } from "./company.ts";
import { type BeginDrafts, draftSizes } from "./draft-source.ts";
import { likelihoodIn } from "./likelihood.ts";
import { type Lane, lossBehind, type Machine, type Machines } from "./machine.ts";
import type { RunAhead } from "./run-ahead.ts";
import { endOf, type Sequence } from "./sequence.ts";
import type { Sampled } from "./steps-context.ts";
import type { Turn, Turns } from "./turns.ts";
import { checkChoice } from "./unusable-logits.ts";

/** What the answers of a generator have in common. */
export interface Shared {
  readonly machines: Pick<Machines, "proved">;
  readonly turns: Turns;
  /** Prompts, one at a time. */
  readonly filling: Turns;
  /** Steps in flight of a sequence that decodes alone. */
  readonly chain: Set<Promise<unknown>>;
  readonly runAhead: RunAhead;
  readonly drafts: BeginDrafts | undefined;
  companyOf(machine: Machine): Company;
}

// A batch is padded to eight tokens, so a few are faster as steps. Guessed: on a software adapter seven cost the same either
// way (`npm run schemas`, 2026-11-29); no GPU was at hand.
const leastFed = 4;

/** Continues from what was delivered. Rejects with the loss of the machine where there is one. */
export async function* decode(
  machine: Machine,
  sequence: Sequence,
  turn: Turn,
  answer: Answer,
  { machines, turns, filling, chain, runAhead, drafts: beginDrafts, companyOf }: Shared,
): AsyncGenerator<number> {
  const { model, kept } = machine;
  const { gpu, config } = model;
  const { history } = sequence;
  const { delivered, stats, onLogits } = answer;
  const { promptIds, adapter, stopIds, signal, sampling, constrain, logitsFrom, onLikelihood } = answer.request;
  const contextLength = model.cache.context;
  const known = delivered.length; // when this began
  const last = promptIds.length + known - 1; // where the last of all these ids stands
  const isLooked = onLikelihood !== undefined;
  const forced = onLogits || onLikelihood ? undefined : answer.request.forced; // these report on each choice
  let most = Math.min(answer.request.maxTokens, contextLength - promptIds.length);
  let lane!: Lane; // once it is there
  let fill: Turn | undefined;
  let companion: Companion | undefined;
  let drafts: ReturnType<BeginDrafts> | undefined;
  let isFilled = false; // the cache, with what the history says
  let isSound = true; // what the cache holds
  const inFlight: Promise<Sampled>[] = [];
  let isInCompany = false; // what is in flight, as it was submitted
  let checked = 0; // of it, those that were drafted, or came with a draft
  let submitted = known; // ids sampled or being sampled; number i stands at position promptIds.length + i
  let noted = Math.max(0, known - 1); // of them, those that the history has

  const manner = (plan: Slice["plan"]) => ({ plan, promptLength: promptIds.length, adapter });
  const onBatch = (ids: readonly number[], plan: Slice["plan"]) => history.add(ids, manner(plan));
  const note = (end: number) => {
    history.add(delivered.slice(noted, end), manner("one"));
    noted = Math.max(noted, end);
  };
  const submit = (step: Promise<Sampled>, inCompany = false) => {
    step.catch(() => {}); // reported when its turn comes; nobody may be reading when the device is lost
    inFlight.push(step);
    isInCompany = inCompany;
  };
  /** Of work that others may not come between. */
  const chained = <T>(work: Promise<T>): Promise<T> => {
    const isOver: Promise<unknown> = work.catch(() => {}).then(() => chain.delete(isOver));
    chain.add(isOver);
    return work;
  };
  const settled = async () => {
    while (model.pages.pool.growing) await model.pages.pool.growing;
  };
  /** Pages for the ids before number `end`: where memory for more runs out the answer ends early, as at the context's end. */
  const reserve = async (end: number) => {
    const { pages } = lane;
    if (promptIds.length + end <= pages.room) return;
    await pages.reserve(promptIds.length + end, promptIds.length + submitted).catch((error: unknown) => {
      if (!isShortage(error) || turn.wasShared) throw error;
      most = Math.max(submitted, pages.room - promptIds.length);
    });
  };

  /** Takes its place on the machine, with what the cache has of the prompt. */
  async function open(): Promise<void> {
    while (chain.size > 0) await Promise.all(chain); // a sequence that was alone until now
    lane = await machine.lane(turn.index);
    if (sequence.running?.pages !== lane.pages) sequence.running = { history, pages: lane.pages, machine };
    if ((await gpu.recover()) && sequence.filled === machine) sequence.forget(machine);
    if (answer.isBegun) return;
    const wanted = onLogits ? promptIds.slice(0, (logitsFrom ?? 0) + 1) : promptIds; // the last is computed anew
    if (sequence.filled === machine || history.length === 0) {
      await kept.turnTo(sequence.running, wanted, adapter);
      sequence.filled = machine;
    } else history.cut(history.sharedPrefix(wanted, adapter));
    if (known === 0) stats.cachedTokens = history.length;
    answer.isBegun = true;
    answer.trace([]);
  }

  /** Cuts the history before what has to be computed again. Where the last id was fed together with others, all of them are. */
  function cutToFeed(): Slice[] {
    if (known === 0) {
      if (history.length === promptIds.length) history.reopenLast();
      return [];
    }
    const batches = (answer.former ?? history).batchesFrom(last).filter(({ position }) => position >= promptIds.length);
    const left = batches.flatMap(behindLast);
    const stillForced = left.length > 0 ? forced?.(delivered) : undefined;
    if (left.some((id, i) => id !== stillForced?.[i])) batches.length = 0; // another call's
    if (batches.length > 0) {
      answer.former ??= new CacheHistory(history.state); // until they are fed
      history.cut(batches[0].position);
    } else {
      history.cut(last);
      // An engine that died could not record this.
      const answered = history.length - promptIds.length;
      if (answered >= 0 && !answer.former) history.add(delivered.slice(answered, known - 1), manner("one"));
    }
    return batches;
  }

  /** Of a batch, the ids behind the last that is known. */
  const behindLast = ({ ids, position }: Slice) => ids.slice(Math.max(0, last + 1 - position));

  /** Computes the prompt and the answer again, up to what is fed, where the history does not have them. */
  async function recompute(record: CacheHistory, batches: readonly Slice[]): Promise<void> {
    if (known === 0 || !(answer.former || history.length < promptIds.length)) return;
    const { steps } = lane;
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

  const feed = (ids: readonly number[], position: number, uncounted = ids) => {
    lane.steps.feed(ids, position, uncounted, onBatch);
    noted = position + ids.length - promptIds.length;
    submitted = noted + 1;
  };

  /**
   * Chooses from what was computed last, behind the answer and these ids, which are fed. Nothing may come between the two, so
   * it waits for nothing. False where nothing may follow.
   */
  const chooseNext = (fed: readonly number[]): boolean => {
    if (delivered.length + fed.length >= most) return true; // it is over anyway
    const allowed = constrain!([...delivered, ...fed]);
    if (!allowed) return false;
    lane.steps.constrain(allowed);
    submit(chained(lane.steps.choose(promptIds.length + submitted - 2, { onLogits, onLikelihood })));
    return true;
  };

  /** Computes the rest of the prompt and chooses the first id. False where nothing may be chosen. */
  async function prefill(): Promise<boolean> {
    const { steps } = lane;
    if (constrain) {
      const allowed = constrain(delivered);
      if (!allowed) return false;
      steps.constrain(allowed);
    }
    const options = { signal, onLogits, logitsFrom, onLikelihood, onBatch };
    submit((await steps.prefill(promptIds, history.length, options)).first);
    submitted = 1;
    return true;
  }

  /** Feeds batches of before again, and chooses behind the last. False where nothing may follow. */
  async function* feedAgain(batches: readonly Slice[]): AsyncGenerator<number, boolean> {
    await lane.steps.watch({ onLogits, onLikelihood });
    for (const batch of batches) {
      const left = behindLast(batch);
      await lane.pages.reserve(endOf(batch), batch.position);
      await settled();
      feed(batch.ids, batch.position, left);
      const goesOn = batch !== batches.at(-1) || chooseNext(left);
      yield* answer.give(left);
      if (!goesOn) return false;
    }
    answer.former = undefined;
    if (batches.length === 0) lane.steps.goOnFrom(delivered[known - 1], last);
    return true;
  }

  /** Others' prompts may follow, and this one decodes beside others. */
  function join(): void {
    if (inFlight.length === 0) fill!.release(); // else once the first id has come: it also tells how the prompt arrived
    if (turn.shares) companion = companyOf(machine).join();
  }

  /**
   * Nothing is in flight, and what may come is known: ids that are forced are given at once, the next is chosen from what is
   * allowed. False where nothing may follow.
   */
  async function* chooseAllowed(): AsyncGenerator<number, boolean> {
    const { pages, steps } = lane;
    const left = most - delivered.length;
    let ids = forced?.(delivered).slice(0, left) ?? [];
    await reserve(Math.min(most, delivered.length + ids.length + 2)); // with the step behind the next
    ids = ids.slice(0, Math.min(left, pages.room - promptIds.length - delivered.length));
    if (ids.length < leastFed) ids = [];
    await settled();
    const position = promptIds.length + delivered.length - 1;
    if (companion && turns.isShared && ids.length === 0) {
      submitted = delivered.length;
      const allowed = constrain!(delivered);
      if (!allowed) return false;
      steps.constrain(allowed);
      submit(companion.next({ steps, id: delivered.at(-1)!, position, isLooked }), true);
      submitted++;
      return true;
    }
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
    return goesOn;
  }

  /** Steps may run ahead until another draft may come. */
  const restsAt = (ids: number) => !drafts || turns.isShared || promptIds.length + ids < drafts.restsUntil;

  /** Checks ids that are proposed, in one step. */
  async function checkDraft(depth: number): Promise<void> {
    const draft = await drafts!.next(delivered, most - submitted - 1, depth);
    signal?.throwIfAborted();
    if (draft.length === 0 || turns.isShared) return;
    const began = performance.now();
    const sampled = await chained(lane.steps.verify(delivered.at(-1)!, draft, promptIds.length + submitted - 1));
    drafts!.learn(sampled.length - 1, performance.now() - began);
    for (const one of sampled) submit(Promise.resolve(one));
    checked = sampled.length;
    submitted += sampled.length;
  }

  /** Submits steps until so many are in flight, alone or in company, but not both. */
  function stepAhead(depth: number): void {
    const { steps } = lane;
    const inCompany = inFlight.length === 0 ? companion !== undefined && turns.isShared : isInCompany;
    for (; inFlight.length < depth && submitted < most && inCompany === turns.isShared; submitted++) {
      if (inFlight.length > 0 && !restsAt(submitted)) break;
      const position = promptIds.length + submitted - 1;
      const id = inFlight.length === 0 ? delivered.at(-1)! : undefined;
      if (!inCompany && !steps.isChained) {
        if (id === undefined) break; // another came between
        steps.goOnFrom(id, position);
      }
      submit(
        inCompany
          ? companion!.next({ steps, id, position, isLooked })
          : chained(steps.next(position, { onLogits, onLikelihood })),
        inCompany,
      );
    }
  }

  try {
    fill = await filling.acquire({ signal });
    await open();
    if (most <= 0 && !onLogits) return answer.end(answer.request.maxTokens > 0 ? "context-full" : "length");
    let started = performance.now();
    const { pages, steps } = lane;
    const record = answer.former ?? history;
    const batches = cutToFeed();
    const end = Math.max(history.length, promptIds.length + known, ...batches.map(endOf));
    await pages.reserve(end, sequence.filled === machine ? history.length : 0);
    await sequence.refill(machine, lane, signal);
    steps.use(adapter);
    await recompute(record, batches);
    isFilled = true;
    steps.prepare(sampling, promptIds, Boolean(constrain), delivered);
    const goesOn = known === 0 ? await prefill() : yield* feedAgain(batches);
    if (!goesOn) return answer.end("stop");
    if (known > 0) {
      stats.recoveryMs += performance.now() - started;
      started = performance.now();
    }
    drafts = constrain || onLogits || onLikelihood ? undefined : beginDrafts?.(answer.request);
    if (drafts) await steps.prepareDrafts();
    join();
    let lastRead = started;
    while (stats.generatedTokens < most) {
      // What will not be delivered is not sampled: no step writes at or past the context's end.
      const depth = constrain ? 0 : onLikelihood ? 1 : runAhead.depth;
      await reserve(Math.min(most, submitted + Math.max(drafts ? 1 + draftSizes[0] : 2, depth)));
      if (constrain && inFlight.length === 0) {
        if (!(yield* chooseAllowed())) return answer.end("stop");
        if (inFlight.length === 0) continue; // all that was left was forced
      }
      if (constrain && !turns.isShared && steps.isChained && submitted < most && submitted === delivered.length + 1)
        steps.compute(promptIds.length + submitted++ - 1);
      if (drafts && inFlight.length === 0 && delivered.length > 0 && !restsAt(submitted)) await checkDraft(depth);
      stepAhead(depth);
      const { id, logits, likelihood: sampled } = await inFlight.shift()!;
      gpu.check();
      signal?.throwIfAborted();
      const position = promptIds.length + delivered.length - 1; // the logits stand there
      checkChoice(id, config.vocabSize, position);
      fill.release();
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
    // Ring slots come home before the next call. What nobody waits for any more also tells how the cache was filled.
    for (const step of await Promise.allSettled(inFlight))
      if ((step as PromiseRejectedResult).reason?.code === "driver-fault") isSound &&= answer.isLost;
    // An id's keys and values are in the cache once a later step was submitted.
    if (!isSound) sequence.forget(machine);
    else if (isFilled) {
      note(Math.max(0, submitted - 1));
      answer.trace([]); // how it ended: only now does the history say what its tokens left behind
    }
    fill?.release();
  }
}
