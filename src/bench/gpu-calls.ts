// Counts what is asked of WebGPU by standing between the caller and the real methods, for as long as it is told to. It
// sees every device, queue and encoder of this thread, those made before included; what a plan ought to do is not its
// business. Not for use while something is timed.

/** How often each was asked of WebGPU. */
export interface GpuCalls {
  /** Of workgroups. */
  dispatches: number;
  /** Compute passes begun. */
  passes: number;
  /** To a queue. */
  submits: number;
  /** Buffers made. */
  buffersCreated: number;
  /** Bind groups made. */
  bindGroupsCreated: number;
  /** Pipelines made. */
  pipelinesCreated: number;
  /** mapAsync: the host waits for bytes. */
  readbacks: number;
  /** Writes by a queue. */
  writeBuffers: number;
  /** From buffer to buffer. */
  copies: number;
}

export type CallName = keyof GpuCalls;

const methods: Record<CallName, [owner: string, names: string[]]> = {
  dispatches: ["GPUComputePassEncoder", ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"]],
  passes: ["GPUCommandEncoder", ["beginComputePass"]],
  submits: ["GPUQueue", ["submit"]],
  buffersCreated: ["GPUDevice", ["createBuffer"]],
  bindGroupsCreated: ["GPUDevice", ["createBindGroup"]],
  pipelinesCreated: ["GPUDevice", ["createComputePipeline", "createComputePipelineAsync"]],
  readbacks: ["GPUBuffer", ["mapAsync"]],
  writeBuffers: ["GPUQueue", ["writeBuffer"]],
  copies: ["GPUCommandEncoder", ["copyBufferToBuffer"]],
};

export const callNames = Object.keys(methods) as CallName[];

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Puts `around` in a method's place on a WebGPU class; gives back a function that undoes it. */
export function wrapMethod(owner: string, name: string, around: (real: Method) => Method): () => void {
  const { prototype } = (globalThis as unknown as Record<string, { prototype: Record<string, Method> }>)[owner];
  const real = prototype[name];
  if (!real) return () => {}; // an older browser lacks it, so nobody can call it
  prototype[name] = around(real);
  return () => void (prototype[name] = real);
}

export interface CallCounter {
  /** So far. */
  readonly calls: GpuCalls;
  stop(): void;
}

/** Counts until `stop` is called; each call then takes longer. */
export function countGpuCalls(): CallCounter {
  const calls = Object.fromEntries(callNames.map((name) => [name, 0])) as unknown as GpuCalls;
  const undo = callNames.flatMap((call) => {
    const [owner, names] = methods[call];
    return names.map((name) =>
      wrapMethod(
        owner,
        name,
        (real) =>
          function (...args) {
            calls[call]++;
            return real.apply(this, args);
          },
      ),
    );
  });
  return { calls, stop: () => undo.forEach((restore) => restore()) };
}

export interface BufferWatch {
  /** Bytes of the buffers made since, and not destroyed. */
  readonly liveBytes: number;
  readonly peakBytes: number;
  stop(): void;
}

/** Adds up GPU buffers as they are made and destroyed, whoever does it. */
export function watchBuffers(): BufferWatch {
  const sizes = new WeakMap<object, number>();
  const watch = { liveBytes: 0, peakBytes: 0 };
  const undoCreate = wrapMethod(
    "GPUDevice",
    "createBuffer",
    (real) =>
      function (...args) {
        const buffer = real.apply(this, args) as GPUBuffer;
        sizes.set(buffer, buffer.size);
        watch.liveBytes += buffer.size;
        watch.peakBytes = Math.max(watch.peakBytes, watch.liveBytes);
        return buffer;
      },
  );
  const undoDestroy = wrapMethod(
    "GPUBuffer",
    "destroy",
    (real) =>
      function (...args) {
        watch.liveBytes -= sizes.get(this as object) ?? 0;
        sizes.delete(this as object);
        return real.apply(this, args);
      },
  );
  return {
    get liveBytes() {
      return watch.liveBytes;
    },
    get peakBytes() {
      return watch.peakBytes;
    },
    stop() {
      undoCreate();
      undoDestroy();
    },
  };
}
