// What steps of one token and steps of several share.

import type { Batch, Plan } from "../gpu/plan.ts";
import type { Ring } from "../gpu/readback.ts";
import type { CachePages } from "../model/cache-pages.ts";
import type { Model, SamplerBuffers } from "../model/model.ts";
import type { ModelWeights } from "../model/weights.ts";
import type { Likelihood, LikelihoodOf } from "./likelihood.ts";
import type { Sent } from "./receipts.ts";

/** What a step came to. */
export interface Sampled {
  id: number;
  /** The logits it was chosen from, if asked for. [vocabSize] */
  logits?: Float32Array;
  /** If asked for. */
  likelihood?: Likelihood;
}

/** What runs, over the weights as they are or as an adapter changes them. */
export interface Recorded {
  weights: ModelWeights;
  one: Plan;
  many: Plan;
  head: Plan;
}

/** What shared-steps.ts needs of what is here. */
export interface StepsContext {
  model: Model;
  /** Without an adapter, then with each. */
  recorded(): readonly Recorded[];
  ring: Ring;
  run(encoder: GPUCommandEncoder, plans: Plan[], batch: Batch): void;
  setStep(own: Own, ids: readonly number[], position: number): void;
  copyTable(encoder: GPUCommandEncoder, own: Own): (() => Promise<void>) | undefined;
  /** Says that no sequence's newest id is where its next step looks for it. */
  unchain(): void;
  /** As Likelihoods has it, for a sequence whose watchers are known. */
  look(encoder: GPUCommandEncoder, own: Own): () => Promise<LikelihoodOf>;
  /** Made on first use. Errors: `out-of-memory`. */
  ringOf(name: string, slots: number, slotBytes: number): Promise<Ring>;
}

/** What a sequence has of its own. */
export interface Own {
  index: number; // among the sequences
  plans: Recorded; // that it runs now
  pages: CachePages;
  sampler: SamplerBuffers;
  sample: Plan;
  sent: Sent;
  given: readonly number[] | Promise<readonly number[]>; // to the next step
  seen: number; // changes of the table that a step's receipt covers
}
