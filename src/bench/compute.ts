// The least that is needed to run a shader of our own: a pipeline, a bind group, a timed pass, a read back. The engine's
// Kernels and Plan are what is measured, so the probes do not go through them.

import type { Gpu } from "../gpu/device.ts";
import { type ProbeBindings, probeFiles, type ProbeOverrides } from "./probe-interfaces.ts";

const texts = import.meta.glob<string>("../../shaders/bench/*.wgsl", { query: "?raw", import: "default", eager: true });

type ProbeName = keyof typeof probeFiles;

export interface Probe<Name extends ProbeName = ProbeName> {
  pipeline: GPUComputePipeline;
  bind(buffers: { [Binding in keyof ProbeBindings[Name]]: GPUBuffer }): GPUBindGroup;
}

/** A shader of ../../shaders/bench. */
export async function makeProbe<Name extends ProbeName>(
  { device }: Gpu,
  name: Name,
  constants: ProbeOverrides[Name],
): Promise<Probe<Name>> {
  const module = device.createShaderModule({ label: name, code: texts[`../../shaders/bench/${name}.wgsl`] });
  const pipeline = await device.createComputePipelineAsync({
    label: name,
    layout: "auto",
    compute: { module, entryPoint: "main", constants: constants as Record<string, number> },
  });
  const layout = pipeline.getBindGroupLayout(0);
  const places = Object.entries<readonly [number, number]>(probeFiles[name].bindings);
  return {
    pipeline,
    bind(buffers: Record<string, GPUBuffer>) {
      const entries = places.map(([key, [, binding]]) => ({ binding, resource: { buffer: buffers[key] } }));
      return device.createBindGroup({ layout, entries });
    },
  };
}

/** A record that never changes, for a shader to read. */
export function uniformBuffer({ device }: Gpu, record: ArrayBuffer): GPUBuffer {
  const buffer = device.createBuffer({
    label: "bench record",
    size: Math.ceil(record.byteLength / 16) * 16,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, record);
  return buffer;
}

export async function readBuffer({ device }: Gpu, source: GPUBuffer, sizeBytes = source.size): Promise<ArrayBuffer> {
  const copy = device.createBuffer({ size: sizeBytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(source, 0, copy, 0, sizeBytes);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  const bytes = copy.getMappedRange().slice(0);
  copy.destroy();
  return bytes;
}

/** How long passes take, in ms: by the GPU's own clock where it has one, else by the host's around a submit. */
export class PassClock {
  readonly #gpu: Gpu;
  readonly #queries: GPUQuerySet | undefined;
  readonly #ticks: GPUBuffer | undefined;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    const { device } = gpu;
    if (!gpu.hasClock) return;
    this.#queries = device.createQuerySet({ type: "timestamp", count: 2 });
    this.#ticks = device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  }

  /** Milliseconds on the host, from before encoding until the GPU is done, and on the GPU where that is known. */
  async time(encode: (pass: GPUComputePassEncoder) => void): Promise<{ hostMs: number; gpuMs: number }> {
    const { device } = this.#gpu;
    const started = performance.now();
    const encoder = device.createCommandEncoder();
    const queries = this.#queries;
    const timestampWrites = queries && { querySet: queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : undefined);
    encode(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    const hostMs = performance.now() - started;
    if (!queries) return { hostMs, gpuMs: hostMs };
    const resolve = device.createCommandEncoder();
    resolve.resolveQuerySet(queries, 0, 2, this.#ticks!, 0);
    device.queue.submit([resolve.finish()]);
    const [begin, end] = new BigUint64Array(await readBuffer(this.#gpu, this.#ticks!, 16));
    const gpuMs = Number(end - begin) / 1e6;
    // A clock that stands still or runs backwards (seen after a suspend) is no clock.
    return { hostMs, gpuMs: gpuMs > 0 ? gpuMs : hostMs };
  }

  dispose(): void {
    this.#queries?.destroy();
    this.#ticks?.destroy();
  }
}
