// Where the GPU's time goes: while it is on, every dispatch gets a pass of its own with the GPU's clock read before and
// after. That changes what is measured a little (passes cost time and kernels no longer overlap), so it is a run apart.
// Kernels are known by their pipeline's label and by the weights that are bound; see engine-hooks.ts.

import type { Gpu } from "../gpu/device.ts";
import { readBuffer } from "./compute.ts";
import { wrapMethod } from "./gpu-calls.ts";

export interface TimedDispatch {
  label: string;
  /** Every buffer that was bound, in order of the groups. */
  buffers: GPUBuffer[];
  ms: number;
}

const perSet = 2048; // dispatches: a query set holds at most 4096 times

export interface BindGroupWatch {
  /** Buffers of a group that belongs to this pipeline. */
  buffersOf(group: GPUBindGroup, pipeline: GPUComputePipeline): GPUBuffer[];
  stop(): void;
}

/** Remembers which buffers each bind group made from now on holds, and which pipeline its layout is from. */
export function watchBindGroups(): BindGroupWatch {
  const owners = new WeakMap<object, object>(); // layout -> pipeline
  const known = new WeakMap<GPUBindGroup, { buffers: GPUBuffer[]; owner: object | undefined }>();
  const undo = [
    wrapMethod(
      "GPUComputePipeline",
      "getBindGroupLayout",
      (real) =>
        function (...args) {
          const layout = real.apply(this, args) as GPUBindGroupLayout;
          owners.set(layout, this as GPUComputePipeline);
          return layout;
        },
    ),
    wrapMethod(
      "GPUDevice",
      "createBindGroup",
      (real) =>
        function (descriptor) {
          const group = real.call(this, descriptor) as GPUBindGroup;
          const { entries, layout } = descriptor as GPUBindGroupDescriptor;
          const buffers = [...entries].flatMap(({ resource }) => {
            if (resource instanceof GPUBuffer) return [resource];
            return "buffer" in resource ? [resource.buffer] : [];
          });
          known.set(group, { buffers, owner: owners.get(layout) });
          return group;
        },
    ),
  ];
  return {
    buffersOf(group, pipeline) {
      const { buffers = [], owner } = known.get(group) ?? {};
      // A pass keeps groups that were set for an earlier pipeline; they say nothing about this one.
      return owner && owner !== pipeline ? [] : buffers;
    },
    stop: () => undo.forEach((restore) => restore()),
  };
}

export interface KernelTimer {
  /** Those dispatched so far, in order. */
  read(): Promise<TimedDispatch[]>;
  stop(): void;
}

/** undefined where the device has no clock. */
export function timeKernels(gpu: Gpu, buffersOf: BindGroupWatch["buffersOf"]): KernelTimer | undefined {
  const { device } = gpu;
  if (!gpu.hasClock) return undefined;
  const sets: GPUQuerySet[] = [];
  const seen: Omit<TimedDispatch, "ms">[] = [];
  const undo = wrapMethod(
    "GPUCommandEncoder",
    "beginComputePass",
    (real) =>
      function (descriptor) {
        const encoder = this as GPUCommandEncoder;
        const begin = (timestampWrites?: GPUComputePassTimestampWrites) =>
          real.call(encoder, { ...(descriptor as object), timestampWrites }) as GPUComputePassEncoder;
        return splitPass(begin, (pipeline, groups) => {
          const buffers = groups.flatMap((group) => buffersOf(group, pipeline));
          seen.push({ label: pipeline.label, buffers });
          const number = seen.length - 1;
          if (number % perSet === 0) sets.push(device.createQuerySet({ type: "timestamp", count: 2 * perSet }));
          const index = 2 * (number % perSet);
          return { querySet: sets.at(-1)!, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 };
        });
      },
  );
  return {
    async read() {
      const dispatches = seen.slice();
      const ticks = device.createBuffer({
        size: Math.max(1, sets.length) * perSet * 16,
        usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
      });
      const encoder = device.createCommandEncoder();
      for (const [i, set] of sets.entries()) {
        const count = Math.min(perSet, dispatches.length - i * perSet);
        encoder.resolveQuerySet(set, 0, 2 * count, ticks, i * perSet * 16);
      }
      device.queue.submit([encoder.finish()]);
      const times = new BigUint64Array(await readBuffer(gpu, ticks));
      ticks.destroy();
      return dispatches.map((one, i) => ({ ...one, ms: Number(times[2 * i + 1] - times[2 * i]) / 1e6 }));
    },
    stop() {
      undo();
      for (const set of sets) set.destroy();
    },
  };
}

type Clock = (pipeline: GPUComputePipeline, groups: GPUBindGroup[]) => GPUComputePassTimestampWrites | undefined;

/** What a plan may call on a pass, each dispatch in a real pass of its own. */
function splitPass(
  begin: (timestampWrites?: GPUComputePassTimestampWrites) => GPUComputePassEncoder,
  clock: Clock,
): Partial<GPUComputePassEncoder> {
  let pipeline: GPUComputePipeline;
  const groups: { group: GPUBindGroup; rest: [] | [Iterable<number>] }[] = [];
  const immediates: [number, AllowSharedBufferSource, ...number[]][] = [];
  const alone = (dispatch: (pass: GPUComputePassEncoder) => void) => {
    const pass = begin(
      clock(
        pipeline,
        groups.map(({ group }) => group),
      ),
    );
    pass.setPipeline(pipeline);
    for (const [index, { group, rest }] of groups.entries()) pass.setBindGroup(index, group, ...rest);
    for (const values of immediates) (pass as unknown as Immediates).setImmediates(...values);
    dispatch(pass);
    pass.end();
  };
  const split = {
    setPipeline: (next: GPUComputePipeline) => void (pipeline = next),
    setBindGroup: (index: number, group: GPUBindGroup, ...rest: [] | [Iterable<number>]) =>
      void (groups[index] = { group, rest }),
    setImmediates: (...values: (typeof immediates)[number]) => void immediates.push(values),
    dispatchWorkgroups: (x: number, y?: number, z?: number) => alone((pass) => pass.dispatchWorkgroups(x, y, z)),
    dispatchWorkgroupsIndirect: (buffer: GPUBuffer, offset: number) =>
      alone((pass) => pass.dispatchWorkgroupsIndirect(buffer, offset)),
    end() {},
  };
  return split as Partial<GPUComputePassEncoder>;
}

/** Not in every version of the types yet. */
interface Immediates {
  setImmediates(...values: unknown[]): void;
}
