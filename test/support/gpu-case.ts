// A GPU for one kernel check: buffers from arrays, operations recorded as the engine records them, results read back.
// Devices are shared by all checks with the same features; each case frees its own buffers.

import { Kernels } from "../../src/gpu/kernel.ts";
import { openGpu, type Gpu } from "../../src/gpu/device.ts";
import { GpuMemory } from "../../src/gpu/memory.ts";
import { strideOf, type Activation, type Operation } from "../../src/gpu/operations.ts";
import { makePlan } from "../../src/gpu/plan.ts";
import { Recorder, type RecordRequest } from "../../src/gpu/recorder.ts";
import { Repacker } from "../../src/gpu/repacker.ts";
import type { RowPlace } from "../../src/gpu/row-place.ts";
import { stepBytes, stepRecord } from "../../src/gpu/step-record.ts";
import { Uploader } from "../../src/gpu/upload.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import { allocateWeight, type Weight } from "../../src/gpu/weight.ts";
import type { Panel } from "../../src/format/tensor.ts";
import type { Encoding } from "../../src/quant/layout.ts";
import { plainFormat } from "../../src/quant/row-format.ts";
import type { CheckContext } from "../harness/check.ts";

const opened = new Map<string, Promise<{ gpu: Gpu; kernels: Kernels }>>();

type PlanOptions = Pick<RecordRequest, "scratch"> & { few?: boolean };

export type Case = Awaited<ReturnType<typeof openCase>>;

/** `variants` overrides which kernels run; without it, what the adapter gets by default. */
export async function openCase({ without }: CheckContext, variants: Partial<Variants> = {}) {
  const key = without.join();
  if (!opened.has(key)) {
    opened.set(
      key,
      openGpu({ without }).then((gpu) => ({ gpu, kernels: new Kernels(gpu) })),
    );
  }
  const { gpu: real, kernels } = await opened.get(key)!;
  const gpu: Gpu = Object.create(real, { variants: { value: { ...real.variants, ...variants } } });
  const { device } = gpu;
  const memory = new GpuMemory(gpu);
  const step = memory.storage("step", stepBytes, GPUBufferUsage.COPY_SRC | GPUBufferUsage.UNIFORM);

  function buffer(data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): GPUBuffer {
    const made = memory.storage("test", data.byteLength, GPUBufferUsage.COPY_SRC);
    device.queue.writeBuffer(made, 0, data);
    return made;
  }

  async function read(source: GPUBuffer, sizeBytes = source.size, offset = 0): Promise<ArrayBuffer> {
    const copy = memory.readback("test", sizeBytes);
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, offset, copy, 0, sizeBytes);
    device.queue.submit([encoder.finish()]);
    await copy.mapAsync(GPUMapMode.READ);
    const bytes = copy.getMappedRange().slice(0);
    memory.release(copy);
    gpu.check();
    return bytes;
  }

  return {
    gpu,
    memory,
    kernels,
    step,
    buffer,
    read,

    setStep(position: number, count: number) {
      device.queue.writeBuffer(step, 0, stepRecord({ position, firstPage: 0 }, count));
    },

    /** values: [rows, cols]; rows are padded with zeros up to the stride, and whole rows up to a multiple of 32. */
    activation(values: ArrayLike<number>, rows: number, cols: number): Activation {
      const stride = strideOf(cols);
      const padded = new Float32Array(Math.ceil(rows / 32) * 32 * stride);
      for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) padded[r * stride + c] = values[r * cols + c];
      return { buffer: buffer(padded), cols, stride };
    },

    /** -> [rows, cols], without padding. */
    async readActivation({ buffer: source, cols, stride }: Activation, rows: number): Promise<Float32Array> {
      const padded = new Float32Array(await read(source, rows * stride * 4));
      const values = new Float32Array(rows * cols);
      for (let r = 0; r < rows; r++) values.set(padded.subarray(r * stride, r * stride + cols), r * cols);
      return values;
    },

    /** Stored bytes on the GPU through the repack shader, delivered in pieces of an awkward size. */
    async weight(
      encoding: Encoding,
      bytes: Uint8Array,
      rows: number,
      cols: number,
      maxBindingBytes = gpu.maxBindingBytes,
    ): Promise<Weight> {
      const request = { name: "test weight", cols, segments: [{ format: plainFormat(encoding, cols), rows }] };
      const weight = allocateWeight(memory, request, maxBindingBytes);
      await this.upload(weight, encoding, bytes, { base: 0, half: 0 });
      return weight;
    },

    /** `panel`: the bytes are those of a part of the matrix, `cols` wide. */
    async upload(
      weight: Weight,
      encoding: Encoding,
      bytes: Uint8Array,
      place: RowPlace,
      { cols = weight.cols, panel }: { cols?: number; panel?: Panel } = {},
    ): Promise<void> {
      const repacker = new Repacker(gpu, memory, kernels);
      const uploader = new Uploader(repacker);
      const target = { weight, encoding, place, cols, panel };
      const piece = 10_007;
      for (let at = 0; at < bytes.length; at += piece) {
        await uploader.write(target, at, bytes.subarray(at, Math.min(at + piece, bytes.length)));
      }
      repacker.dispose();
    },

    /** Records operations as the engine does, for `tokens` at once; `few`: of a step. */
    async plan(tokens: number, operations: Operation[], { scratch, few }: PlanOptions = {}) {
      const recorder = new Recorder(gpu, memory, { step, many: tokens > 1 && !few, tokens: few ? tokens : 1, scratch });
      recorder.record(...operations);
      return makePlan(gpu, kernels, recorder.requests);
    },

    /** Records operations and runs them once over `tokens`. */
    async run(
      tokens: number,
      operations: Operation[],
      { position = 0, ...options }: PlanOptions & { position?: number } = {},
    ) {
      const plan = await this.plan(tokens, operations, options);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      plan.encode(pass, { position, tokens });
      pass.end();
      device.queue.submit([encoder.finish()]);
    },

    [Symbol.dispose]() {
      memory.dispose();
    },
  };
}

/** The worst of several comparisons, with its name. */
export class Worst {
  error = 0;
  note = "";

  add(error: number, note: string): void {
    if (error <= this.error && this.note) return;
    this.error = error;
    this.note = note;
  }
}
