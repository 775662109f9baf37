// What becomes one dispatch. An operation is covered from its outermost value inwards: the first rule that fits takes as
// much of it as one step can, and the rest is computed into scratch beforehand, by the same rules. Which rules fit depends
// on the adapter, and on whether one token or many are computed. To add a fusion, add a rule.

import type {
  Activation,
  Attend,
  Embed,
  Gate,
  HeadNormed,
  HeadShape,
  KeysValues,
  LayerCache,
  LayerNormed,
  Norm,
  Normed,
  Operation,
  Product,
  Rope,
  OfRole,
  Sample,
  TopTokens,
  Value,
} from "./operations.ts";
import { strideOf } from "./operations.ts";
import type { RowPlace } from "./row-place.ts";
import type { Variants } from "./variants.ts";
import { areNeighbours, rowsOfRole, type Weight } from "./weight.ts";

/** Room for intermediate values. */
export interface Scratch {
  normed: Activation; // [T, dim]
  products: Activation; // [T, the widest of qkv and, where nothing is fused, gate and up]
  q: Activation; // [T, heads * headDim]
  attended: Activation; // [T, heads * headDim]
  gated: Activation; // [T, hiddenDim]
  partial: GPUBuffer; // [tokens of a step, heads, splits, headDim + 2]
  /** Keys and values in f32 on their way into a q8 cache, [kvHeads, rows, dims of a cache row]. */
  fresh: KeysValues & { rows: number };
}

/** What operations are fused for. */
interface Target {
  /** For batches of a prompt; otherwise for a step: a single token, or a few, each computed as if it were alone. */
  many: boolean;
  variants: Pick<Variants, "fused" | "attentionSplit">;
  storageBuffersPerShader: number;
  scratch: Partial<Scratch>;
}

/** Where q, k and v go once q and k are turned: keys and values into the cache, or beside one that does not hold floats. */
export interface Turned {
  q: Activation;
  into: KeysValues;
  pages: GPUBuffer;
  beside?: { rows: number };
  table: GPUBuffer;
  shape: HeadShape;
}

/** One dispatch, or one for each part of its weight. */
export type Step =
  | { step: "embed"; out: Activation; weight: Weight; tokens: GPUBuffer; scale?: number }
  | { step: "norm"; out: Activation; x: Activation; norm: Norm; add?: boolean; centred?: true }
  /** `norm`: of x on the way, for one token. `swiglu`: of rows of gate and up that are neighbours. */
  | {
      step: "product";
      give: "store" | "add" | "swiglu";
      activation?: Gate["activation"];
      cap?: number;
      out: Activation;
      weight: Weight;
      x: Activation;
      norm?: Norm;
    }
  /** Of up's rows, for one token; `out` holds the gate's product. */
  | {
      step: "product, gate";
      activation?: Gate["activation"];
      out: Activation;
      weight: Weight;
      x: Activation;
      norm: Norm;
    }
  | { step: "product, rope, cache"; turned: Turned; weight: Weight; x: Activation; norm: Norm }
  | { step: "rope, cache"; turned: Turned; rows: Activation; headNorm?: Norm & Pick<HeadNormed, "joint"> }
  | { step: "quantize cache"; cache: LayerCache; fresh: Scratch["fresh"]; shape: HeadShape }
  /** `fresh`: a key and a value that it puts into the cache. */
  | {
      step: "attend";
      out: Activation;
      q: Activation;
      cache: LayerCache;
      shape: HeadShape;
      partial: GPUBuffer;
      fresh?: Scratch["fresh"];
    }
  /** Of the parts that attention was split into. */
  | { step: "merge"; out: Activation; partial: GPUBuffer; shape: HeadShape }
  /** Of products that are written down. */
  | { step: "gate"; activation?: Gate["activation"]; out: Activation; both: Activation; gate: RowPlace; up: RowPlace }
  | { step: "sample"; sample: Sample }
  | { step: "top tokens"; top: TopTokens };

/** The steps of all operations, in order. */
export function fuse(operations: readonly Operation[], target: Target): Step[] {
  return operations.flatMap((operation): Step[] => {
    if (operation.op === "sample") return [{ step: "sample", sample: operation }];
    if (operation.op === "top tokens") return [{ step: "top tokens", top: operation }];
    const { out, value } = operation;
    const cover = new Cover(target);
    cover.compute(operation.op === "add" ? { value, out, add: true } : { value, out });
    return cover.steps;
  });
}

type Computed = Exclude<Value, Activation>;

interface Goal<Of extends Computed = Computed> {
  value: Of;
  out: Activation;
  add?: boolean;
}

/** Steps that end with the goal's; undefined where the rule does not fit. Operands are written only once it is known to fit. */
type Rule<Of extends Computed> = (goal: Goal<Of>, cover: Cover) => Step[] | undefined;

/** The cover of one operation, as it grows. */
class Cover {
  readonly steps: Step[] = [];
  readonly target: Target;
  /** Whether a step's products are joined with what comes before and after them. */
  readonly joins: boolean;
  readonly #written = new Map<Computed, Activation>();

  constructor(target: Target) {
    this.target = target;
    this.joins = target.variants.fused && !target.many;
  }

  compute(goal: Goal): void {
    for (const rule of rules[goal.value.op] as Rule<Computed>[]) {
      const steps = rule(goal, this);
      if (!steps) continue;
      this.steps.push(...steps);
      return;
    }
    throw new Error(`No rule of fusion.ts computes this ${goal.value.op}.`);
  }

  /** The value, after the steps so far: itself, or in scratch. */
  written(value: Value): Activation {
    if (value.op === undefined) return value;
    let out = this.#written.get(value);
    if (out) return out;
    out = this.#place(value);
    this.#written.set(value, out);
    this.compute({ value, out });
    return out;
  }

  room<Name extends keyof Scratch>(name: Name): Scratch[Name] {
    const room = this.target.scratch[name];
    if (!room) throw new Error(`There is no scratch for ${name}.`);
    return room as Scratch[Name];
  }

  #place(value: Computed): Activation {
    switch (value.op) {
      case "norm":
      case "layer norm":
        return this.room("normed");
      case "product":
        return { ...this.room("products"), cols: value.weight.rows, stride: strideOf(value.weight.rows) };
      case "attend":
        return this.room("attended");
      case "gate":
        return this.room("gated");
      case "embed":
        throw new Error("An embedding is written where the stream begins.");
    }
  }
}

const embedded: Rule<Embed> = ({ value: { weight, tokens, scale }, out }) => [
  { step: "embed", out, weight, tokens, scale },
];

const normed: Rule<Normed> = ({ value, out, add }, cover) => [
  { step: "norm", out, x: cover.written(value.x), norm: value, add },
];

const layerNormed: Rule<LayerNormed> = ({ value, out }) => [
  { step: "norm", out, x: value.x, norm: value, centred: true },
];

/** W norm(x) */
const productOfNorm: Rule<Product> = ({ value: { weight, x, cap }, out, add }, { joins }) => {
  if (!joins || add || x.op !== "norm") return undefined;
  return behindReduced({ step: "product", give: "store", cap, out, weight, x: x.x, norm: x });
};

/** y += W x is one step, like y = W x. */
const product: Rule<Product> = ({ value: { weight, x, cap }, out, add }, cover) =>
  behindReduced({ step: "product", give: add ? "add" : "store", cap, out, weight, x: cover.written(x) });

/** Puts A x, of the same x, before a product that a LoRA changes: one step for all of the weight's matrices. */
function behindReduced(step: Extract<Step, { weight: Weight; x: Activation }>): Step[] {
  const { lowRank } = step.weight;
  if (!lowRank) return [step];
  const { down: weight, reduced: out } = lowRank;
  return [{ step: "product", give: "store", out, weight, x: step.x, norm: step.norm }, step];
}

/** silu(Wgate x) * Wup x, where the rows of both are neighbours in one weight. */
const gatedProduct: Rule<Gate> = ({ value, out }, cover) => {
  const { weight, x } = bothRows(value);
  if (!cover.target.variants.fused || !inPairs(value)) return undefined;
  const of = { step: "product", give: "swiglu", activation: value.activation, out, weight } as const;
  if (cover.target.many || x.op !== "norm") return behindReduced({ ...of, x: cover.written(x) });
  return behindReduced({ ...of, x: x.x, norm: x });
};

/** Where they are apart: the gate's product, then up's, which gates it. */
const gatingProduct: Rule<Gate> = ({ value, out }, { joins }) => {
  const { weight, x } = bothRows(value);
  if (!joins || x.op !== "norm" || inPairs(value)) return undefined;
  const of = { out, x: x.x, norm: x };
  return [
    ...behindReduced({ ...of, step: "product", give: "store", weight: rowsOfRole(weight, value.gate.role) }),
    { ...of, step: "product, gate", activation: value.activation, weight: rowsOfRole(weight, value.up.role) },
  ];
};

const gateApart: Rule<Gate> = ({ value, out }, cover) => {
  const both = bothRows(value);
  const [gate, up] = [value.gate, value.up].map(({ role }) => both.weight.roles.get(role)!.place);
  return [{ step: "gate", activation: value.activation, out, both: cover.written(both), gate, up }];
};

const inPairs = ({ gate, up }: Gate) => areNeighbours(gate.of.weight, gate.role, up.role);

function bothRows({ gate, up }: Gate): Product {
  if (gate.of !== up.of) throw new Error("Gate and up are rows of one product.");
  return gate.of;
}

/** q, k and v of one product, turned and kept, then attention over the cache. A q8 cache takes one token's during attention. */
const attendAndKeep: Rule<Attend> = ({ value, out }, cover) => {
  const { many, variants } = cover.target;
  const { shape } = value;
  const { cache } = value.cache;
  const { context, window = context } = shape;
  const q = cover.room("q");
  const partial = cover.room("partial");
  const fresh = shape.kv === "q8" ? cover.room("fresh") : undefined;
  const turned = { q, into: fresh ?? cache, pages: cache.pages, beside: fresh, table: value.q.table, shape };
  cover.steps.push(...(productRopeCache(value, turned, cover) ?? [ropeCache(value, turned, cover)]));
  if (fresh && many) cover.steps.push({ step: "quantize cache", cache, fresh, shape });
  const attended: Step = { step: "attend", out, q, cache, shape, partial, ...(many ? {} : { fresh }) };
  if (many || Math.min(context, window) <= variants.attentionSplit) return [attended];
  return [attended, { step: "merge", out, partial, shape }];
};

/** Buffers of a product that turns and keeps, WebGPU's default; a gathered input and a bias take one more each, a LoRA two. */
const turningBuffers = 8;

/** rope(Wq norm(x)), and rope(Wk norm(x)) and Wv norm(x) into the cache. The norm of a head would need the whole head. */
function productRopeCache(value: Attend, turned: Turned, { joins, target }: Cover): Step[] | undefined {
  const { weight, x } = turnedRows(value);
  // With several LoRAs side by side Firefox 153 crashes on this product (llvmpipe, 2026-11-30).
  if (weight.lowRank?.apart) return undefined;
  const changes = weight.lowRank ? 2 : Number(weight.bias !== undefined);
  const buffers = turningBuffers + Number(weight.parts.some(({ order }) => order)) + changes;
  if (!joins || x.op !== "norm" || headsOf(value.q)[1] || buffers > target.storageBuffersPerShader) return undefined;
  return behindReduced({ step: "product, rope, cache", turned, weight, x: x.x, norm: x });
}

function ropeCache(value: Attend, turned: Turned, cover: Cover): Step {
  return { step: "rope, cache", turned, rows: cover.written(turnedRows(value)), headNorm: headsOf(value.q)[1] };
}

function turnedRows({ q, cache: { k, v } }: Attend): Product {
  if ([q, k].some((heads) => headsOf(heads)[0].of !== v.of))
    throw new Error("Queries, keys and values are rows of one product.");
  return v.of;
}

const headsOf = ({ x }: Rope): [OfRole, HeadNormed?] => (x.op === "head norm" ? [x.x, x] : [x]);

/** Rules for each operation, those that cover most first. */
const rules: { [Op in Computed["op"]]: Rule<Extract<Computed, { op: Op }>>[] } = {
  embed: [embedded],
  norm: [normed],
  "layer norm": [layerNormed],
  product: [productOfNorm, product],
  gate: [gatedProduct, gatingProduct, gateApart],
  attend: [attendAndKeep],
};
