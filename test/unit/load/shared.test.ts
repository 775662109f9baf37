// The trained checkpoints of ../shared/data through the loader: every format of the same weights gives the same tensors.

import { describe, expect, test } from "vitest";
import { loadModel } from "../../support/load-model.ts";
import { dequantizeRows } from "../../../src/quant/rows.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { folderFiles, folderSource, sharedData } from "../../support/local-folder.ts";
import { memorySource } from "../../support/memory-source.ts";

const sharded = sharedData("e2e/stories260K-hf-f32-sharded");
const llama2c = sharedData("models/stories260K");

/** Rows of each head in Meta's order, 2i and 2i + 1 side by side, into Hugging Face's. */
function inHalves(bytes: Uint8Array, rows: number, heads: number): Uint8Array {
  const rowBytes = bytes.length / rows;
  const headRows = rows / heads;
  const turned = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++) {
    const within = row % headRows;
    const to = row - within + (within % 2) * (headRows / 2) + Math.floor(within / 2);
    turned.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), to * rowBytes);
  }
  return turned;
}

describe.skipIf(!sharded)("stories260K", () => {
  test.skipIf(!llama2c)("llama2.c's .bin equals the Hugging Face shards, tensor by tensor", async () => {
    const fromShards = new CollectingSink();
    const shards = await loadModel({ reference: folderSource(sharded!), quantize: "none", sink: fromShards });
    const bin = memorySource([["stories260K.bin", folderFiles(llama2c!).get("stories260K.bin")!]]);
    const fromBin = new CollectingSink();
    const model = await loadModel({ reference: bin, quantize: "none", sink: fromBin });
    expect(model.config).toMatchObject({
      dim: 64,
      hiddenDim: 172,
      layers: 5,
      heads: 8,
      kvHeads: 4,
      tiedEmbeddings: true,
    });
    expect(shards.config.tiedEmbeddings).toBe(false);
    expect(fromBin.bytes.size).toBe(47);
    for (const { name, rows, interleaved } of model.tensors) {
      const heads = rows / 8; // of 8 dims
      const bytes = interleaved ? inHalves(fromBin.bytes.get(name)!, rows, heads) : fromBin.bytes.get(name)!;
      expect(Buffer.compare(bytes, fromShards.bytes.get(name)!), name).toBe(0);
    }
    expect(model.tensors.filter(({ interleaved }) => interleaved)).toHaveLength(10); // q and k of five layers
  });

  test.each([
    ["stories260K-hf-f32-sharded", "f32", 48],
    ["stories260K-hf-f16", "f16", 48],
    ["stories260K-hf-bf16", "bf16", 48],
    ["stories260K-hf-f16-tied", "f16", 47],
  ])("%s is read as %s", async (folder, encoding, count) => {
    const sink = new CollectingSink();
    const model = await loadModel({ reference: folderSource(sharedData(`e2e/${folder}`)!), quantize: "none", sink });
    expect(model.tensors).toHaveLength(count);
    expect(new Set(model.tensors.map((tensor) => tensor.encoding))).toEqual(new Set([encoding]));
    const reference = new CollectingSink();
    await loadModel({ reference: folderSource(sharded!), quantize: "none", sink: reference });
    for (const { name, rows, cols } of model.tensors) {
      const values = dequantizeRows(encoding as "f32", sink.bytes.get(name)!, rows, cols);
      const exact = dequantizeRows("f32", reference.bytes.get(name)!, rows, cols);
      const tolerance = { f32: 0, f16: 2 ** -11, bf16: 2 ** -8 }[encoding]!;
      for (let i = 0; i < exact.length; i++)
        if (Math.abs(values[i] - exact[i]) > tolerance * Math.abs(exact[i]) + 2 ** -25)
          expect.fail(`${name}[${i}]: ${values[i]} for ${exact[i]}`);
    }
  });

  test.each([
    ["q8", 127],
    ["q4", 8],
  ] as const)("%s is within the promised steps of the weights", async (quantize, reach) => {
    const exactSink = new CollectingSink();
    await loadModel({ reference: folderSource(sharded!), quantize: "none", sink: exactSink });
    const sink = new CollectingSink();
    const model = await loadModel({ reference: folderSource(sharded!), quantize, sink });
    expect(model.quantize).toBe(quantize);
    for (const { name, encoding, rows, cols } of model.tensors) {
      const values = dequantizeRows(encoding, sink.bytes.get(name)!, rows, cols);
      const exact = dequantizeRows("f32", exactSink.bytes.get(name)!, rows, cols);
      const steps = encoding === "q4" ? reach : encoding === "q8" ? 127 : Infinity;
      for (let first = 0; first < exact.length; first += cols) {
        for (let group = first; group < first + cols; group += 32) {
          const end = Math.min(group + 32, first + cols);
          const step = Math.max(...exact.subarray(group, end).map(Math.abs)) / steps;
          for (let i = group; i < end; i++)
            // Half a step of the largest scale tried; q4 has one side of 7 codes, which the smallest scale cuts most.
            if (Math.abs(values[i] - exact[i]) > step * (encoding === "q4" ? 1.7 : 0.53)) expect.fail(`${name}[${i}]`);
        }
      }
    }
  });
});
