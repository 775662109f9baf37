// Measuring kernels takes memory of its own. If there is none, nothing is left behind, the GPU is as well as before, and the
// load continues with the adapter's defaults. test/kernels/tune.check.ts looks at what tuning chooses.

import { afterEach, expect, test, vi } from "vitest";
import { PronkError } from "../../../src/errors.ts";
import { openGpu } from "../../../src/gpu/device.ts";
import { Kernels } from "../../../src/gpu/kernel.ts";
import { GpuMemory } from "../../../src/gpu/memory.ts";
import { calibrateDispatch, tuneVariants } from "../../../src/gpu/tune.ts";
import { allocateWeight } from "../../../src/gpu/weight.ts";
import { plainFormat } from "../../../src/quant/row-format.ts";
import { untuned } from "../../../src/tuned.ts";
import { IdleGpu } from "../../support/idle-gpu.ts";
import { rejection } from "../../support/rejection.ts";

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["tuning", tuneVariants],
  ["measuring a dispatch", calibrateDispatch],
] as const)("%s without memory, at each buffer that there is", async (_, measure) => {
  const idle = new IdleGpu();
  const device = idle.device();
  (device.features as unknown as Set<string>).add("timestamp-query");
  const gpu = await openGpu({ device });
  (gpu.features as Set<string>).add("dp4a"); // products of bytes are tried, too
  const told: unknown[] = [];
  gpu.onFault = (fault) => told.push(fault);
  const [rows, cols] = [1024, 1024];
  const segments = [{ format: plainFormat("q4", cols), rows }];
  const weight = allocateWeight(new GpuMemory(gpu), { name: "weight", cols, segments }, gpu.maxBindingBytes);
  const request = { gpu, kernels: new Kernels(gpu), weights: [weight], tokens: 64 };
  idle.begin();
  const { liveBytes } = idle;
  await measure(request);
  const most = idle.count("buffer");
  expect(most).toBeGreaterThan(4);
  expect(idle.liveBytes).toBe(liveBytes);
  for (const kind of ["buffer", "buffer thrown"] as const)
    for (let n = 1; n <= most; n++) {
      idle.begin(kind, n);
      const error = (await rejection(measure(request))) as PronkError;
      expect([n, error.code, idle.liveBytes]).toEqual([n, "out-of-memory", liveBytes]);
      gpu.check();
      const { macsPerDispatch, ...variants } = untuned(error, gpu.variants);
      expect({ ...variants, macsPerDispatch: Infinity }).toEqual(gpu.variants);
      expect(macsPerDispatch).toBeLessThan(1e9);
    }
  expect(told).toEqual([]);
});

test("another failure of tuning is no shortage", async () => {
  const gpu = await openGpu({ device: new IdleGpu().device() });
  const error = new PronkError("driver-fault", "no");
  expect(() => untuned(error, gpu.variants)).toThrow(error);
});
