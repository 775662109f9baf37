// What a model records for one token and for many, without a GPU: a device that keeps what it is asked for and computes
// nothing. Each dispatch comes as its shader, constants, grid, and the label of the buffer at each binding.

import type { ModelConfig } from "../../src/format/model-config.ts";
import { expectedTensors } from "../../src/format/llama-tensors.ts";
import { type LinearRole, tensorRole } from "../../src/format/tensor-roles.ts";
import { openGpu } from "../../src/gpu/device.ts";
import type { Plan } from "../../src/gpu/plan.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import { mixedWeights } from "../../src/model/mixed-weights.ts";
import { Model } from "../../src/model/model.ts";
import type { ModelTensor } from "../../src/model/weights.ts";
import type { Encoding, KvFormat } from "../../src/quant/layout.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import { adaptedWeights } from "./adapted-weights.ts";

export interface RecordRequest {
  config?: Partial<ModelConfig>;
  kv?: KvFormat;
  contextLength?: number;
  variants?: Partial<Variants>;
  /** Once the model is made. */
  follow?: Partial<Variants>;
  limits?: Record<string, number>;
  features?: string[];
  /** Weights are split into parts below it. */
  maxBindingBytes?: number;
  /** For each matrix; `gathered`: a published scheme whose inputs have an order of their own. */
  encodingOf?: (role: string) => Encoding | "gathered";
  /** Plans of the model with a LoRA on these matrices of each layer, or on the head; and `mixed`, without it beside it. */
  adapted?: readonly (LinearRole | "head")[];
}

const tiny: ModelConfig = {
  dim: 40,
  hiddenDim: 90,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 12,
  vocabSize: 130,
  contextLength: 600,
  normEps: 1e-5,
  ropeTheta: 10_000,
  ropeScaling: { kind: "none" },
  tiedEmbeddings: false,
  eosIds: [],
};

const usage = { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128, QUERY_RESOLVE: 512 };

interface FakeBuffer {
  label: string;
  size: number;
  usage: number;
  words?: number[]; // of a uniform
  live: boolean;
}

interface FakePipeline {
  label: string;
  constants: Record<string, number>;
  getBindGroupLayout(index: number): number;
}

type Bound = Record<string, string>;

/** A device that keeps its buffers, and gives every dispatch as a line. */
function fakeDevice(limits: Record<string, number>, features: string[]) {
  const buffers: FakeBuffer[] = [];
  const numbers = new Map<string, number>();
  const nameOf = ({ label, usage: of, words }: FakeBuffer) =>
    of & usage.UNIFORM && words && !(of & usage.STORAGE) ? `${label}(${words})` : label;
  const device = {
    features: new Set(features),
    limits: {
      maxBufferSize: 2 ** 30,
      maxStorageBufferBindingSize: 2 ** 27,
      maxStorageBuffersPerShaderStage: 10,
      maxComputeWorkgroupsPerDimension: 65_535,
      ...limits,
    },
    adapterInfo: {},
    lost: new Promise(() => {}),
    addEventListener() {},
    removeEventListener() {},
    destroy() {},
    pushErrorScope() {},
    popErrorScope: () => Promise.resolve(null),
    queue: {
      writeBuffer(buffer: FakeBuffer, _at: number, data: ArrayBuffer | ArrayBufferView) {
        const bytes = ArrayBuffer.isView(data) ? data.buffer : data;
        buffer.words = [...new Uint32Array(bytes)].slice(0, 64);
      },
      submit() {},
    },
    createBuffer({ label, size, usage: of }: FakeBuffer): FakeBuffer & { destroy(): void } {
      const number = numbers.get(label) ?? 0;
      numbers.set(label, number + 1);
      const unique = number && !(of & usage.UNIFORM) ? `${label} ${number + 1}` : label;
      const buffer = { label: unique, size, usage: of, live: true, destroy: () => void (buffer.live = false) };
      buffers.push(buffer);
      return buffer;
    },
    createShaderModule: ({ label }: { label: string }) => ({ label }),
    createComputePipelineAsync: ({
      label,
      compute: { constants },
    }: {
      label: string;
      compute: { constants: Record<string, number> };
    }): Promise<FakePipeline> => Promise.resolve({ label, constants, getBindGroupLayout: (index: number) => index }),
    createCommandEncoder: () => ({ copyBufferToBuffer() {}, finish() {} }),
    createBindGroup({ layout, entries }: { layout: number; entries: GPUBindGroupEntry[] }): Bound {
      const bound = entries.map(({ binding, resource }): [string, string] => [
        `${layout}.${binding}`,
        nameOf((resource as unknown as { buffer: FakeBuffer }).buffer),
      ]);
      return Object.fromEntries(bound);
    },
  };
  return { device, buffers };
}

export interface RecordedDispatch {
  shader: string;
  constants: Record<string, number>;
  bound: Bound;
  grid: number[];
}

/** What a batch dispatches. */
function dispatches(plan: Plan, position: number, tokens: number): RecordedDispatch[] {
  const recorded: RecordedDispatch[] = [];
  let pipeline: FakePipeline;
  let bound: Bound = {};
  const sorted = <Value>(record: Record<string, Value>) =>
    Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const pass = {
    setPipeline(next: FakePipeline) {
      pipeline = next;
      bound = {};
    },
    setBindGroup: (_index: number, group: Bound) => Object.assign(bound, group),
    dispatchWorkgroups(...grid: number[]) {
      const { label, constants } = pipeline;
      recorded.push({ shader: label, constants: sorted(constants), bound: sorted(bound), grid });
    },
  };
  plan.encode(pass as unknown as GPUComputePassEncoder, { position, tokens });
  return recorded;
}

/** A model on that device; `live` gives the buffers that it has now. */
export async function modelOnFake(request: RecordRequest) {
  const { kv = "f32", contextLength = 200, variants, limits = {}, features = [], encodingOf = () => "f32" } = request;
  (globalThis as { GPUBufferUsage?: object }).GPUBufferUsage ??= usage;
  const { device, buffers } = fakeDevice(limits, features);
  const gpu = await openGpu({ device: device as unknown as GPUDevice });
  gpu.variants = { ...gpu.variants, ...variants };
  if (request.maxBindingBytes) Object.assign(gpu, { maxBindingBytes: request.maxBindingBytes, software: true });
  const config = { ...tiny, ...request.config };
  const tensors = [...expectedTensors(config)].map(([name, shape]): ModelTensor => {
    const [rows, cols] = shape.length === 1 ? [1, shape[0]] : shape;
    const encoding = shape.length === 1 ? "f32" : encodingOf(tensorRole(name)!.role);
    const end = 4 * rows * cols;
    if (encoding !== "gathered") return { name, encoding, rows, cols, file: "model", start: 0, end };
    const order = Uint32Array.from({ length: 32 * Math.ceil(cols / 32) }, (_, i) => i);
    const repack = { shader: "repack_columns", awq: false, outputs: rows, runs: [] };
    const format = {
      ...plainFormat("q8", cols),
      label: "made",
      decode: "affine",
      constants: { bits: 8 },
      order,
      repack,
    };
    return { name, rows, cols, matrix: {}, early: {}, format } as unknown as ModelTensor;
  });
  const model = await Model.create(gpu, config, tensors, { kv, contextLength });
  if (request.follow) model.follow({ variants: { ...gpu.variants, ...request.follow }, features: gpu.features });
  model.finishLoading();
  const live = () => buffers.filter((one) => one.live).map(({ label, size }) => ({ label, size }));
  return { model, live };
}

/** Every plan of a model, and the buffers of the loaded model before any was made. */
export async function recordPlans(request: RecordRequest) {
  const { contextLength = 200 } = request;
  const { model, live } = await modelOnFake(request);
  const { config } = model;
  const allocated = live();
  const weights = request.adapted ? await adaptedWeights(model, request.adapted) : model.weights;
  const token = await model.tokenPlan(weights);
  const batch = await model.batchPlan(weights);
  const few = (await model.fewPlan(3, weights)).plan;
  const both = request.adapted && (await mixedWeights(model, [weights])).weights;
  const mixed = both && (await model.fewPlan(2, both, true)).plan;
  const head = await model.headPlan(weights);
  const debug = await model.debugPlan(await model.debugLogits(), weights);
  const choose = [await model.samplePlan(), await model.topPlan()];
  const last = contextLength - 1;
  return {
    labels: {
      token: token.labels,
      few: few.labels,
      mixed: mixed?.labels,
      batch: batch.labels,
      head: head.labels,
      debug: debug.labels,
    },
    bytesRead: [token, batch, head, debug].map((plan) => plan.bytesRead),
    token: [dispatches(token, 0, 1), dispatches(token, last, 1)],
    batch: [dispatches(batch, 0, 7), dispatches(batch, 20, model.batchTokens)],
    head: dispatches(head, last, 1),
    debug: dispatches(debug, 0, 5),
    choose: choose.map((plan) => dispatches(plan, 3, 1)),
    config,
    allocated,
  };
}
