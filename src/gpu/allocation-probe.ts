// Whether the GPU has as much memory as a model will take, found out by taking it for a moment: limits give the size of one
// buffer, but not how many there may be. It runs on a device of its own, where a failure harms nobody.

import { requestBareDevice } from "./adapter.ts";

/** Undefined where it cannot be determined; never throws. */
export async function probeAllocation(neededBytes: number): Promise<boolean | undefined> {
  const trial = await requestBareDevice();
  if (!trial) return undefined;
  const { device, maxBufferBytes } = trial;
  let lost = false;
  void device.lost.then(() => (lost = true));
  const buffers: GPUBuffer[] = [];
  const largest = Math.floor(maxBufferBytes / 4) * 4; // the limit may be 2^31 - 1
  try {
    for (let left = neededBytes; left > 0; left -= largest) {
      const size = Math.min(Math.ceil(left / 4) * 4, largest);
      device.pushErrorScope("out-of-memory");
      device.pushErrorScope("validation");
      buffers.push(device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST }));
      const failures = [await device.popErrorScope(), await device.popErrorScope()];
      if (lost || failures.some(Boolean)) return false;
    }
    return true;
  } catch {
    return undefined;
  } finally {
    for (const buffer of buffers) buffer.destroy();
    device.destroy();
  }
}
