// A GPU that computes nothing: every result counts from zero. It keeps what it is sent, counts what it holds, and runs out of memory where
// a test says: at the Nth buffer (told as WebGPU tells it, or thrown), the Nth mapping, the Nth array that the engine's own
// code makes.

import { setMaxListeners } from "node:events";
import { vi } from "vitest";

export const refusalKinds = ["buffer", "buffer thrown", "mapping", "array"] as const;
export type RefusalKind = (typeof refusalKinds)[number];

const leastArrayBytes = 512; // smaller ones are the language's own business

class OutOfMemory {
  message = "the test has none left";
}
class UncapturedError extends Event {
  readonly error: object;
  constructor(error: object) {
    super("uncapturederror");
    this.error = error;
  }
}

interface FakeBuffer {
  label: string;
  size: number;
  isInvalid: boolean;
  destroy(): void;
}

export class IdleGpu {
  /** Of buffers that nobody has destroyed. */
  liveBytes = 0;
  /** What came to the GPU since the last `begin`: place -> digest. */
  sent = new Map<string, number>();
  #refused: { kind: RefusalKind | undefined; n: number } = { kind: undefined, n: 0 };
  #counts: Record<RefusalKind, number> = { buffer: 0, "buffer thrown": 0, mapping: 0, array: 0 };

  constructor() {
    setMaxListeners(0); // browsers warn of none
    vi.stubGlobal("GPUOutOfMemoryError", OutOfMemory);
    const usages = { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128, QUERY_RESOLVE: 512 };
    vi.stubGlobal("GPUBufferUsage", usages);
    vi.stubGlobal("GPUMapMode", { READ: 1 });
    vi.stubGlobal("navigator", { userAgent: "idle" });
    for (const name of ["ArrayBuffer", "Uint8Array", "Uint16Array", "Uint32Array", "Float32Array"] as const)
      vi.stubGlobal(name, this.#refusing(globalThis[name]));
  }

  /** From here on the Nth of a kind is refused, or none. */
  begin(kind?: RefusalKind, n = 0): void {
    this.#refused = { kind, n };
    this.#counts = { buffer: 0, "buffer thrown": 0, mapping: 0, array: 0 };
    this.sent = new Map();
  }

  /** How many of a kind there were since. */
  count(kind: RefusalKind): number {
    return this.#counts[kind];
  }

  #isRefused(kind: RefusalKind): boolean {
    return ++this.#counts[kind] === this.#refused.n && this.#refused.kind === kind;
  }

  #refusing<Made extends new (...given: never[]) => object>(real: Made & { BYTES_PER_ELEMENT?: number }): Made {
    const stub: Made = new Proxy(real, {
      construct: (target, given: unknown[], newTarget) => {
        const [length] = given;
        if (typeof length === "number" && length * (real.BYTES_PER_ELEMENT ?? 1) >= leastArrayBytes) {
          const [, , caller = ""] = (new Error().stack ?? "").split("\n");
          if (/\/src\//.test(caller) && this.#isRefused("array"))
            throw new RangeError("Array buffer allocation failed");
        }
        return Reflect.construct(target, given, (newTarget as unknown) === stub ? target : newTarget) as object;
      },
    });
    return stub;
  }

  /** Another device of it. */
  device(): GPUDevice {
    return new IdleDevice(this, (kind) => this.#isRefused(kind)) as unknown as GPUDevice;
  }
}

class IdleDevice extends EventTarget {
  features = new Set<string>();
  limits = {
    maxBufferSize: 2 ** 30,
    maxStorageBufferBindingSize: 2 ** 27,
    maxStorageBuffersPerShaderStage: 10,
    maxComputeWorkgroupsPerDimension: 65_535,
  };
  adapterInfo = {};
  lost = new Promise(() => {});
  readonly #gpu: IdleGpu;
  readonly #isRefused: (kind: RefusalKind) => boolean;
  readonly #scopes: { filter: string; error: object | null }[] = [];

  constructor(gpu: IdleGpu, isRefused: (kind: RefusalKind) => boolean) {
    super();
    this.#gpu = gpu;
    this.#isRefused = isRefused;
  }

  destroy() {}
  pushErrorScope = (filter: string) => void this.#scopes.push({ filter, error: null });
  popErrorScope = async () => this.#scopes.pop()!.error;

  #tell(filter: string, error: object) {
    const scope = this.#scopes.findLast((one) => one.filter === filter);
    if (scope) scope.error ??= error;
    else setTimeout(() => this.dispatchEvent(new UncapturedError(error)));
  }

  createBuffer({ label, size }: { label: string; size: number }) {
    if (this.#isRefused("buffer thrown")) throw new RangeError("createBuffer failed: allocation failed");
    const isInvalid = this.#isRefused("buffer");
    if (isInvalid) this.#tell("out-of-memory", new OutOfMemory());
    else this.#gpu.liveBytes += size;
    let live = !isInvalid;
    return {
      ...{ label, size, isInvalid },
      destroy: () => {
        if (live) this.#gpu.liveBytes -= size;
        live = false;
      },
      mapAsync: async () => {
        if (this.#isRefused("mapping")) throw new DOMException("the test maps nothing", "OperationError");
      },
      getMappedRange: (_at = 0, bytes = size) => {
        const mapped = Uint32Array.from({ length: bytes / 4 }, (_, i) => i).buffer;
        const slice = () => {
          if (this.#isRefused("array")) throw new RangeError("Array buffer allocation failed");
          return new Uint32Array(new Uint32Array(mapped)).buffer;
        };
        return Object.assign(mapped, { slice });
      },
      unmap() {},
    };
  }

  queue = {
    writeBuffer: (buffer: FakeBuffer, at: number, data: ArrayBuffer | ArrayBufferView, from = 0, size?: number) => {
      if (buffer.isInvalid) return this.#tell("validation", { message: "invalid buffer" });
      const view = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
      const whole = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      let digest = 0;
      for (const byte of whole.subarray(from, size === undefined ? undefined : from + size))
        digest = (Math.imul(digest, 31) + byte) | 0;
      // What passes through staging is told apart by what it is, and its record by where it goes.
      const place = buffer.label.startsWith("upload") ? `${buffer.label} ${digest}` : `${buffer.label} at ${at}`;
      this.#gpu.sent.set(place, digest);
    },
    submit() {},
    onSubmittedWorkDone: async () => {},
  };

  createShaderModule = ({ label }: { label: string }) => ({
    label,
    getCompilationInfo: async () => ({ messages: [] }),
  });
  createComputePipelineAsync = async () => ({ getBindGroupLayout: (index: number) => index });
  createBindGroup = () => ({});
  createCommandEncoder = () => ({
    beginComputePass: () => ({ setPipeline() {}, setBindGroup() {}, dispatchWorkgroups() {}, end() {} }),
    copyBufferToBuffer() {},
    clearBuffer() {},
    finish: () => ({}),
  });
}
