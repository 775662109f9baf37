// How far products of bytes are from products of floats on this adapter, over one small random matrix. Some of that is
// rounding; the rest is an adapter that multiplies packed bytes wrongly (Adreno, wgpu #5318), which is found out here.

import { plainFormat, type RowFormat } from "../quant/row-format.ts";
import type { Gpu } from "./device.ts";
import type { Kernels } from "./kernel.ts";
import { GpuMemory } from "./memory.ts";
import { product, write, type Activation } from "./operations.ts";
import { makePlan } from "./plan.ts";
import { Recorder } from "./recorder.ts";
import { stepBytes, stepRecord } from "./step-record.ts";
import { allocateWeight } from "./weight.ts";

/** Largest error allowed, as a share of the largest product: rounding to 127ths of the largest of 32 gives about 0.005. */
export const mostInt8Error = 0.02;

const [rows, cols, tokens] = [64, 256, 64];

/** Largest difference as a share of the largest product. */
export async function int8Error(gpu: Gpu, kernels: Kernels, { decode }: Pick<RowFormat, "decode">): Promise<number> {
  const memory = new GpuMemory(gpu);
  try {
    const { queue } = gpu.device;
    const { weight, x, step } = await memory.checked("what products of bytes are tried with", () =>
      fill(gpu, memory, decode),
    );
    const products = async (int8: boolean): Promise<Float32Array> => {
      const variants = { value: { ...gpu.variants, int8 } };
      const { recorder, y, read } = await memory.checked("a trial's products", () => {
        const buffer = memory.storage("y", tokens * rows * 4);
        const y: Activation = { buffer, cols: rows, stride: rows };
        const recorder = new Recorder(Object.create(gpu, { variants }), memory, { step, many: true });
        recorder.record(write(y, product(weight, x)));
        return { recorder, y, read: memory.readback("trial products", buffer.size) };
      });
      const plan = await makePlan(gpu, kernels, recorder.requests);
      const encoder = gpu.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      plan.encode(pass, { position: 0, tokens });
      pass.end();
      encoder.copyBufferToBuffer(y.buffer, 0, read, 0, read.size);
      queue.submit([encoder.finish()]);
      await gpu.untilLost(read.mapAsync(GPUMapMode.READ));
      return new Float32Array(read.getMappedRange().slice(0));
    };
    const [floats, bytes] = [await products(false), await products(true)];
    const size = Math.max(...floats.map(Math.abs));
    return Math.max(...floats.map((value, i) => Math.abs(value - bytes[i]))) / size;
  } finally {
    memory.dispose();
  }
}

/** A random matrix, and what it is multiplied by. */
function fill(gpu: Gpu, memory: GpuMemory, decode: RowFormat["decode"]) {
  const { queue } = gpu.device;
  const segments = [{ format: plainFormat(decode === "q4" ? "q4" : "q8", cols), rows }];
  const weight = allocateWeight(memory, { name: "trial weight", cols, segments }, gpu.maxBindingBytes);
  const { codes, scales } = weight.parts[0];
  const randomCodes = Uint32Array.from({ length: codes.size / 4 }, () => Math.random() * 2 ** 32);
  queue.writeBuffer(codes, 0, randomCodes);
  queue.writeBuffer(scales!, 0, new Uint16Array(scales!.size / 2).fill(0x3c00)); // ones
  const x: Activation = { buffer: memory.storage("trial x", tokens * cols * 4), cols, stride: cols };
  const inputs = Float32Array.from({ length: tokens * cols }, () => Math.random() - 0.5);
  queue.writeBuffer(x.buffer, 0, inputs);
  const step = memory.storage("trial step", stepBytes, GPUBufferUsage.UNIFORM);
  queue.writeBuffer(step, 0, stepRecord({ position: 0, firstPage: 0 }, tokens));
  return { weight, x, step };
}
