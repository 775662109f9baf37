// Opens the GPU: adapter, device, the optional features pronk knows how to use, and the largest limits on offer.
// Nothing here knows what will be computed. Validation errors and device loss are caught once, here.

import { PronkError } from "../errors.ts";
import { defaultVariants, type Variants } from "./variants.ts";

/** Optional features with a faster sibling shader; each has a plain twin. */
const usefulFeatures: GPUFeatureName[] = ["shader-f16", "subgroups"];

/** What `without` may name. */
const optional = [...usefulFeatures, "dp4a", "fusion", "run-ahead", "limits"];

/** Limits worth raising: the defaults allow 128 MiB bindings and eight storage buffers a shader only. */
const raisedLimits = ["maxStorageBufferBindingSize", "maxBufferSize", "maxStorageBuffersPerShaderStage"] as const;

export interface AdapterSummary {
  vendor: string;
  architecture: string;
  device: string;
  description: string;
}

export interface GpuOptions {
  /** A device of the caller's; it is not destroyed on dispose. */
  device?: GPUDevice;
  /**
   * What not to use: a feature; `dp4a`, products of bytes; `limits` beyond the default ones; `fusion` of operations into
   * one dispatch; `run-ahead`, several steps in flight.
   */
  without?: readonly string[];
}

export interface Gpu {
  readonly device: GPUDevice;
  readonly adapter: AdapterSummary;
  readonly features: ReadonlySet<string>;
  readonly maxBindingBytes: number;
  /** A CPU pretending to be a GPU (SwiftShader, lavapipe): barriers are slow there. */
  readonly software: boolean;
  /** Which kernels run here; tuning may replace it before a model is made. */
  variants: Variants;
  /** Throws the first fault seen so far: device loss, running out of memory, a validation error. */
  check(): void;
  /** Called with each fault as it is told; a load sets it, so as to end at once. */
  onFault?: (fault: PronkError) => void;
  /**
   * For the beginning of a call: lets memory that ran out be over where the GPU computes on, and says whether it did; what
   * was computed since is not to be trusted. Throws what `check` throws for anything else, since a refused command may
   * mean a broken buffer.
   */
  recover(): Promise<boolean>;
  /** Rejects with a PronkError when the device is lost; otherwise never settles. To wait for it beside work, `untilLost`. */
  readonly lost: Promise<never>;
  /** What the work comes to, or the loss of the device. Keeps nothing of work that is done, as a race with `lost` would. */
  untilLost<T>(work: Promise<T>): Promise<T>;
  dispose(): void;
}

function summarise(info: GPUAdapterInfo | undefined): AdapterSummary {
  const { vendor = "", architecture = "", device = "", description = "" } = info ?? {};
  return { vendor, architecture, device, description };
}

async function requestDevice(without: readonly string[]): Promise<GPUDevice> {
  const webgpu = globalThis.navigator?.gpu;
  if (!webgpu) {
    throw new PronkError(
      "webgpu-missing",
      "This browser has no WebGPU. Use a current Chrome, Edge, Firefox or Safari, on a secure (https or localhost) page.",
      { expected: "navigator.gpu", found: "undefined" },
    );
  }
  const adapter = await webgpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw new PronkError(
      "adapter-missing",
      "WebGPU is present but gives no adapter: the GPU or its driver is blocked. Update the driver or enable hardware acceleration.",
      { expected: "GPUAdapter", found: "null" },
    );
  }
  const requiredLimits: Record<string, number> = {};
  if (!without.includes("limits")) for (const limit of raisedLimits) requiredLimits[limit] = adapter.limits[limit];
  const wanted: GPUFeatureName[] = [...usefulFeatures, "timestamp-query"]; // the clock is for tuning
  const requiredFeatures = wanted.filter((name) => adapter.features.has(name) && !without.includes(name));
  try {
    return await adapter.requestDevice({ requiredFeatures, requiredLimits, label: "pronk" });
  } catch (cause) {
    throw new PronkError(
      "adapter-missing",
      "The adapter refused a WebGPU device. Close other GPU pages and reload.",
      {},
      { cause },
    );
  }
}

/** Errors: PronkError `webgpu-missing`, `adapter-missing`; `bad-request` for an unknown `without`. */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  const without = options.without ?? [];
  const unknown = without.find((name) => !optional.includes(name));
  if (unknown !== undefined) {
    const expected = optional.join(", ");
    const message = `There is nothing called "${unknown}" to do without; there are ${expected}.`;
    throw new PronkError("bad-request", message, { field: "without", expected, found: unknown });
  }
  const device = options.device ?? (await requestDevice(without));
  const adapter = summarise(device.adapterInfo);
  const features = new Set<string>(usefulFeatures.filter((name) => device.features.has(name)));
  if (globalThis.navigator?.gpu?.wgslLanguageFeatures?.has("packed_4x8_integer_dot_product")) features.add("dp4a");
  for (const name of without) features.delete(name);
  let fault: PronkError | undefined; // for good
  let shortage: PronkError | undefined; // of the call at hand: whoever asked for too much may ask for less
  let disposed = false;
  let isLost = false;
  const waiting = new Set<(reason: unknown) => void>();
  const check = () => {
    if (fault ?? shortage) throw fault ?? shortage;
  };

  const onError = (event: GPUUncapturedErrorEvent) => {
    const { error } = event;
    const memory = typeof GPUOutOfMemoryError !== "undefined" && error instanceof GPUOutOfMemoryError;
    const told = memory
      ? new PronkError(
          "out-of-memory",
          `The GPU ran out of memory: ${error.message}. Choose a smaller model, q4 or a shorter context.`,
        )
      : new PronkError("driver-fault", `The GPU refused a command: ${error.message}`);
    if (memory) shortage ??= told;
    else fault ??= told;
    gpu.onFault?.(told);
  };
  device.addEventListener("uncapturederror", onError);
  const lost = device.lost.then((info) => {
    const message = `The GPU device was lost (${info.reason || "unknown"}): ${info.message || "no details"}. Load the model again.`;
    fault ??= new PronkError("device-lost", message, { reason: info.reason });
    if (disposed) return new Promise<never>(() => {});
    isLost = true;
    for (const reject of waiting) reject(fault);
    throw fault;
  });
  lost.catch(() => {}); // those who care await it; nobody else needs an unhandled rejection

  // By name, too: Node's Dawn calls no adapter a fallback. Firefox tells no names.
  const named = /swiftshader|llvmpipe|lavapipe|software|cpu/i.test(Object.values(adapter).join(" "));
  const software = named || device.adapterInfo?.isFallbackAdapter === true;
  const gpu: Gpu = {
    device,
    adapter,
    features,
    variants: defaultVariants({ features, software, adapter }, without),
    maxBindingBytes: Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize),
    software,
    check,
    async recover() {
      if (!shortage || fault) check();
      if (!shortage) return false;
      const works = await computesOn(device);
      if (!works || fault) check();
      shortage = undefined;
      return true;
    },
    lost,
    untilLost(work) {
      return new Promise((resolve, reject) => {
        if (isLost) reject(fault);
        waiting.add(reject);
        work.then(resolve, reject).finally(() => waiting.delete(reject));
      });
    },
    dispose() {
      disposed = true;
      device.removeEventListener("uncapturederror", onError);
      if (!options.device) device.destroy();
    },
  };
  return gpu;
}

/** Whether a small buffer can still be made, written, copied and read. */
async function computesOn(device: GPUDevice): Promise<boolean> {
  const { COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  const source = device.createBuffer({ size: 4, usage: COPY_SRC | COPY_DST });
  const copy = device.createBuffer({ size: 4, usage: COPY_DST | MAP_READ });
  device.queue.writeBuffer(source, 0, new Uint32Array([0x70726f6e]));
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(source, 0, copy, 0, 4);
  device.queue.submit([encoder.finish()]);
  const refusals = [device.popErrorScope(), device.popErrorScope()];
  try {
    await copy.mapAsync(GPUMapMode.READ);
    const arrived = new Uint32Array(copy.getMappedRange())[0] === 0x70726f6e;
    return arrived && (await Promise.all(refusals)).every((refusal) => refusal === null);
  } catch {
    return false; // the device is lost, or on its way there
  } finally {
    source.destroy();
    copy.destroy();
  }
}
