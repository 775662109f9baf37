// A page whose real GPU has no room for a later buffer: told as WebGPU tells it (a buffer that is invalid, an out-of-memory
// error in the open scope, or uncaptured), or thrown, as browsers do for one that begins mapped. On the page of frail-gpu.ts,
// with its globals; its engines share a device.

import type { BrowserKind } from "../../cli/browser/find-browser.ts";
import type { BrowserRunner } from "../../cli/runner.ts";
import { openFrailGpu } from "./frail-gpu.ts";
import { shareDevices } from "./share-devices.ts";

export const bufferRefusals = ["told", "thrown"] as const;

/** Global of the page. */
export interface RefusingGpu {
  /** How many were asked for since this was set to 0. */
  buffers: number;
  /** Which of them is refused, and how; the first is 1. */
  refused?: { at: number; how: (typeof bufferRefusals)[number] };
  /** Of buffers that nobody has destroyed. */
  liveBytes: number;
}

/** Runs in the page. */
function refuseBuffers(): void {
  const state: RefusingGpu = { buffers: 0, liveBytes: 0 };
  Object.assign(globalThis, { refusing: state });

  const refuse = (device: GPUDevice) => {
    const own = { create: device.createBuffer, push: device.pushErrorScope, pop: device.popErrorScope };
    const [create, push, pop] = [own.create, own.push, own.pop].map((one) => one.bind(device)) as [
      GPUDevice["createBuffer"],
      GPUDevice["pushErrorScope"],
      GPUDevice["popErrorScope"],
    ];
    const scopes: { filter: GPUErrorFilter; told?: GPUError }[] = [];
    device.pushErrorScope = (filter) => {
      scopes.push({ filter });
      push(filter);
    };
    device.popErrorScope = async () => {
      const told = scopes.pop()?.told;
      return (await pop()) ?? told ?? null;
    };
    const tell = (error: GPUError) => {
      const scope = scopes.findLast(({ filter }) => filter === "out-of-memory");
      if (scope) scope.told ??= error;
      else device.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
    };
    /** As after a refusal: whatever uses it is a validation error. */
    const invalid = (descriptor: GPUBufferDescriptor) => {
      push("validation");
      const made = create({ ...descriptor, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE });
      void pop();
      return made;
    };
    device.createBuffer = (descriptor) => {
      if (++state.buffers === state.refused?.at) {
        if (state.refused.how === "thrown") throw new RangeError("createBuffer failed: allocation failed");
        tell(new GPUOutOfMemoryError("the test has none left"));
        return invalid(descriptor);
      }
      const buffer = create(descriptor);
      state.liveBytes += buffer.size;
      let isLive = true;
      const { destroy } = buffer;
      buffer.destroy = () => {
        if (isLive) state.liveBytes -= buffer.size;
        isLive = false;
        return destroy.call(buffer);
      };
      return buffer;
    };
  };

  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...given) {
    const device = await requestDevice.apply(this, given);
    refuse(device);
    return device;
  };
}

export async function openRefusingGpu(kind: BrowserKind, modelFolder: string): Promise<BrowserRunner> {
  const runner = await openFrailGpu(kind, modelFolder);
  await runner.page.evaluate(shareDevices, { masked: false });
  await runner.page.evaluate(refuseBuffers);
  return runner;
}
