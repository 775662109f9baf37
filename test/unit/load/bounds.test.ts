// What the loader promises whatever the model's size: bounded bytes, no large array, no long stretch of work, and every
// byte in its place when tensors, heads and rows cross block boundaries.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BufferPool } from "../../../src/load/look-ahead.ts";
import { loadModel } from "../../support/load-model.ts";
import type { StoredTensor } from "../../../src/quant/layout.ts";
import { dequantizeRows, quantizeRows, type RowQuantizer } from "../../../src/quant/rows.ts";
import { ProgressMeter, type ProgressEvent } from "../../../src/source/progress.ts";
import { maxReadBytes } from "../../../src/source/read-limit.ts";
import type { ModelSource } from "../../../src/source/source.ts";
import { tiedLlama } from "../../support/made-checkpoint.ts";

const mebibyte = 2 ** 20;
const RealArrayBuffer = globalThis.ArrayBuffer;
let largest = 0;

/** Any single ArrayBuffer over 64 MiB throws; the largest size is kept. */
beforeEach(() => {
  largest = 0;
  const check = (sizeBytes: number) => {
    if (sizeBytes > 64 * mebibyte) throw new RangeError(`an ArrayBuffer of ${sizeBytes} bytes`);
    largest = Math.max(largest, sizeBytes);
  };
  for (const name of ["ArrayBuffer", "Uint8Array", "Uint16Array", "Int8Array", "Float32Array"] as const) {
    const Real = globalThis[name] as unknown as { new (...args: unknown[]): unknown; BYTES_PER_ELEMENT?: number };
    const Checked = new Proxy(Real, {
      construct(target, args: unknown[]) {
        if (typeof args[0] === "number") check(args[0] * (target.BYTES_PER_ELEMENT ?? 1));
        return Reflect.construct(target, args) as object; // not with the proxy as newTarget: such arrays are slow
      },
    });
    undo.push(() => Object.assign(globalThis, { [name]: Real }));
    Object.assign(globalThis, { [name]: Checked });
  }
});
const undo: (() => void)[] = [];
afterEach(() => {
  for (const restore of undo.splice(0)) restore();
  expect(globalThis.ArrayBuffer).toBe(RealArrayBuffer);
});

/** What the synthetic files hold, over and over: f16 of moderate size, so finite. A prime period, so nothing lines up. */
const tile = new Uint8Array(1_000_003 * 2);
for (let i = 0; i < tile.length; i += 2) {
  tile[i] = (i * 7 + (i >> 11)) & 255;
  tile[i + 1] = 0x20 | ((i >> 1) & 0x83);
}

/** The data's bytes from `position` on. */
function fillData(bytes: Uint8Array, position: number): Uint8Array {
  for (let at = 0; at < bytes.length;) {
    const from = (position + at) % tile.length;
    const count = Math.min(tile.length - from, bytes.length - at);
    bytes.set(tile.subarray(from, from + count), at);
    at += count;
  }
  return bytes;
}

/** f16 checkpoint of `layers`, with bytes computed on request: as large as one likes. */
function syntheticSource(
  config: Record<string, unknown>,
  tensors: [string, number[]][],
  padding = 0,
): ModelSource & { bytesRead: number } {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, shape] of tensors) {
    const start = end;
    end += 2 * shape.reduce((product, count) => product * count, 1);
    header[name] = { dtype: "F16", shape, data_offsets: [start, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header) + " ".repeat(padding));
  const configBytes = new TextEncoder().encode(JSON.stringify(config));
  const dataStart = 8 + text.length;
  return {
    id: "files:synthetic",
    label: "synthetic",
    remote: false,
    bytesRead: 0,
    files: [
      { path: "config.json", sizeBytes: configBytes.length },
      { path: "model.safetensors", sizeBytes: dataStart + end },
    ],
    async read(path, start, stop, { into } = {}) {
      if (path === "config.json") return configBytes.slice(start, stop);
      this.bytesRead += stop - start;
      const bytes = (into?.() ?? new Uint8Array(stop - start)).subarray(0, stop - start);
      if (stop > dataStart) fillData(bytes.subarray(Math.max(0, dataStart - start)), Math.max(0, start - dataStart));
      const head = new Uint8Array(dataStart);
      new DataView(head.buffer).setBigUint64(0, BigInt(text.length), true);
      head.set(text, 8);
      if (start < dataStart) bytes.set(head.subarray(start, Math.min(stop, dataStart)));
      return bytes;
    },
  };
}

/** Counts, and checks that each write is where it should be. */
const countingSink = () => {
  const seen = { bytes: 0, held: 0 };
  return { seen, write: async (_: unknown, __: number, bytes: Uint8Array) => void (seen.bytes += bytes.length) };
};

/** Stored rows of zeros, for what depends on their size alone. */
const emptyRows: RowQuantizer = { quantize: async () => {} };

describe("memory", () => {
  test.each(["none", "q4"] as const)(
    "peak is the same for a model and one several times as large (%s), and no array is over 16 MiB",
    async (quantize) => {
      const peaks: number[] = [];
      for (const layers of [5, 12]) {
        const { config, shapes } = tiedLlama({ dim: 1024, hiddenDim: 2816, layers, vocabSize: 1000 });
        const source = syntheticSource(config, shapes);
        const pool = new BufferPool();
        const sink = countingSink();
        const model = await loadModel({ reference: source, quantize, sink, pool, quantizer: emptyRows });
        expect(source.bytesRead).toBeGreaterThanOrEqual(source.files[1].sizeBytes);
        expect(sink.seen.bytes).toBe(model.tensors.reduce((sum, tensor) => sum + tensor.end - tensor.start, 0));
        expect(pool.heldBytes).toBe(0);
        peaks.push(model.peakChunkBytes);
      }
      expect(Math.max(...peaks)).toBeLessThanOrEqual(6 * maxReadBytes);
      expect(Math.abs(peaks[1] - peaks[0])).toBeLessThanOrEqual(maxReadBytes);
      expect(largest).toBeLessThanOrEqual(maxReadBytes);
    },
  );

  test("the event loop gets its turn while weights are quantized", async () => {
    const { config, shapes } = tiedLlama({ dim: 256, hiddenDim: 704, layers: 2, vocabSize: 200 });
    let nowMs = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs++); // is read once a row
    let turns = 0;
    let over = false;
    const turn = () => void (over || (turns++, setImmediate(turn)));
    setImmediate(turn);
    await loadModel({ reference: syntheticSource(config, shapes), quantize: "q4", sink: countingSink() });
    over = true;
    clock.mockRestore();
    const rows = shapes.reduce((sum, [, shape]) => sum + (shape.length > 1 ? shape[0] : 0), 0);
    expect(turns).toBeGreaterThan(rows / 20); // a turn is due after 12 ms
  });
});

test.each([0, 1, 5])(
  "every byte in its place when rows cross the borders of blocks (data start shifted by %i)",
  async (padding) => {
    // 4.4 MB of embedding and rows of 2816 columns: 16 MiB boundaries fall inside rows.
    const { config, shapes } = tiedLlama({ dim: 1024, hiddenDim: 2816, layers: 1, vocabSize: 2200 });
    for (const quantize of padding === 1 ? (["none", "q4"] as const) : (["none"] as const)) {
      const source = syntheticSource(config, shapes, padding);
      const checks: string[] = [];
      let current: { name: string; bytes: Uint8Array; filled: number } | undefined;
      const starts = new Map<string, number>();
      let position = 0;
      for (const [name, shape] of shapes) {
        starts.set(name, position);
        position += 2 * shape.reduce((product, count) => product * count, 1);
      }
      await loadModel({
        reference: source,
        quantize,
        sink: {
          async write(slice, offset, bytes) {
            const tensor = slice as StoredTensor;
            if (current?.name !== tensor.name)
              current = { name: tensor.name, bytes: new Uint8Array(tensor.end - tensor.start), filled: 0 };
            expect([offset, offset % 16]).toEqual([current.filled, 0]);
            current.bytes.set(bytes, offset);
            current.filled += bytes.length;
            if (current.filled < current.bytes.length) return;
            const start = starts.get(tensor.name)!;
            const original = fillData(new Uint8Array(2 * tensor.rows * tensor.cols), start);
            const expected =
              tensor.encoding === "f16"
                ? original
                : quantizeRows(
                    tensor.encoding as "q4",
                    dequantizeRows("f16", original, tensor.rows, tensor.cols),
                    tensor.cols,
                  );
            if (Buffer.compare(expected, current.bytes) !== 0) checks.push(`${tensor.name} differs`);
            else checks.push("same");
          },
        },
      });
      expect(checks).toEqual(shapes.map(() => "same"));
      expect(largest).toBeLessThanOrEqual(maxReadBytes);
    }
  },
);

describe("buffer pool", () => {
  test("waits when full, counts, uses buffers again", async () => {
    const pool = new BufferPool(2);
    const first = await pool.take(maxReadBytes);
    const buffer = first.room();
    const second = await pool.take(maxReadBytes);
    let third = false;
    const waiting = pool.take(maxReadBytes).then((slot) => ((third = true), slot));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([third, pool.heldBytes, pool.peakBytes]).toEqual([false, 2 * maxReadBytes, 2 * maxReadBytes]);
    first.release();
    first.release();
    expect((await waiting).room()).toBe(buffer);
    expect(pool.heldBytes).toBe(2 * maxReadBytes);
    second.release();
    expect(pool.heldBytes).toBe(maxReadBytes);
  });

  test("an abort ends the wait", async () => {
    const pool = new BufferPool(1);
    await pool.take(maxReadBytes);
    const controller = new AbortController();
    const waiting = pool.take(1, controller.signal);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});

test("progress speaks at most five times a second, with a smoothed speed and the time left", () => {
  let nowMs = 0;
  const events: ProgressEvent[] = [];
  const meter = new ProgressMeter("download", 10_000_000, (event) => events.push(event), 0, () => nowMs); // prettier-ignore
  for (let i = 0; i < 500; i++) {
    nowMs += 10;
    meter.add(10_000, "a.safetensors");
  }
  expect(events.length).toBeLessThanOrEqual(1 + 5 * 5);
  expect(events.length).toBeGreaterThan(20);
  expect(events.at(-1)).toMatchObject({
    phase: "download",
    loadedBytes: 5_000_000,
    bytesPerSecond: 1_000_000,
    detail: "a.safetensors",
  });
  expect(events.at(-1)!.secondsLeft).toBeCloseTo(5);
  meter.add(-1_000_000); // a retry
  nowMs += 200;
  meter.add(0);
  expect(events.at(-1)!.bytesPerSecond).toBeGreaterThan(500_000);
});
