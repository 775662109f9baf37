// What quantizing lost, kept by the evaluation's page for warm starts, which cannot measure it.

import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { errorsOf } from "../../../demo/eval-order.ts";
import { loadModel } from "../../support/load-model.ts";
import { byteModelFiles } from "../../support/byte-model.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { memorySource } from "../../support/memory-source.ts";

test("errors of every matrix outlive the load that found them, each model's and format's own", async () => {
  const reference = memorySource(byteModelFiles());
  const { quantization } = await loadModel({ reference, quantize: "q4", sink: new CollectingSink() });
  expect(Object.keys(quantization!.matrixErrors)).toHaveLength(2 * 7 + 2);
  await errorsOf("a q4", quantization);
  expect(await errorsOf("a q4", undefined)).toEqual(quantization);
  expect(await errorsOf("a q8", undefined)).toBeUndefined();
});
