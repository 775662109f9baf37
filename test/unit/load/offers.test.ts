// What is told about several sets of weights before one is chosen: sizes and bits of their files, and the memory they take.

import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bytesOf, weightFormats } from "../../../src/format/weight-formats.ts";
import { inspectModel } from "../../../src/inspect.ts";
import { sharedData } from "../../support/local-folder.ts";

test("a format's bytes are those of its files", () => {
  const files = [
    ["model-00001-of-00002.safetensors", 10],
    ["model-00002-of-00002.safetensors", 20],
    ["adapter/other.safetensors", 99],
    ["m.Q4_K_M.gguf", 3],
    ["m.Q8_0-00001-of-00002.gguf", 4],
    ["m.Q8_0-00002-of-00002.gguf", 5],
    ["pytorch_model-00001-of-00001.bin", 40],
    ["config.json", 1],
  ].map(([path, sizeBytes]) => ({ path: String(path), sizeBytes: Number(sizeBytes) }));
  const source = { label: "made", files, read: () => Promise.reject(new Error("not asked for")) };
  const sizes = weightFormats(source).map((format) => [format.kind, bytesOf(source, format)]);
  expect(sizes).toEqual([
    ["safetensors", 30],
    ["gguf", 3],
    ["gguf", 9],
    ["torch", 40],
  ]);
});

const folder = sharedData("e2e/tiny256-gguf");

test.skipIf(!folder)("each of several has its size, its bits, and what it takes of the GPU", async () => {
  const names = readdirSync(folder!).filter((name) => statSync(join(folder!, name)).isFile());
  const files = names.map((name) => new File([readFileSync(join(folder!, name))], name));
  const { offers, weightsOffered, needs, weights } = await inspectModel(files);
  expect(offers?.map((offer) => offer.weights)).toEqual(weightsOffered);
  for (const offer of offers!) expect(offer.sizeBytes).toBe(statSync(join(folder!, offer.weights)).size);
  const of = (name: string) => offers!.find((offer) => offer.weights.includes(name))!;
  expect(of("Q8_0").bits).toBeGreaterThan(8.5);
  expect(of("Q2_K").bits).toBeLessThan(of("Q4_K_M").bits);
  expect(of("Q4_K_M").bits).toBeLessThan(of("Q8_0").bits);
  // Estimated from the file's size, it comes close to what is counted tensor by tensor.
  const [chosen] = needs;
  expect(weights).toBe(offers![0].weights);
  expect(Math.abs(offers![0].gpuBytes / chosen.gpuBytes - 1)).toBeLessThan(0.15);
});
