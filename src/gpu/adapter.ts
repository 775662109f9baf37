// Everything that is asked of an adapter and of the device it gives: whether there is one, what it calls itself, whether it
// is a CPU, which of the features and limits that pronk uses it has, and a device with these. Watching over a device is for
// device.ts, measuring it for tune.ts and int8-gate.ts; variants.ts chooses kernels by the answers.

import { PronkError } from "../errors.ts";
import type { AdapterCheck, AdapterSummary } from "./adapter-check.ts";

/** What a device has. */
export interface DeviceFacts {
  readonly adapter: AdapterSummary;
  /** A CPU pretending to be a GPU (SwiftShader, lavapipe): barriers are slow there. */
  readonly software: boolean;
  /** Those that have a faster sibling shader, and `dp4a`. */
  readonly features: ReadonlySet<string>;
  /** Whether it can time its own work. */
  readonly hasClock: boolean;
  /** The largest storage buffer that can be bound, and made. */
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
  readonly storageBuffersPerShader: number;
  readonly groupsPerDimension: number;
}

/** Optional features with a faster sibling shader; each has a plain twin. */
const usefulFeatures: GPUFeatureName[] = ["shader-f16", "subgroups"];
const clock: GPUFeatureName = "timestamp-query"; // for tuning

/** What `without` may name. */
const optional = [...usefulFeatures, "dp4a", "fusion", "run-ahead", "limits", "sums"];

/**
 * Limits worth raising: the defaults allow only 128 MiB bindings and eight storage buffers per shader. No kernel needs more
 * than eight, which sample.wgsl binds; some fused ones do, and are made only where there are more.
 */
const raisedLimits = ["maxStorageBufferBindingSize", "maxBufferSize", "maxStorageBuffersPerShaderStage"] as const;

/** WebGPU's default limits, which every adapter has. */
export const defaultLimits = { maxBindingBytes: 128 * 2 ** 20, groupsPerDimension: 65_535 };

const noWebGpu =
  "This browser has no WebGPU. Use a current Chrome, Edge, Firefox or Safari, on a secure (https or localhost) page.";
const noAdapter =
  "WebGPU is present but gives no adapter: the GPU or its driver is blocked. Update the driver or enable hardware acceleration.";

const noAnswer =
  "WebGPU does not answer when it is asked for an adapter: the browser's GPU process or the driver hangs. Restart the browser; if it stays so, update the driver.";

const answerMs = 30_000; // long for any browser on a busy machine, short for a person who would otherwise wait for ever

/** Null where there is none, or no answer; undefined without WebGPU. */
async function find(): Promise<GPUAdapter | null | undefined> {
  return ask().catch(() => null);
}

async function ask(): Promise<GPUAdapter | null | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    const error = () => new PronkError("adapter-missing", noAnswer, { expected: "GPUAdapter", found: "no answer" });
    timer = setTimeout(() => reject(error()), answerMs);
  });
  const asked = globalThis.navigator?.gpu?.requestAdapter({ powerPreference: "high-performance" });
  return Promise.race([silence, asked?.catch(() => null)]).finally(() => clearTimeout(timer));
}

/** Firefox has WebGPU on the page earlier than in workers, and a browser may have the API without any adapter. */
export const hasAdapter = async (): Promise<boolean> => Boolean(await find());

/** Errors: PronkError `webgpu-missing`; `adapter-missing`, also where nothing answers. */
export async function requestAdapter(): Promise<GPUAdapter> {
  const adapter = await ask();
  if (adapter === undefined)
    throw new PronkError("webgpu-missing", noWebGpu, { expected: "navigator.gpu", found: "undefined" });
  if (!adapter) throw new PronkError("adapter-missing", noAdapter, { expected: "GPUAdapter", found: "null" });
  return adapter;
}

/** Never throws: what is missing is the answer. */
export async function readAdapter(): Promise<AdapterCheck> {
  const adapter = await ask().catch((silence: PronkError) => silence);
  if (!adapter || adapter instanceof PronkError) {
    const reason = adapter?.message ?? (adapter === undefined ? noWebGpu : noAdapter);
    return { supported: false, features: [], maxBindingBytes: 0, maxBufferBytes: 0, reason };
  }
  const { info, features, limits } = adapter;
  return {
    supported: true,
    adapter: summarise(info),
    features: [...features],
    maxBindingBytes: limits.maxStorageBufferBindingSize,
    maxBufferBytes: limits.maxBufferSize,
  };
}

/** Throws PronkError `bad-request` for a name that is not in `optional`. */
export function checkWithout(without: readonly string[]): void {
  const unknown = without.find((name) => !optional.includes(name));
  if (unknown === undefined) return;
  const expected = optional.join(", ");
  const message = `There is nothing called "${unknown}" to do without; there are ${expected}.`;
  throw new PronkError("bad-request", message, { field: "without", expected, found: unknown });
}

/** A device with every useful feature and limit; PronkError `adapter-missing` where the adapter refuses. */
export async function requestDevice(adapter: GPUAdapter, without: readonly string[]): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  if (!without.includes("limits")) for (const limit of raisedLimits) requiredLimits[limit] = adapter.limits[limit];
  const wanted = [...usefulFeatures, clock];
  const requiredFeatures = wanted.filter((name) => adapter.features.has(name) && !without.includes(name));
  try {
    return await adapter.requestDevice({ requiredFeatures, requiredLimits, label: "pronk" });
  } catch (cause) {
    const message = "The adapter refused a WebGPU device. Close other GPU pages and reload.";
    throw new PronkError("adapter-missing", message, {}, { cause });
  }
}

/** A device with nothing but the largest buffers on offer; undefined where there is none. */
export async function requestBareDevice(): Promise<{ device: GPUDevice; maxBufferBytes: number } | undefined> {
  const adapter = await find();
  const maxBufferSize = adapter?.limits.maxBufferSize ?? 0;
  const device = await adapter?.requestDevice({ requiredLimits: { maxBufferSize } }).catch(() => undefined);
  return device && { device, maxBufferBytes: maxBufferSize };
}

export function readDevice({ adapterInfo, features: all, limits }: GPUDevice, without: readonly string[]): DeviceFacts {
  const features = new Set<string>(usefulFeatures.filter((name) => all.has(name)));
  if (globalThis.navigator?.gpu?.wgslLanguageFeatures?.has("packed_4x8_integer_dot_product")) features.add("dp4a");
  for (const name of without) features.delete(name);
  const adapter = summarise(adapterInfo);
  return {
    adapter,
    // By name, too: Node's Dawn calls no adapter a fallback. Firefox gives no names.
    software:
      isCalled(adapter, /swiftshader|llvmpipe|lavapipe|software|cpu/i) || adapterInfo?.isFallbackAdapter === true,
    features,
    hasClock: all.has(clock),
    maxBindingBytes: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
    maxBufferBytes: limits.maxBufferSize,
    storageBuffersPerShader: limits.maxStorageBuffersPerShaderStage,
    groupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
  };
}

export const isSwiftShader = (adapter: AdapterSummary): boolean => isCalled(adapter, /swiftshader/i);

const isCalled = (adapter: AdapterSummary, name: RegExp) => name.test(Object.values(adapter).join(" "));

function summarise(info: GPUAdapterInfo | undefined): AdapterSummary {
  const { vendor = "", architecture = "", device = "", description = "" } = info ?? {};
  return { vendor, architecture, device, description };
}
