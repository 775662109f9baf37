// What quantizes on the way is the caller's: it has the tensors of two rows at a time, they come out in order, and its time
// and loss are told.

import { expect, test } from "vitest";
import { ChunkPool } from "../../../src/load/chunk-pool.ts";
import { loadModel } from "../../../src/load/load-model.ts";
import { ScriptQuantizer } from "../../../src/load/script-quantizer.ts";
import { dequantizeRows, type FileRows, type RowQuantizer } from "../../../src/quant/rows.ts";
import { memorySource } from "../../../src/source/memory-source.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { largeCheckpoint } from "../../support/large-checkpoint.ts";

/** Late, as a GPU is: each call takes a few turns of the event loop, the first the most. */
class LateQuantizer implements RowQuantizer {
  readonly underWay = new Map<ArrayBufferLike, number>(); // calls by the chunk that their bytes lie in
  mostChunks = 0;
  calls = 0;
  readonly #script = new ScriptQuantizer();

  async quantize(rows: FileRows, stored: Uint8Array, signal?: AbortSignal): Promise<void> {
    const chunk = rows.bytes.buffer;
    this.underWay.set(chunk, (this.underWay.get(chunk) ?? 0) + 1);
    this.mostChunks = Math.max(this.mostChunks, this.underWay.size);
    await new Promise((resolve) => setTimeout(resolve, this.calls++ === 0 ? 60 : 5));
    await this.#script.quantize(rows, stored, signal);
    const left = this.underWay.get(chunk)! - 1;
    if (left > 0) this.underWay.set(chunk, left);
    else this.underWay.delete(chunk);
  }
}

const files = largeCheckpoint(2);

const load = (quantizer?: RowQuantizer, signal?: AbortSignal) => {
  const sink = new CollectingSink();
  const pool = new ChunkPool();
  const reference = memorySource(files);
  const model = loadModel({ reference, quantize: "q4", sink, pool, quantizer, signal });
  return { sink, pool, model };
};

test("two rows are being quantized at a time, and arrive in order", async () => {
  const late = new LateQuantizer();
  const given = load(late);
  const plain = load();
  const { quantization } = await given.model;
  await plain.model;
  expect(late.mostChunks).toBe(2);
  for (const [name, bytes] of plain.sink.bytes)
    expect(Buffer.compare(bytes, given.sink.bytes.get(name)!), name).toBe(0);
  expect(given.pool.heldBytes).toBe(0);
  const matrices = [...given.sink.tensors.values()].filter(({ rows }) => rows > 1);
  expect(quantization!.weights).toBe(matrices.reduce((sum, { rows, cols }) => sum + rows * cols, 0));
  expect(quantization!.elapsedMs).toBeGreaterThan(60);
  expect(quantization!.weightsPerSecond).toBeCloseTo((1000 * quantization!.weights) / quantization!.elapsedMs, -1);
  // The sample tells what all of the rows would.
  const exact = new CollectingSink();
  await loadModel({ reference: memorySource(files), quantize: "none", sink: exact });
  let squares = 0;
  let lost = 0;
  for (const { name, rows, cols, encoding } of matrices) {
    const weights = dequantizeRows("f16", exact.bytes.get(name)!, rows, cols);
    const kept = dequantizeRows(encoding, given.sink.bytes.get(name)!, rows, cols);
    for (let i = 0; i < weights.length; i++) {
      squares += weights[i] ** 2;
      lost += (weights[i] - kept[i]) ** 2;
    }
  }
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

test("an abort while rows are with the quantizer ends the load", async () => {
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
