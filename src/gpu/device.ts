// Opens the GPU and watches over it: validation errors, running out of memory and device loss are caught once, here.
// adapter.ts asks what an adapter has; nothing here knows what will be computed.

import { PronkError } from "../errors.ts";
import { checkWithout, readDevice, requestAdapter, requestDevice, type DeviceFacts } from "./adapter.ts";
import { defaultVariants, type Variants } from "./variants.ts";

export interface GpuOptions {
  /** A device of the caller's; it is not destroyed on dispose. */
  device?: GPUDevice;
  /**
   * What not to use: a feature; `dp4a`, products of bytes; `limits` beyond the default ones; `fusion` of operations into
   * one dispatch; `run-ahead`, several steps in flight; `sums` of what was uploaded.
   */
  without?: readonly string[];
}

export interface Gpu extends DeviceFacts {
  readonly device: GPUDevice;
  /** Which kernels run here; tuning may replace it before a model is made, and kernels found wrong are dropped later. */
  variants: Variants;
  features: ReadonlySet<string>;
  /** Throws the first fault seen so far: device loss, running out of memory, a validation error. */
  check(): void;
  /** Called with each fault as it is reported; a load sets it to end at once. */
  onFault?: (fault: PronkError) => void;
  /** Records that memory was refused, as if the device had reported it. */
  refused(shortage: PronkError): void;
  /**
   * For the start of a call: where memory ran out but the GPU still computes, clears that fault and returns true; what was
   * computed since then is not to be trusted. Throws what `check` throws for anything else, since a refused command may mean a
   * broken buffer.
   */
  recover(): Promise<boolean>;
  /** Rejects with a PronkError when the device is lost; otherwise never settles. `untilLost` waits for work as well. */
  readonly lost: Promise<never>;
  /** Settles as the work does, or rejects when the device is lost. Unlike a race with `lost`, keeps nothing of finished work. */
  untilLost<T>(work: Promise<T>): Promise<T>;
  dispose(): void;
}

/** Errors: PronkError `webgpu-missing`, `adapter-missing`; `bad-request` for an unknown `without`. */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  const without = options.without ?? [];
  checkWithout(without);
  const device = options.device ?? (await requestDevice(await requestAdapter(), without));
  const facts = readDevice(device, without);
  let fault: PronkError | undefined; // for good
  let shortage: PronkError | undefined; // of the call at hand: whoever asked for too much may ask for less
  let disposed = false;
  let isLost = false;
  const waiting = new Set<(reason: unknown) => void>();
  const check = () => {
    if (fault ?? shortage) throw fault ?? shortage;
  };

  const refused = (told: PronkError) => {
    shortage ??= told;
    gpu.onFault?.(told);
  };
  const onError = (event: GPUUncapturedErrorEvent) => {
    const { error } = event;
    const memory = typeof GPUOutOfMemoryError !== "undefined" && error instanceof GPUOutOfMemoryError;
    if (memory)
      return refused(
        new PronkError(
          "out-of-memory",
          `The GPU ran out of memory: ${error.message}. Choose a smaller model, q4 or a shorter context.`,
        ),
      );
    const told = new PronkError("driver-fault", `The GPU refused a command: ${error.message}`);
    fault ??= told;
    gpu.onFault?.(told);
  };
  device.addEventListener("uncapturederror", onError);
  const lost = device.lost.then((info) => {
    const message = `The GPU device was lost (${info.reason || "unknown"}): ${info.message || "no details"}. Load the model again.`;
    // Even where another came first: what a lost device refuses (Firefox, seen in 153) is no fault of its own.
    fault = new PronkError("device-lost", message, { reason: info.reason });
    if (disposed) return new Promise<never>(() => {});
    isLost = true;
    for (const reject of waiting) reject(fault);
    throw fault;
  });
  lost.catch(() => {}); // those who care await it; nobody else needs an unhandled rejection

  const gpu: Gpu = {
    ...facts,
    device,
    variants: defaultVariants(facts, without),
    check,
    refused,
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
