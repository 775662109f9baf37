// The benchmark's own arithmetic: counting calls, comparing logits, the stream's sum, the text. No GPU;
// test/browser/bench.test.ts has what runs on one.

import { afterEach, describe, expect, test, vi } from "vitest";
import { streamSum } from "../../../src/bench/adapter-probes.ts";
import { compareRows } from "../../../src/bench/check-outputs.ts";
import { countGpuCalls, watchBuffers } from "../../../src/bench/gpu-calls.ts";
import { neededBytes } from "../../../src/bench/needs.ts";
import { bytes, figures, rate } from "../../../src/bench/report-text.ts";
import { benchShapes } from "../../../src/bench/shapes.ts";
import { median, spreadOf } from "../../../src/bench/statistics.ts";
import { readFlags } from "../../../cli/bench-flags.ts";

class FakeBuffer {
  readonly size: number;
  constructor(size: number) {
    this.size = size;
  }
  destroy() {}
  mapAsync() {}
}
class FakeDevice {
  createBuffer({ size }: { size: number }) {
    return new FakeBuffer(size);
  }
  createBindGroup() {}
  createComputePipeline() {}
  createComputePipelineAsync() {}
}
class FakeQueue {
  submit() {}
  writeBuffer() {}
}
class FakeEncoder {
  beginComputePass() {}
  copyBufferToBuffer() {}
}
class FakePass {
  dispatches = 0;
  dispatchWorkgroups() {
    this.dispatches++;
  }
  dispatchWorkgroupsIndirect() {}
}

function fakeWebGpu() {
  vi.stubGlobal("GPUBuffer", FakeBuffer);
  vi.stubGlobal("GPUDevice", FakeDevice);
  vi.stubGlobal("GPUQueue", FakeQueue);
  vi.stubGlobal("GPUCommandEncoder", FakeEncoder);
  vi.stubGlobal("GPUComputePassEncoder", FakePass);
}

afterEach(() => vi.unstubAllGlobals());

describe("calls", () => {
  test("each is counted, also of objects made before, and still made", () => {
    fakeWebGpu();
    const pass = new FakePass();
    const counter = countGpuCalls();
    pass.dispatchWorkgroups();
    pass.dispatchWorkgroupsIndirect();
    new FakeEncoder().beginComputePass();
    new FakeQueue().submit();
    new FakeDevice().createBindGroup();
    new FakeDevice().createComputePipelineAsync();
    new FakeDevice().createBuffer({ size: 4 }).mapAsync();
    counter.stop();
    pass.dispatchWorkgroups();
    expect(pass.dispatches).toBe(2);
    expect(counter.calls).toEqual({
      dispatches: 2,
      passes: 1,
      submits: 1,
      buffersCreated: 1,
      bindGroupsCreated: 1,
      pipelinesCreated: 1,
      readbacks: 1,
      writeBuffers: 0,
      copies: 0,
    });
  });

  test("buffers are added up until they are destroyed, and a second destroy takes nothing away", () => {
    fakeWebGpu();
    const watch = watchBuffers();
    const device = new FakeDevice();
    const first = device.createBuffer({ size: 100 });
    device.createBuffer({ size: 30 });
    first.destroy();
    first.destroy();
    device.createBuffer({ size: 7 });
    watch.stop();
    device.createBuffer({ size: 1000 });
    expect([watch.liveBytes, watch.peakBytes]).toEqual([37, 130]);
  });
});

describe("logits against the plain twin", () => {
  const rows = (...values: number[][]) => values.map((row) => Float32Array.from(row));
  const compare = (given: number[][], plain: number[][], allowed = 0.1) =>
    compareRows(
      { decode: rows(...given), prefill: Float32Array.from(given.at(-1)!) },
      { decode: rows(...plain), prefill: Float32Array.from(plain.at(-1)!) },
      allowed,
    );

  test("the largest error decides, on the scale of the logits", () => {
    const plain = [
      [3, -1],
      [1, 1],
    ];
    const result = compare([[3, -1.25], plain[1]], plain);
    expect(result.largestError).toBe(0.25);
    expect(result.logitSize).toBeCloseTo(Math.sqrt(14 / 6));
    expect(result.ok).toBe(false);
    expect(compare([[3, -1.0625], plain[1]], plain).ok).toBe(true);
  });

  test("another top counts only beyond the error", () => {
    const near = compare([[1, 1.05, -4]], [[1.02, 1, -4]]);
    expect([near.changedTop, near.ok]).toEqual([0, true]);
    // Two logits changed by 0.3 each bridge a margin of 0.4, which is more than 0.3.
    expect(compare([[1.7, 1.8]], [[2, 1.6]], 1)).toMatchObject({ changedTop: 2, ok: false });
  });

  test("NaN, and logits that are all zero, are never right", () => {
    expect(compare([[Number.NaN, 0]], [[1, 0]]).ok).toBe(false);
    expect(compare([[0, 0]], [[0, 0]]).ok).toBe(false);
  });

  test("a wrong batch shows beside right steps", () => {
    const decode = rows([1, 2]);
    expect(compareRows({ decode, prefill: Float32Array.of(2, 1) }, { decode, prefill: decode[0] }, 0.1).ok).toBe(false);
  });
});

test("the stream's sum is that of its words", () => {
  let sum = 0n;
  for (let i = 0n; i < 1000n; i++) sum += (i * 2654435761n + 12345n) % 2n ** 32n;
  expect(streamSum(1000)).toBe(sum % 2n ** 32n);
});

test("medians and spreads", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, runs: 3 });
});

test("numbers as people read them", () => {
  expect([1234.5, 12.345, 0.12345, 0].map(figures)).toEqual(["1235", "12.3", "0.123", "0"]);
  expect([999, 1_500_000, 38.65e9].map(bytes)).toEqual(["999 B", "1.50 MB", "38.6 GB"]);
  expect([rate(5e6, 1), rate(1, 1), rate(0, 1)]).toEqual(["5.00", "<0.01", ""]);
});

test("a 7B model in 4 bits needs about 4 GB", () => {
  expect(neededBytes(benchShapes["llama-2-7b"], "q4", 640)).toBeGreaterThan(3.9e9);
  expect(neededBytes(benchShapes["llama-2-7b"], "q4", 640)).toBeLessThan(4.5e9);
});

describe("flags", () => {
  const flags = (text: string) => readFlags(text.split(" "));

  test("arrive in the request", () => {
    const given = `--shape llama-2-7b --layers 2 --quantize q8 --kv f32 --prompt 16 --decode 4 --context 64 --runs 5
      --positions 8,40 --rows 1,4 --without subgroups,dp4a --runtime node --dawn disable_robustness --json`;
    expect(flags(given.replace(/\s+/g, " "))).toEqual({
      request: {
        shape: "llama-2-7b",
        config: benchShapes["llama-2-7b"],
        layers: 2,
        quantize: "q8",
        kv: "f32",
        prompt: 16,
        decode: 4,
        context: 64,
        runs: 5,
        positions: [8, 40],
        rows: [1, 4],
        without: ["subgroups", "dp4a"],
      },
      runtime: "node",
      dawn: ["disable_robustness"],
      json: true,
    });
  });

  test("a folder's config.json is a shape", () => {
    expect(flags("--shape public/models/tiny")!.request.config).toEqual(benchShapes.tiny);
  });

  test.each([
    ["--shape gpt-2", "shape"],
    ["--layers 10", "layers"], // tiny has nine
    ["--decode 0", "decode"],
    ["--rows 1,9", "rows"],
    ["--quantize q3", "quantize"],
    ["--dawn disable_robustness", "dawn"], // a page cannot
    ["--fast", undefined],
  ])("%s is refused", (text, field) => {
    expect(() => flags(text)).toThrow(expect.objectContaining({ code: "bad-request" }));
    if (field)
      expect(() => flags(text)).toThrow(expect.objectContaining({ facts: expect.objectContaining({ field }) }));
  });
});
