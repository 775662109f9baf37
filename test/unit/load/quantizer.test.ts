// The quantizer on the way is the caller's: it has the tensors of two blocks at a time, they come out in order, and its time
// and loss are reported.

import { expect, test } from "vitest";
import { BufferPool } from "../../../src/load/look-ahead.ts";
import { loadModel } from "../../support/load-model.ts";
import { ScriptQuantizer } from "../../../src/load/quantizers.ts";
import { dequantizeRows, type FileRows, type RowQuantizer } from "../../../src/quant/rows.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { largeCheckpoint } from "../../support/large-checkpoint.ts";
import { memorySource } from "../../support/memory-source.ts";

/** Late, as a GPU is: each call takes a few turns of the event loop, and the first is done only when another block has come. */
class LateQuantizer implements RowQuantizer {
  readonly underWay = new Map<ArrayBufferLike, number>(); // calls by the buffer that their bytes lie in
  mostBuffers = 0;
  calls = 0;
  readonly #rows: RowQuantizer | undefined;
  #onSecond!: () => void;
  readonly #second = new Promise<void>((resolve) => (this.#onSecond = resolve));

  /** `rows` makes the bytes; without it they stay zeros, and no call waits for another block. */
  constructor(rows?: RowQuantizer) {
    this.#rows = rows;
  }

  async quantize(rows: FileRows, stored: Uint8Array, signal?: AbortSignal): Promise<void> {
    const buffer = rows.bytes.buffer;
    this.underWay.set(buffer, (this.underWay.get(buffer) ?? 0) + 1);
    this.mostBuffers = Math.max(this.mostBuffers, this.underWay.size);
    if (this.underWay.size > 1) this.#onSecond();
    if (this.calls++ === 0 && this.#rows) await this.#second;
    else await new Promise((resolve) => setTimeout(resolve));
    await this.#rows?.quantize(rows, stored, signal);
    const left = this.underWay.get(buffer)! - 1;
    if (left > 0) this.underWay.set(buffer, left);
    else this.underWay.delete(buffer);
  }
}

const files = largeCheckpoint(2);

const load = (quantizer?: RowQuantizer, signal?: AbortSignal) => {
  const sink = new CollectingSink();
  const pool = new BufferPool();
  const reference = memorySource(files);
  const model = loadModel({ reference, quantize: "q4", sink, pool, quantizer, signal });
  return { sink, pool, model };
};

test("two blocks are being quantized at a time, and arrive in order", async () => {
  const late = new LateQuantizer(new ScriptQuantizer());
  const given = load(late);
  const plain = load();
  const { quantization } = await given.model;
  await plain.model;
  expect(late.mostBuffers).toBe(2);
  for (const [name, bytes] of plain.sink.bytes)
    expect(Buffer.compare(bytes, given.sink.bytes.get(name)!), name).toBe(0);
  expect(given.pool.heldBytes).toBe(0);
  const matrices = [...given.sink.tensors.values()].filter(({ rows }) => rows > 1);
  expect(quantization!.weights).toBe(matrices.reduce((sum, { rows, cols }) => sum + rows * cols, 0));
  expect(quantization!.elapsedMs).toBeGreaterThan(0);
  expect(quantization!.weightsPerSecond).toBeCloseTo((1000 * quantization!.weights) / quantization!.elapsedMs, -1);
  // The sample tells what all of the rows would.
  const exact = new CollectingSink();
  await loadModel({ reference: memorySource(files), quantize: "none", sink: exact });
  let squares = 0;
  let lost = 0;
  for (const { name, rows, cols, encoding } of matrices) {
    const before = [squares, lost];
    const weights = dequantizeRows("f16", exact.bytes.get(name)!, rows, cols);
    const kept = dequantizeRows(encoding, given.sink.bytes.get(name)!, rows, cols);
    for (let i = 0; i < weights.length; i++) {
      squares += weights[i] ** 2;
      lost += (weights[i] - kept[i]) ** 2;
    }
    const error = Math.sqrt((lost - before[1]) / (squares - before[0]));
    expect(quantization!.matrixErrors[name] / error, name).toBeCloseTo(1, 1);
  }
  expect(Object.keys(quantization!.matrixErrors)).toHaveLength(matrices.length);
  expect(quantization!.relativeRmsError / Math.sqrt(lost / squares)).toBeCloseTo(1, 1);
});

test("an unquantized load has nothing to tell", async () => {
  const result = await loadModel({
    reference: memorySource(largeCheckpoint(1)),
    quantize: "none",
    sink: new CollectingSink(),
  });
  expect(result.quantization).toBeUndefined();
});

test.each([0, 3, 12])("a failure in call %i is the load's, and gives every slot back", async (failing) => {
  const late = new LateQuantizer();
  const broken: RowQuantizer = {
    async quantize(...job) {
      if (late.calls === failing) {
        late.calls++;
        throw new Error("lost");
      }
      return late.quantize(...job);
    },
  };
  const { model, pool } = load(broken);
  await expect(model).rejects.toThrow("lost");
  expect(pool.heldBytes).toBe(0);
});

test("an abort while blocks are with the quantizer ends the load", async () => {
  const stop = new AbortController();
  const late = new LateQuantizer();
  const stopping: RowQuantizer = {
    quantize(...job) {
      if (late.calls === 2) stop.abort(new Error("enough"));
      return late.quantize(...job);
    },
  };
  const { model, pool } = load(stopping, stop.signal);
  await expect(model).rejects.toThrow("enough");
  expect(pool.heldBytes).toBe(0);
});
