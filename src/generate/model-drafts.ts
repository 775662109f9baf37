// Drafts by a smaller model: it goes on from the same ids, with the same sampling. How far is what pays, by the share of its
// ids that were right and by what its tokens, a check and a step without a draft were measured to take.

import { draftSizes, type BeginDrafts, type DraftSource } from "./draft-source.ts";
import type { GenerateRequest, Generator } from "./request.ts";

const newestWeight = 0.2; // in an average
const decay = 0.95; // of what was seen of earlier drafts, each time
const expected = { right: 1.4, tried: 2 }; // before anything is seen. Not measured.
const shortestRest = 4; // tokens
const longestRest = 64; // Neither was measured.

/** Averages in milliseconds, over all answers. */
interface Costs {
  token?: number;
  /** A draft and its check, by its size. */
  draft: Map<number, number>;
}

const average = (before: number | undefined, now: number): number =>
  before === undefined ? now : before + newestWeight * (now - before);

/** Drafts by this model, one answer at a time. */
export function modelDrafts(model: Generator): BeginDrafts {
  const costs: Costs = { draft: new Map() };
  return (request) => new ModelDrafts(model, request, costs);
}

class ModelDrafts implements DraftSource {
  restsUntil: number;
  readonly #model: Generator;
  readonly #request: GenerateRequest;
  readonly #costs: Costs;
  #seen = { ...expected };
  #misses = 0; // times in a row that no draft would have paid
  #last = { size: 0, ms: 0, length: 0 };
  #isWarm = false; // its cache has the prompt

  constructor(model: Generator, request: GenerateRequest, costs: Costs) {
    [this.#model, this.#request, this.#costs] = [model, request, costs];
    // What a token takes without a draft is seen first.
    this.restsUntil = costs.token === undefined ? request.promptIds.length + shortestRest : 0;
  }

  async next(answer: readonly number[], room: number): Promise<readonly number[]> {
    const { promptIds, sampling, signal } = this.#request;
    const { contextLength, vocabSize } = this.#model;
    const ids = [...promptIds, ...answer];
    const size = this.#sizeWithin(room, ids.length);
    if (size === 0) return [];
    const started = performance.now();
    const draft: number[] = [];
    try {
      if (ids.length + size > contextLength || ids.some((id) => id >= vocabSize)) throw new Error("beyond this model");
      const told = this.#model.generate({ promptIds: ids, maxTokens: size, sampling, stopIds: [], signal });
      for await (const id of told) draft.push(id);
    } catch {
      this.restsUntil = Infinity; // the answer goes on without
      return [];
    }
    this.#last = { size, ms: performance.now() - started, length: ids.length };
    return draft;
  }

  learn(right: number, checkMs: number): void {
    const { size, ms, length } = this.#last;
    const { draft } = this.#costs;
    if (this.#isWarm) draft.set(size, average(draft.get(size), ms + checkMs));
    this.#isWarm = true;
    const { right: before, tried } = this.#seen;
    this.#seen = { right: before * decay + right, tried: tried * decay + Math.min(size, right + 1) };
    if (this.#best(draftSizes) > 0) this.#misses = 0;
    else this.restsUntil = length + right + 1 + Math.min(longestRest, shortestRest * 2 ** this.#misses++);
  }

  observe(tokenMs: number): void {
    this.#costs.token = average(this.#costs.token, tokenMs);
  }

  /** After a rest even one that would not have paid is tried: what comes now may be easier to guess. */
  #sizeWithin(most: number, length: number): number {
    const sizes = draftSizes.filter((one) => one <= most);
    if (sizes.length === 0) this.restsUntil = length + shortestRest;
    return this.#best(sizes) || (sizes.at(-1) ?? 0);
  }

  /** The size that gives most tokens a millisecond; 0 where steps without drafts do. One that was not tried yet comes first. */
  #best(sizes: readonly number[]): number {
    const share = Math.min(1, this.#seen.right / this.#seen.tried);
    let [best, rate] = [0, 1 / (this.#costs.token ?? Infinity)];
    for (const size of sizes) {
      const ms = this.#costs.draft.get(size);
      if (ms === undefined) return size;
      let tokens = 1; // the step's own, and each id that is right behind others that are
      for (let power = share, i = 0; i < size; i++, power *= share) tokens += power;
      if (tokens / ms > rate) [best, rate] = [size, tokens / ms];
    }
    return best;
  }
}
