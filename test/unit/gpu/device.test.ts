// What the device's faults lead to, over a fake one: which are final and which concern one call, what waits for a loss and
// what is left after it, compiling and allocating that ends early, and the probe of memory.

import { beforeEach, describe, expect, test, vi } from "vitest";
import { probeAllocation } from "../../../src/gpu/allocation-probe.ts";
import { openGpu } from "../../../src/gpu/device.ts";
import { Kernels } from "../../../src/gpu/kernel.ts";
import { GpuMemory } from "../../../src/gpu/memory.ts";
import { createRing } from "../../../src/gpu/readback.ts";
import { countedSignal } from "../../support/counted-signal.ts";

class OutOfMemory {
  message = "no room";
}

/** As much of a GPUDevice as these parts use. What it is told to refuse, it refuses. */
class FakeDevice extends EventTarget {
  features = new Set<string>();
  limits = { maxBufferSize: 2 ** 31 - 1, maxStorageBufferBindingSize: 2 ** 31 - 1 };
  adapterInfo = {};
  refuses: OutOfMemory | undefined;
  /** Whether what was refused was also written to. */
  invalid = false;
  compiling = 0;
  live = 0;
  lose!: (info: { reason: string; message: string }) => void;
  lost = new Promise<{ reason: string; message: string }>((resolve) => (this.lose = resolve));
  queue = { writeBuffer: () => {}, submit: () => {} };
  scopes: string[] = [];
  #word = new Uint32Array([0x70726f6e]).buffer;

  createBuffer({ size }: { size: number }) {
    this.live++;
    const destroy = () => void this.live--;
    const mapAsync = async () => {};
    return { size, destroy, mapAsync, unmap: () => {}, getMappedRange: () => this.#word };
  }
  createCommandEncoder = () => ({ copyBufferToBuffer: () => {}, finish: () => ({}) });
  pushErrorScope(filter: string) {
    this.scopes.push(filter);
  }
  async popErrorScope() {
    const filter = this.scopes.pop();
    if (filter === "out-of-memory") return this.refuses ?? null;
    return this.invalid ? { message: "invalid buffer" } : null;
  }
  createShaderModule = () => ({ getCompilationInfo: async () => ({ messages: [] }) });
  createComputePipelineAsync() {
    this.compiling++;
    return new Promise(() => {}); // for ever
  }
  destroy() {}
  tell(error: object) {
    this.dispatchEvent(Object.assign(new Event("uncapturederror"), { error }));
  }
}

beforeEach(() => {
  vi.stubGlobal("GPUOutOfMemoryError", OutOfMemory);
  vi.stubGlobal("GPUBufferUsage", { COPY_SRC: 4, COPY_DST: 8, MAP_READ: 1, STORAGE: 128, UNIFORM: 64 });
  vi.stubGlobal("GPUMapMode", { READ: 1 });
});

async function open() {
  const device = new FakeDevice();
  const gpu = await openGpu({ device: device as unknown as GPUDevice });
  return { device, gpu };
}

const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
};

describe("faults", () => {
  test("memory that ran out is the fault of one call where the GPU computes on", async () => {
    const { device, gpu } = await open();
    expect(await gpu.recover()).toBe(false);
    device.tell(new OutOfMemory());
    expect(codeOf(gpu.check)).toBe("out-of-memory");
    expect(await gpu.recover()).toBe(true);
    expect(codeOf(gpu.check)).toBe(undefined);
    expect([device.live, device.scopes]).toEqual([0, []]);
    device.tell(new OutOfMemory());
    expect(codeOf(gpu.check)).toBe("out-of-memory");
  });

  test("it lasts where even a small buffer is refused", async () => {
    const { device, gpu } = await open();
    device.tell(new OutOfMemory());
    device.refuses = new OutOfMemory();
    await expect(gpu.recover()).rejects.toMatchObject({ code: "out-of-memory" });
    expect(codeOf(gpu.check)).toBe("out-of-memory");
    device.refuses = undefined;
    expect(await gpu.recover()).toBe(true);
  });

  test("a refused command and a loss are for good, memory or not", async () => {
    for (const memoryFirst of [true, false]) {
      const { device, gpu } = await open();
      if (memoryFirst) device.tell(new OutOfMemory());
      device.tell({ message: "invalid buffer" });
      if (!memoryFirst) device.tell(new OutOfMemory());
      await expect(gpu.recover()).rejects.toMatchObject({ code: "driver-fault" });
      await expect(gpu.recover()).rejects.toMatchObject({ code: "driver-fault" });
    }
    const { device, gpu } = await open();
    device.tell(new OutOfMemory());
    device.lose({ reason: "unknown", message: "gone" });
    await expect(gpu.lost).rejects.toMatchObject({ code: "device-lost" });
    await expect(gpu.recover()).rejects.toMatchObject({ code: "device-lost" });
  });

  test("a buffer that is refused to nobody who checks is told by name, and is over like any shortage", async () => {
    const { device, gpu } = await open();
    device.refuses = new OutOfMemory();
    new GpuMemory(gpu).storage("a ring", 64);
    await vi.waitFor(() => expect(codeOf(gpu.check)).toBe("out-of-memory"));
    expect(() => gpu.check()).toThrow(/no room for a ring \(1 kB\)/);
    device.refuses = undefined;
    expect(await gpu.recover()).toBe(true);
  });

  test("a load is told of each at once", async () => {
    const { device, gpu } = await open();
    const told: string[] = [];
    gpu.onFault = ({ code }) => told.push(code);
    device.tell(new OutOfMemory());
    device.tell({ message: "invalid buffer" });
    expect(told).toEqual(["out-of-memory", "driver-fault"]);
  });
});

describe("work that a loss would leave hanging", () => {
  test("ends with the loss, before and after it", async () => {
    const { device, gpu } = await open();
    expect(await gpu.untilLost(Promise.resolve(7))).toBe(7);
    await expect(gpu.untilLost(Promise.reject(new Error("own")))).rejects.toThrow("own");
    const hanging = gpu.untilLost(new Promise(() => {}));
    device.lose({ reason: "unknown", message: "gone" });
    await expect(hanging).rejects.toMatchObject({ code: "device-lost" });
    await expect(gpu.untilLost(new Promise(() => {}))).rejects.toMatchObject({ code: "device-lost" });
  });

  test("leaves nothing on the loss of a device that lives long", async () => {
    const { gpu } = await open();
    const then = vi.spyOn(gpu.lost, "then"); // what a race calls
    const ring = createRing(gpu, new GpuMemory(gpu), "ids", 2, 4);
    for (let token = 0; token < 100; token++)
      await ring.copy({ copyBufferToBuffer: () => {} } as unknown as GPUCommandEncoder, {} as GPUBuffer, 4)();
    expect(then).not.toHaveBeenCalled();
  });
});

describe("what is made for one request", () => {
  test("is freed where the GPU refuses it, and nothing else is", async () => {
    const { device, gpu } = await open();
    const memory = new GpuMemory(gpu);
    memory.storage("kept", 64);
    const make = () => [memory.storage("a", 1000), memory.storage("b", 1000)];
    device.refuses = new OutOfMemory();
    await expect(memory.checked("more", make)).rejects.toMatchObject({
      code: "out-of-memory",
      facts: { buffer: "a", neededBytes: 1008, takenBytes: 64 },
    });
    expect([memory.usedBytes, device.live]).toEqual([64, 1]);
    device.invalid = true; // a consequence
    await expect(memory.checked("more", make)).rejects.toMatchObject({ code: "out-of-memory" });
    device.refuses = undefined;
    await expect(memory.checked("more", make)).rejects.toMatchObject({ code: "driver-fault" });
    device.invalid = false;
    const fail = () => {
      make();
      throw new Error("own");
    };
    await expect(memory.checked("more", fail)).rejects.toThrow("own");
    expect([memory.usedBytes, device.live, device.scopes]).toEqual([64, 1, []]);
    await memory.checked("more", make);
    expect(device.live).toBe(3);
  });
});

describe("compiling", () => {
  test.each([true, false])("ends with the signal, calmly %s, and nothing begins after it", async (calmly) => {
    const { device, gpu } = await open();
    const { controller, listeners } = countedSignal();
    const kernels = new Kernels(gpu, { calmly, signal: controller.signal });
    const asked = (["gather", "swiglu", "rmsnorm"] as const).map((kernel) => kernels.pipeline({ kernel }));
    await new Promise((resolve) => setTimeout(resolve));
    expect(device.compiling).toBe(calmly ? 1 : 3);
    const reason = new Error("the load is over");
    controller.abort(reason);
    for (const pipeline of asked) await expect(pipeline).rejects.toBe(reason);
    await expect(kernels.pipeline({ kernel: "sample" })).rejects.toBe(reason);
    kernels.hurry();
    await new Promise((resolve) => setTimeout(resolve));
    expect(device.compiling).toBe(calmly ? 1 : 3);
    expect(listeners()).toBe(0);
  });

  test("has one listener for all that wait, and leaves none", async () => {
    const { device, gpu } = await open();
    device.createComputePipelineAsync = async () => ({});
    const { controller, listeners, most } = countedSignal();
    const kernels = new Kernels(gpu, { signal: controller.signal });
    await Promise.all((["gather", "swiglu", "sample"] as const).map((kernel) => kernels.pipeline({ kernel })));
    expect([listeners(), most()]).toEqual([0, 1]);
  });
});

test("the probe of memory asks for buffers that the limit allows, also where it is no multiple of four", async () => {
  const sizes: number[] = [];
  let failure: object | null = null;
  const device = new FakeDevice();
  const { maxBufferSize } = device.limits;
  const createBuffer = ({ size }: { size: number }) => {
    sizes.push(size);
    failure = size > maxBufferSize || size % 4 !== 0 ? {} : null;
    return { destroy() {} };
  };
  const popErrorScope = async () => failure;
  const adapter = {
    limits: device.limits,
    requestDevice: async () => Object.assign(device, { createBuffer, popErrorScope }),
  };
  vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => adapter } });
  const needed = 5 * 2 ** 30 + 1;
  expect(await probeAllocation(needed)).toBe(true);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThanOrEqual(needed);
  expect(sizes).toHaveLength(3);
  vi.unstubAllGlobals();
});
